// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/thread_calls.h"

#include <bpf/libbpf.h>
#include <sys/mman.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "syscall_stats.h"
#include "syscall_stats.skel.h"
#include "trace/bpf/per_cpu.h"

namespace debug_process::trace::bpf {
namespace {

// What the programs write at the same time.
template <typename T>
T read_once(const T& value) {
  return *static_cast<const volatile T*>(&value);
}

std::uint64_t grown_by(std::uint64_t now, std::uint64_t before) {
  return now - std::min(now, before);
}

}  // namespace

MappedSlots::MappedSlots(const syscall_stats_bpf& skeleton)
    : count_(bpf_map__max_entries(skeleton.maps.dp_threads)),
      data_(::mmap(nullptr, count_ * sizeof(thread_slot), PROT_READ, MAP_SHARED,
                   bpf_map__fd(skeleton.maps.dp_threads), 0)) {}

MappedSlots::~MappedSlots() {
  if (ok()) ::munmap(data_, count_ * sizeof(thread_slot));
}

bool MappedSlots::ok() const {
  return data_ != MAP_FAILED;
}

std::span<const thread_slot> MappedSlots::slots() const {
  return {static_cast<const thread_slot*>(data_), ok() ? count_ : 0};
}

ThreadCalls::ThreadCalls(const syscall_stats_bpf& skeleton, std::chrono::nanoseconds price)
    : skeleton_(skeleton),
      slots_(skeleton),
      seen_(slots_.slots().size()),
      cpus_(std::max(1U, std::thread::hardware_concurrency())),
      price_ns_(static_cast<std::uint64_t>(price.count())) {}

ThreadCalls::Growth ThreadCalls::since_last_look() {
  Growth grown;
  Seen gone;  // of threads that are gone: seen at earlier looks
  const auto slots = slots_.slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto tid = read_once(slots[i].tid);
    if (tid == 0 && seen_[i].tid == 0) continue;
    const Seen now{tid, read_once(slots[i].calls), read_once(slots[i].extra_ns)};
    const Seen before = seen_[i].tid == tid ? seen_[i] : Seen{};
    if (seen_[i].tid != tid) {
      gone.calls += seen_[i].calls;
      gone.extra_ns += seen_[i].extra_ns;
    }
    seen_[i] = now;
    if (tid == 0) continue;
    const std::uint64_t calls = grown_by(now.calls, before.calls);
    const std::uint64_t extra_ns = grown_by(now.extra_ns, before.extra_ns);
    grown.counted += calls;
    grown.extra_ns += extra_ns;
    if (paid_ns(calls, extra_ns) <= paid_ns(grown.busiest, grown.busiest_extra_ns)) continue;
    grown.busiest = calls;
    grown.busiest_extra_ns = extra_ns;
  }
  add_exited(gone, grown);
  const std::uint64_t passed = sum_over_cpus(skeleton_.maps.dp_passed);
  grown.passed = grown_by(passed, passed_);
  passed_ = std::max(passed_, passed);
  if (paid_ns(grown.counted, grown.extra_ns) / cpus_ >
      paid_ns(grown.busiest, grown.busiest_extra_ns)) {
    grown.busiest = grown.counted / cpus_;
    grown.busiest_extra_ns = grown.extra_ns / cpus_;
  }
  return grown;
}

void ThreadCalls::add_exited(const Seen& gone, Growth& grown) {
  const std::uint64_t calls = read_once(skeleton_.bss->exited_calls);
  grown.counted += grown_by(calls, exited_calls_ + gone.calls);
  exited_calls_ = calls;
  const std::uint64_t extra_ns = read_once(skeleton_.bss->exited_extra_ns);
  grown.extra_ns += grown_by(extra_ns, exited_extra_ns_ + gone.extra_ns);
  exited_extra_ns_ = extra_ns;
}

std::uint64_t ThreadCalls::counted_since_last_time() {
  const std::uint64_t total = sum_over_cpus(skeleton_.maps.dp_counted);
  // Where it cannot be read, nothing has been counted.
  return grown_by(total, std::exchange(counted_, std::max(counted_, total)));
}

}  // namespace debug_process::trace::bpf
