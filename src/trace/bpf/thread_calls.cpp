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

ThreadCalls::ThreadCalls(const syscall_stats_bpf& skeleton)
    : skeleton_(skeleton),
      slots_(skeleton),
      seen_(slots_.slots().size()),
      cpus_(std::max(1U, std::thread::hardware_concurrency())) {}

ThreadCalls::Growth ThreadCalls::since_last_look() {
  Growth grown;
  std::uint64_t of_gone_threads = 0;  // seen at earlier looks
  const auto slots = slots_.slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    // Written at the same time: each is read once.
    const auto tid = *static_cast<const volatile __u32*>(&slots[i].tid);
    if (tid == 0 && seen_[i].tid == 0) continue;
    const std::uint64_t calls = *static_cast<const volatile __u64*>(&slots[i].calls);
    const std::uint64_t before = seen_[i].tid == tid ? std::min(seen_[i].calls, calls) : 0;
    if (seen_[i].tid != tid) of_gone_threads += seen_[i].calls;
    seen_[i] = {tid, calls};
    if (tid == 0) continue;
    grown.busiest = std::max(grown.busiest, calls - before);
    grown.counted += calls - before;
  }
  const std::uint64_t exited = *static_cast<const volatile __u64*>(&skeleton_.bss->exited_calls);
  grown.counted += exited - std::min(exited, exited_calls_ + of_gone_threads);
  exited_calls_ = exited;
  const std::uint64_t passed = sum_over_cpus(skeleton_.maps.dp_passed);
  grown.passed = passed - passed_;
  passed_ = passed;
  grown.busiest = std::max(grown.busiest, grown.counted / cpus_);
  return grown;
}

std::uint64_t ThreadCalls::counted_since_last_time() {
  const std::uint64_t total = sum_over_cpus(skeleton_.maps.dp_counted);
  // Where it cannot be read, nothing has been counted.
  return total - std::exchange(counted_, std::max(counted_, total));
}

}  // namespace debug_process::trace::bpf
