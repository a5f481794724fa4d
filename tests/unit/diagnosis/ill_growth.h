// Processes of which something grows or fills up.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit/diagnosis/sample_facts.h"

namespace debug_process::diagnosis::ill {

inline constexpr std::uint64_t kMiB = 1048576;

// One interval for each value, which is how many files are open at its end.
inline void set_open_files(Facts& facts, std::uint64_t at_start,
                           const std::vector<std::uint64_t>& ends) {
  facts.intervals.open_files_at_start = at_start;
  facts.intervals.intervals.clear();
  for (const std::uint64_t open : ends) {
    sections::intervals::Interval interval;
    interval.length = facts.window / ends.size();
    interval.open_files = open;
    facts.intervals.intervals.push_back(interval);
  }
  facts.files.open = ends.back();
  facts.files.by_type_at_start = {{"file", 3}, {"socket", at_start - 3}};
  facts.files.by_type = {{"file", 3}, {"socket", ends.back() - 3}};
}

inline Facts leaking(const std::vector<std::uint64_t>& ends = {104, 108, 112, 116, 120}) {
  Facts facts = healthy();
  set_open_files(facts, 100, ends);
  add_calls(facts, "socket", 50);
  return facts;
}

inline Facts growing(std::uint64_t per_interval = kMiB) {
  Facts facts = healthy();
  const std::uint64_t from = 100 * kMiB;
  for (std::uint64_t i = 1; i <= 10; ++i) {
    sections::intervals::Interval interval;
    interval.length = 1s;
    interval.rss = Bytes{from + i * per_interval};
    facts.intervals.intervals.push_back(interval);
  }
  const auto rate = static_cast<double>(per_interval);
  facts.memory.growth = {10, Rate{rate}, Rate{rate / 2}, Rate{rate * 2}};
  facts.memory.start = {Bytes{from}, Bytes{from}, Bytes{from / 2}, Bytes{from / 2}, Bytes{0}};
  facts.memory.rss = facts.memory.rss_peak = Bytes{from + 10 * per_interval};
  facts.memory.anonymous = Bytes{from / 2 + 10 * per_interval};
  facts.memory.file = Bytes{from / 2};
  facts.host.memory_available = Bytes{1024 * kMiB};
  return facts;
}

inline Facts limited(std::uint64_t used, std::uint64_t cache = 0) {
  Facts facts = healthy();
  facts.memory.limit.limited = true;
  facts.memory.limit.limit = Bytes{1000 * kMiB};
  facts.memory.limit.group = "/app";
  facts.memory.limit.used = Bytes{used * kMiB};
  facts.memory.limit.active_file = Bytes{cache * kMiB};
  return facts;
}

inline Facts with_zombies(std::uint64_t at_start, std::uint64_t throughout, std::uint64_t now) {
  Facts facts = healthy();
  facts.process.zombies = {now, at_start, throughout};
  return facts;
}

}  // namespace debug_process::diagnosis::ill
