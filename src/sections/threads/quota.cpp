// SPDX-License-Identifier: Apache-2.0
#include "sections/threads/quota.h"

#include <fmt/format.h>

#include <algorithm>

#include "proc/cgroup.h"
#include "proc/cgroup_files.h"
#include "proc/cgroup_place.h"

namespace debug_process::sections::threads {
namespace {

using std::chrono::nanoseconds;

// v1 has the quota in two files, and -1 for none.
std::optional<double> read_v1_quota(const proc::Procfs& files, const std::string& group) {
  const auto quota = files.read(group + "/cpu.cfs_quota_us").and_then(proc::parse_cgroup_limit);
  const auto period = files.read(group + "/cpu.cfs_period_us").and_then(proc::parse_cgroup_limit);
  if (!quota || !*quota || !period || !*period || (*period)->value == 0) return std::nullopt;
  return static_cast<double>((*quota)->value) / static_cast<double>((*period)->value);
}

std::optional<double> read_v2_quota(const proc::Procfs& files, const std::string& group) {
  const auto quota = files.read(group + "/cpu.max").and_then(proc::parse_cpu_max);
  return quota ? *quota : std::nullopt;
}

// cpu.stat is there with a quota and without; a hierarchy's root has none.
void add_counters(const proc::Procfs& files, const std::string& group, QuotaSample& sample) {
  const auto stat = files.read(group + "/cpu.stat").and_then(proc::parse_cgroup_counters);
  if (!stat) return;
  sample.periods = proc::counter(*stat, "nr_periods").value_or(0);
  sample.throttled_periods = proc::counter(*stat, "nr_throttled").value_or(0);
  if (const auto time = proc::counter(*stat, "throttled_usec"))
    sample.throttled = std::chrono::microseconds(*time);
  else if (const auto v1_time = proc::counter(*stat, "throttled_time"))
    sample.throttled = nanoseconds(*v1_time);
}

template <typename T>
T growth(const T& end, const T& start) {
  return end >= start ? end - start : T{};
}

}  // namespace

Result<std::vector<QuotaSample>> read_quotas(const Source& source) {
  const proc::Procfs files(source.cgroup_root);
  const auto cgroup =
      source.procfs.read(fmt::format("{}/cgroup", source.pid)).and_then(proc::parse_cgroup);
  if (!cgroup) return fail(cgroup.error());
  const auto place = proc::find_cgroup(files, *cgroup, "cpu", source.pid);
  if (!place) return fail(place.error());
  std::vector<QuotaSample> samples;
  for (const proc::CgroupGroup& group : place->groups) {
    QuotaSample sample;
    sample.group = group.name;
    sample.cpus = place->unified ? read_v2_quota(files, group.directory)
                                 : read_v1_quota(files, group.directory);
    add_counters(files, group.directory, sample);
    samples.push_back(std::move(sample));
  }
  return samples;
}

Quota quota_of(const std::vector<QuotaSample>& start, const std::vector<QuotaSample>& end) {
  Quota quota;
  if (end.empty()) return quota;
  quota.limited = false;
  for (const QuotaSample& sample : end) {
    if (!sample.cpus || (quota.cpus && *quota.cpus <= *sample.cpus)) continue;
    quota.limited = true;
    quota.cpus = sample.cpus;
    quota.group = sample.group;
  }
  for (const QuotaSample& sample : end) {
    const auto before = std::find_if(start.begin(), start.end(), [&](const QuotaSample& other) {
      return other.group == sample.group;
    });
    // It was moved into another group meanwhile: what that did before is not ours.
    if (before == start.end()) continue;
    const nanoseconds throttled = growth(sample.throttled, before->throttled);
    if (quota.throttled && throttled <= *quota.throttled) continue;
    quota.throttled = throttled;
    quota.periods = growth(sample.periods, before->periods);
    quota.throttled_periods = growth(sample.throttled_periods, before->throttled_periods);
    if (throttled > nanoseconds(0)) quota.group = sample.group;
  }
  return quota;
}

}  // namespace debug_process::sections::threads
