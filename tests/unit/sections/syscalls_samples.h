// What the syscalls section gathers from, made by hand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/syscall.h>

#include <map>
#include <utility>

#include "sections/syscalls/gather.h"

namespace debug_process::sections::syscalls {

inline constexpr trace::SyscallKey kRead{trace::abi::Abi::native, SYS_read};
inline constexpr trace::SyscallKey kWrite{trace::abi::Abi::native, SYS_write};
inline constexpr trace::SyscallKey kFutex{trace::abi::Abi::native, SYS_futex};
inline constexpr trace::SyscallKey kEpollPwait{trace::abi::Abi::native, SYS_epoll_pwait};
inline constexpr std::chrono::nanoseconds kWindow = std::chrono::seconds(2);

inline Standing in_call(trace::SyscallKey call, std::uint64_t switches = 10) {
  Standing standing;
  standing.thread = "worker";
  standing.call = call;
  standing.switches = switches;
  standing.wait_channel = "futex_do_wait";
  return standing;
}

inline Standing running() {
  Standing standing;
  standing.thread = "busy";
  standing.running = true;
  return standing;
}

inline Snapshot snapshot_of(std::map<pid_t, Standing> threads) {
  return {std::move(threads), std::nullopt};
}

inline trace::SyscallStats calls_of(trace::SyscallKey key, std::uint64_t calls,
                                    std::chrono::nanoseconds each) {
  trace::SyscallStats stats;
  stats.key = key;
  stats.calls = calls;
  if (each.count() == 0) {
    stats.untimed = calls;
    return stats;
  }
  stats.latency.scale = 3;
  stats.latency.offset = -160;
  stats.latency.counts = {calls};
  stats.latency.count = calls;
  stats.latency.min = stats.latency.max = each;
  stats.latency.sum = each * static_cast<std::int64_t>(calls);
  return stats;
}

inline trace::Activity traced() {
  trace::Activity activity;
  activity.observed = kWindow;
  return activity;
}

inline Facts gather_traced(const trace::Activity& activity, const Snapshot& start = {},
                           const Snapshot& end = {}) {
  return gather(start, end, kWindow, &activity, "");
}

inline Facts gather_untraced(const Snapshot& start, const Snapshot& end) {
  return gather(start, end, kWindow, nullptr, "there is no BTF");
}

}  // namespace debug_process::sections::syscalls
