// SPDX-License-Identifier: Apache-2.0
#include "sections/errors/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace debug_process::sections::errors {
namespace {

Row to_row(const trace::ErrorStats& stats) {
  Row row;
  row.syscall = trace::abi::syscall_name(stats.key.abi, stats.key.number);
  row.abi = trace::abi::abi_name(stats.key.abi);
  row.error = errno_name(stats.errno_value);
  row.errno_value = stats.errno_value;
  row.calls = stats.calls;
  row.example = stats.example;
  row.fd = stats.example_fd;
  if (!row.example && stats.example_fd) row.example = fmt::format("fd {}", *stats.example_fd);
  return row;
}

void add_objects(const trace::ErrorStats& stats, const Row& row, std::vector<Object>& objects) {
  for (const trace::ErrorObject& object : stats.objects) {
    Object found{row.syscall, row.error,    row.errno_value, object.text.value_or(""),
                 object.fd,   object.calls, std::nullopt};
    if (object.fd) found.object = fmt::format("fd {}", *object.fd);
    objects.push_back(std::move(found));
  }
}

}  // namespace

Facts gather(const trace::Activity* activity, const std::string& why_untraced,
             const Filter& filter) {
  Facts facts;
  if (activity == nullptr) {
    facts.completeness = Completeness::unavailable(why_untraced);
    return facts;
  }
  if (activity->counts == trace::Counts::samples) {
    facts.completeness =
        Completeness::unavailable("time was sampled: how calls end is not seen that way");
    return facts;
  }
  // -Z leaves nothing out here.
  if (!filter.calls.is_all()) facts.filter = Filter{filter.calls}.text();
  for (const trace::SyscallStats& stats : activity->syscalls) facts.errors += stats.errors;
  for (const trace::ErrorStats& stats : activity->errors) {
    facts.rows.push_back(to_row(stats));
    add_objects(stats, facts.rows.back(), facts.objects);
  }
  std::stable_sort(facts.objects.begin(), facts.objects.end(), [](const auto& a, const auto& b) {
    return std::tie(b.calls, a.syscall, a.object) < std::tie(a.calls, b.syscall, b.object);
  });
  std::stable_sort(facts.rows.begin(), facts.rows.end(), [](const Row& a, const Row& b) {
    return std::tie(b.calls, a.syscall, a.errno_value) <
           std::tie(a.calls, b.syscall, b.errno_value);
  });
  if (const auto lost = activity->losses.find("error_rows"); lost != activity->losses.end())
    facts.completeness.add_gap(
        fmt::format("{} failed calls have no row: too many different errors", lost->second));
  if (const auto lost = activity->losses.find("error_objects"); lost != activity->losses.end())
    facts.completeness.add_gap(
        fmt::format("of {} failed calls it is not known what they were about: too many different "
                    "paths, peers and descriptors",
                    lost->second));
  if (activity->counts == trace::Counts::scaled)
    facts.completeness.add_gap(fmt::format(
        "calls were seen in {} of the window, and scaled to it: rare failures are missing",
        format_ratio({activity->coverage})));
  return facts;
}

}  // namespace debug_process::sections::errors
