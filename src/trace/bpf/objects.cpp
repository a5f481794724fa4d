// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/objects.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>
#include <tuple>

#include "syscall_stats.skel.h"
#include "trace/bpf/maps.h"
#include "trace/examples.h"

namespace debug_process::trace::bpf {

void read_objects(const syscall_stats_bpf& skeleton, Activity& activity) {
  auto& futexes = activity.futexes.emplace();
  for_each<std::uint64_t, futex_stats>(
      skeleton.maps.dp_futexes, [&](std::uint64_t address, const futex_stats& row) {
        futexes.push_back({address, row.waits, row.wakes,
                           std::chrono::nanoseconds(static_cast<std::int64_t>(row.waited_ns)),
                           static_cast<unsigned>(std::popcount(row.waiters)),
                           static_cast<unsigned>(std::popcount(row.waiters & row.wakers))});
      });
  std::sort(futexes.begin(), futexes.end(), [](const FutexStats& a, const FutexStats& b) {
    return std::tie(b.waited, b.waits, a.address) < std::tie(a.waited, a.waits, b.address);
  });
  auto& lookups = activity.lookups.emplace();
  for_each<lookup, std::uint64_t>(
      skeleton.maps.dp_lookups, [&](const lookup& asked, std::uint64_t calls) {
        // With its NUL, which is always there.
        const std::string_view taken(asked.path, ::strnlen(asked.path, sizeof(asked.path) - 1) + 1);
        lookups.push_back({path_text(taken), calls});
      });
  std::sort(lookups.begin(), lookups.end(), [](const PathLookups& a, const PathLookups& b) {
    return std::tie(b.calls, a.path) < std::tie(a.calls, b.path);
  });
}

void forget_objects(const syscall_stats_bpf& skeleton) {
  clear<std::uint64_t>(skeleton.maps.dp_futexes);
  clear<lookup>(skeleton.maps.dp_lookups);
}

}  // namespace debug_process::trace::bpf
