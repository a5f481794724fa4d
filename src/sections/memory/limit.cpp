// SPDX-License-Identifier: Apache-2.0
#include "sections/memory/limit.h"

#include <fmt/format.h>

#include <algorithm>

#include "proc/cgroup.h"
#include "proc/cgroup_files.h"
#include "proc/cgroup_place.h"

namespace debug_process::sections::memory {
namespace {

using std::chrono::nanoseconds;

// nullopt: none, or this kernel or group has no such file.
std::optional<Bytes> read_bytes(const proc::Procfs& files, const std::string& path) {
  const auto value = files.read(path).and_then(proc::parse_cgroup_limit);
  return value ? *value : std::nullopt;
}

std::optional<std::uint64_t> read_counter(const proc::Procfs& files, const std::string& path,
                                          std::string_view key) {
  const auto counters = files.read(path).and_then(proc::parse_cgroup_counters);
  return counters ? proc::counter(*counters, key) : std::nullopt;
}

std::optional<Bytes> to_bytes(const std::optional<std::uint64_t>& value) {
  return value ? std::optional(Bytes{*value}) : std::nullopt;
}

// The kernel adds it up over all CPUs when it is read: only where it is needed. Version 1 counts
// the groups below apart, and in keys with `prefix`.
void read_file_cache(const proc::Procfs& files, const std::string& path, const std::string& prefix,
                     LimitSample& sample) {
  const auto counters = files.read(path).and_then(proc::parse_cgroup_counters);
  if (!counters) return;
  sample.inactive_file = to_bytes(proc::counter(*counters, prefix + "inactive_file"));
  sample.active_file = to_bytes(proc::counter(*counters, prefix + "active_file"));
}

LimitSample read_v2(const proc::Procfs& files, const proc::CgroupGroup& group) {
  const std::string base = group.directory + "/memory.";
  LimitSample sample;
  sample.group = group.name;
  sample.limit = read_bytes(files, base + "max");
  sample.soft_limit = read_bytes(files, base + "high");
  sample.swap_limit = read_bytes(files, base + "swap.max");
  sample.current = read_bytes(files, base + "current");
  if (const auto events = files.read(base + "events").and_then(proc::parse_cgroup_counters)) {
    sample.limit_hits = proc::counter(*events, "max");
    sample.soft_limit_hits = proc::counter(*events, "high");
    sample.oom_kills = proc::counter(*events, "oom_kill");
  }
  if (sample.limit || sample.soft_limit) read_file_cache(files, base + "stat", "", sample);
  return sample;
}

LimitSample read_v1(const proc::Procfs& files, const proc::CgroupGroup& group) {
  const std::string base = group.directory + "/memory.";
  LimitSample sample;
  sample.group = group.name;
  sample.limit = read_bytes(files, base + "limit_in_bytes");
  sample.swap_limit = read_bytes(files, base + "memsw.limit_in_bytes");
  sample.current = read_bytes(files, base + "usage_in_bytes");
  if (const auto hits = read_bytes(files, base + "failcnt")) sample.limit_hits = hits->value;
  sample.oom_kills = read_counter(files, base + "oom_control", "oom_kill");
  if (sample.limit) read_file_cache(files, base + "stat", "total_", sample);
  return sample;
}

// v1 before Linux 5.11 can keep a group's limit from those below it.
bool counts_those_below(const proc::Procfs& files, const proc::CgroupGroup& group) {
  const auto flag = files.read(group.directory + "/memory.use_hierarchy");
  return !flag || !flag->starts_with('0');
}

void read_pressure(const proc::Procfs& files, const proc::Cgroup& cgroup, pid_t pid,
                   LimitSnapshot& snapshot) {
  const auto place = proc::find_cgroup(files, cgroup, "", pid);
  if (!place || place->groups.size() < 2) return;
  const auto pressure = files.read(place->groups.front().directory + "/memory.pressure")
                            .and_then(proc::parse_pressure);
  if (pressure) snapshot.pressure = *pressure;
}

std::optional<std::uint64_t> growth(const std::optional<std::uint64_t>& start,
                                    const std::optional<std::uint64_t>& end) {
  if (!start || !end || *end < *start) return std::nullopt;
  return *end - *start;
}

Bytes in_use(const LimitSample& sample) {
  const Bytes current = sample.current.value_or(Bytes{});
  const Bytes spare = sample.inactive_file.value_or(Bytes{});
  return current > spare ? current - spare : Bytes{};
}

void add_pressure(const LimitSnapshot& start, const LimitSnapshot& end, nanoseconds window,
                  Limit& limit) {
  if (!start.pressure || !end.pressure || window <= nanoseconds(0)) return;
  const auto share = [window](const auto& before, const auto& after) -> std::optional<Ratio> {
    if (!before || !after || after->total < before->total) return std::nullopt;
    return Ratio{std::chrono::duration<double>(after->total - before->total) /
                 std::chrono::duration<double>(window)};
  };
  limit.pressure_some = share(start.pressure->some, end.pressure->some);
  limit.pressure_full = share(start.pressure->full, end.pressure->full);
}

void add_lowest(const LimitSnapshot& end, Limit& limit) {
  const LimitSample* lowest = nullptr;
  for (const LimitSample& sample : end.groups) {
    if (sample.limit && (lowest == nullptr || *sample.limit < *lowest->limit)) lowest = &sample;
    const auto lower = [](std::optional<Bytes>& target, const std::optional<Bytes>& value) {
      if (value && (!target || *value < *target)) target = value;
    };
    lower(limit.soft_limit, sample.soft_limit);
    lower(limit.swap_limit, sample.swap_limit);
    if (!sample.limit || !sample.current) continue;
    const Bytes used = in_use(sample);
    lower(limit.headroom, *sample.limit > used ? *sample.limit - used : Bytes{});
  }
  limit.limited = lowest != nullptr;
  if (lowest == nullptr) return;
  limit.limit = lowest->limit;
  limit.group = lowest->group;
  limit.current = lowest->current;
  if (!lowest->current) return;
  limit.used = in_use(*lowest);
  limit.active_file = lowest->active_file;
  if (lowest->limit->value > 0)
    limit.used_ratio =
        Ratio{static_cast<double>(limit.used->value) / static_cast<double>(lowest->limit->value)};
}

}  // namespace

LimitSnapshot read_limits(const Source& source) {
  LimitSnapshot snapshot;
  const proc::Procfs files(source.cgroup_root);
  const auto cgroup =
      source.procfs.read(fmt::format("{}/cgroup", source.pid)).and_then(proc::parse_cgroup);
  if (!cgroup) {
    snapshot.error = cgroup.error();
    return snapshot;
  }
  read_pressure(files, *cgroup, source.pid, snapshot);
  const auto place = proc::find_cgroup(files, *cgroup, "memory", source.pid);
  if (!place) {
    snapshot.error = place.error();
    return snapshot;
  }
  snapshot.unified = place->unified;
  for (const proc::CgroupGroup& group : place->groups) {
    const bool own = snapshot.groups.empty();
    if (!place->unified && !own && !counts_those_below(files, group)) break;
    snapshot.groups.push_back(place->unified ? read_v2(files, group) : read_v1(files, group));
  }
  return snapshot;
}

Limit limit_of(const LimitSnapshot& start, const LimitSnapshot& end, nanoseconds window) {
  Limit limit;
  if (end.groups.empty()) return limit;
  add_lowest(end, limit);
  add_pressure(start, end, window, limit);
  limit.swap_limit_is_of_both = !end.unified;
  limit.own_group = end.groups.front().group;
  limit.own_current = end.groups.front().current;
  limit.oom_kills_ever = end.groups.front().oom_kills;
  // It may have been moved into another group meanwhile: what that saw before is not ours.
  const auto same = [&start](const LimitSample& sample) {
    return std::find_if(start.groups.begin(), start.groups.end(),
                        [&](const LimitSample& other) { return other.group == sample.group; });
  };
  if (const auto before = same(end.groups.front()); before != start.groups.end()) {
    limit.oom_kills = growth(before->oom_kills, end.groups.front().oom_kills);
    limit.soft_limit_hits = growth(before->soft_limit_hits, end.groups.front().soft_limit_hits);
  }
  for (const LimitSample& sample : end.groups) {
    const auto before = same(sample);
    if (before == start.groups.end()) continue;
    const auto hits = growth(before->limit_hits, sample.limit_hits);
    if (hits) limit.limit_hits = std::max(limit.limit_hits.value_or(0), *hits);
  }
  return limit;
}

}  // namespace debug_process::sections::memory
