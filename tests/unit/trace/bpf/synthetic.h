// Calls that nobody makes, counted by the real programs in the kernel and read by the real reader.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "syscall_stats.h"
#include "trace/activity.h"
#include "trace/bpf/processes.h"
#include "trace/trace_set.h"

struct synthetic_bpf;
struct bpf_program;

namespace debug_process::trace::bpf {

// Few enough to fill. With all free, a thread goes to the slot of its tid modulo this.
inline constexpr std::uint32_t kThreadSlots = 8;
inline constexpr std::uint32_t kProcesses = 16;

constexpr std::uint32_t native(std::uint32_t number) {
  return number;
}
constexpr std::uint32_t compat32(std::uint32_t number) {
  return (1U << KEY_ABI_SHIFT) | number;
}
constexpr std::uint32_t x32(std::uint32_t number) {
  return (2U << KEY_ABI_SHIFT) | number;
}

constexpr std::uint64_t thread_of(std::uint32_t tgid, std::uint32_t tid) {
  return std::uint64_t{tgid} << 32 | tid;
}

struct Destroy {
  void operator()(synthetic_bpf* skeleton) const;
};

// Skipped, with the reason, where the programs cannot be loaded.
class Synthetic : public testing::Test {
 protected:
  struct Options {
    TraceSet trace_set;
    bool failed_only = false;
    bool follow = false;
  };

  void SetUp() override;
  // Once; for tests that want other than the usual options.
  void load(const Options& options);

  // A `tid` has its process in the upper half, where that matters: thread_of().
  void enter(std::uint64_t tid, std::uint32_t key, std::uint64_t now);
  // What was counted; KEY_NONE: nothing.
  std::uint32_t exit(std::uint64_t tid, std::int64_t number, std::int64_t ret, std::uint64_t now);
  // An enter, and `ns` later its exit.
  void call(std::uint64_t tid, std::uint32_t key, std::uint64_t ns = 100, std::int64_t ret = 0);
  std::uint32_t key_of(std::int64_t number, bool compat);
  // Other threads in futex calls, until there is no slot left.
  void fill_slots();
  // This thread's execve and end; the programs look at the target alone, which this process is.
  void exec(pid_t old_tid);
  void thread_exit();
  // Others' children, and the end of one.
  void fork(std::uint32_t parent, std::uint32_t child, std::uint64_t now);
  void child_end(std::uint32_t child);
  bool is_watched(std::uint32_t tgid);
  // The next ones run on that CPU. Not for exec() and thread_exit(): another task runs there.
  void on_cpu(std::uint32_t cpu) { cpu_ = cpu; }

  [[nodiscard]] static int cpus();
  [[nodiscard]] Activity read(std::chrono::nanoseconds ended = std::chrono::nanoseconds(0));
  [[nodiscard]] std::uint64_t passed();
  [[nodiscard]] std::vector<ProcessStats> processes(const Window& window);

 private:
  std::uint32_t run(const bpf_program* program, std::initializer_list<std::uint64_t> arguments);

  std::unique_ptr<synthetic_bpf, Destroy> skeleton_;
  std::optional<std::uint32_t> cpu_;
  std::uint64_t now_ = 1'000'000;
};

// A call of which nothing was counted has calls == 0.
[[nodiscard]] SyscallStats stats_of(const Activity& activity, SyscallKey key);
[[nodiscard]] std::uint64_t count_of(const Activity& activity, SyscallKey from, SyscallKey to);
[[nodiscard]] std::uint64_t errors_of(const Activity& activity, SyscallKey key, int errno_value);
[[nodiscard]] std::uint64_t lost(const Activity& activity, const std::string& cause);
// All that lies in a bucket, that of zero included.
[[nodiscard]] std::uint64_t in_histogram(const SyscallStats& stats);

}  // namespace debug_process::trace::bpf
