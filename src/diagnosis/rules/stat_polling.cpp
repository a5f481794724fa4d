// The state of one path is asked for over and over.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using std::chrono::nanoseconds;

constexpr double kPerSecond = 10;  // watchers of files look once a second or so

// Those that Facts::lookups is about.
const Names kLookups = {"stat",   "lstat",    "stat64",    "lstat64",   "newfstatat",
                        "statx",  "access",   "fstatat64", "faccessat", "faccessat2",
                        "statfs", "statfs64", "readlink",  "readlinkat"};

// On the average of all lookups; some of them may be of other paths.
std::optional<nanoseconds> cost_of(const sections::syscalls::Lookup& lookup, const Facts& facts) {
  const CallTotals all = calls_of(facts, kLookups);
  if (!times_are_own(facts) || all.calls == 0) return std::nullopt;
  const double part =
      std::min(1.0, static_cast<double>(lookup.calls) / static_cast<double>(all.calls));
  return nanoseconds(static_cast<std::int64_t>(part * static_cast<double>(all.time.count())));
}

std::string next_step(const std::string& path) {
  if (path == "/etc/localtime")
    return "set TZ=:/etc/localtime in its environment: the C library then reads the time zone once";
  return "ask once and keep the answer (a web server's cache of open files, a template's reload "
         "interval), or wait for changes with inotify";
}

}  // namespace

std::optional<Finding> stat_polling(const Facts& facts) {
  if (!window_is_long_enough(facts) || !counts_successes(facts)) return std::nullopt;
  if (!facts.syscalls.lookups || facts.syscalls.lookups->empty()) return std::nullopt;
  const sections::syscalls::Lookup& most = facts.syscalls.lookups->front();
  if (most.calls < kFewestEvents || per_second(most.calls, facts) < kPerSecond) return std::nullopt;
  if (!in_most_intervals(facts, kLookups, kPerSecond)) return std::nullopt;
  const auto lost = cost_of(most, facts);
  return Finding{
      "",
      // Servers do so for each request, and that is fine until it takes a part of a thread's time.
      severity_of_thread_time(lost, facts),
      fmt::format("the state of {} is asked for at {}", most.path,
                  format_rate({per_second(most.calls, facts)})),
      "The answer hardly changes that fast. Each question walks the path anew, and takes a part of "
      "the time of whoever waits for the work between them.",
      {{fmt::format("syscalls.lookups[{}].calls", most.path), most.calls}},
      next_step(most.path),
      lost};
}

}  // namespace debug_process::diagnosis
