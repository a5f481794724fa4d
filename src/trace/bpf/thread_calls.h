// How many calls the target's threads have made so far, read while the programs count.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

struct syscall_stats_bpf;
struct thread_slot;

namespace debug_process::trace::bpf {

// The map dp_threads, mapped for reading.
class MappedSlots {
 public:
  explicit MappedSlots(const syscall_stats_bpf& skeleton);
  ~MappedSlots();
  MappedSlots(const MappedSlots&) = delete;
  MappedSlots& operator=(const MappedSlots&) = delete;

  [[nodiscard]] bool ok() const;  // errno says why not
  [[nodiscard]] std::span<const thread_slot> slots() const;

 private:
  std::size_t count_;
  void* data_;
};

class ThreadCalls {
 public:
  // `price`: of a call without its extra.
  ThreadCalls(const syscall_stats_bpf& skeleton, std::chrono::nanoseconds price);

  struct Growth {
    std::uint64_t counted = 0;
    // By a filter. Whose they are is not kept: the worst is that all of them are of one thread.
    std::uint64_t passed = 0;
    // What those that were counted cost beyond plain ones, and opens that passed, at prices that
    // were set before.
    std::uint64_t extra_ns = 0;
    // Of those that were counted: of the thread that has paid most, or what the busiest CPU must
    // have made if that is more, as where threads come and go too fast to be told apart.
    std::uint64_t busiest = 0;
    std::uint64_t busiest_extra_ns = 0;  // of these
    [[nodiscard]] std::uint64_t all() const { return counted + passed; }
  };

  // Calls since the last look.
  [[nodiscard]] Growth since_last_look();
  // Calls that dp_count has counted since the last time; 0 where that cannot be read.
  [[nodiscard]] std::uint64_t counted_since_last_time();

 private:
  struct Seen {
    std::uint32_t tid = 0;
    std::uint64_t calls = 0;
    std::uint64_t extra_ns = 0;
  };

  [[nodiscard]] std::uint64_t paid_ns(std::uint64_t calls, std::uint64_t extra_ns) const {
    return calls * price_ns_ + extra_ns;
  }
  void add_exited(const Seen& gone, Growth& grown);

  const syscall_stats_bpf& skeleton_;
  MappedSlots slots_;
  std::vector<Seen> seen_;
  std::uint64_t exited_calls_ = 0;
  std::uint64_t exited_extra_ns_ = 0;
  std::uint64_t counted_ = 0;
  std::uint64_t passed_ = 0;
  unsigned cpus_;
  std::uint64_t price_ns_;
};

}  // namespace debug_process::trace::bpf
