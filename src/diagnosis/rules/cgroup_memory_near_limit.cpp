// The memory limit of the control group is near, or has killed already.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kNear = 0.90;
constexpr double kVeryNear = 0.98;  // one large allocation away from it

// Neither kind of file cache kills anybody: it is given back first.
std::optional<Ratio> hard_use(const sections::memory::Limit& limit) {
  if (!limit.used || !limit.limit || limit.limit->value == 0) return std::nullopt;
  const Bytes cache = limit.active_file.value_or(Bytes{});
  const Bytes hard = *limit.used > cache ? *limit.used - cache : Bytes{};
  return Ratio{static_cast<double>(hard.value) / static_cast<double>(limit.limit->value)};
}

}  // namespace

std::optional<Finding> cgroup_memory_near_limit(const Facts& facts) {
  const auto& limit = facts.memory.limit;
  const std::uint64_t kills = limit.oom_kills.value_or(0);
  const auto used = hard_use(limit);
  const bool near = used && used->value >= kNear;
  if (!near && kills == 0) return std::nullopt;
  const bool critical = kills > 0 || used->value >= kVeryNear;
  const std::string killed =
      fmt::format("within the window the kernel killed {} for want of memory in its control group",
                  kills == 1 ? "a process" : fmt::format("{} processes", format_count(kills)));
  return Finding{
      "",
      critical ? Severity::critical : Severity::warning,
      kills > 0 ? killed
                : fmt::format("{} of the {} that the control group {} may have are in use",
                              format_ratio(*used), format_bytes(*limit.limit), limit.group),
      "What could be given back, the cache of files, is not counted. At the limit the kernel looks "
      "for something to free with each allocation, and then kills a process of the group.",
      {{"memory.cgroup_used_bytes", report::to_value(limit.used)},
       {"memory.cgroup_active_file_bytes", report::to_value(limit.active_file)},
       {"memory.cgroup_limit_bytes", report::to_value(limit.limit)},
       {"memory.cgroup_oom_kills", report::to_value(limit.oom_kills)}},
      "raise the limit (memory.max, memory.limit_in_bytes; a container's memory limit), or find "
      "out "
      "what grows: the table of memory by category; who was killed: dmesg | grep -i oom"};
}

}  // namespace debug_process::diagnosis
