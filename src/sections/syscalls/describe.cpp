// SPDX-License-Identifier: Apache-2.0
#include "sections/syscalls/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace debug_process::sections::syscalls {
namespace {

constexpr std::size_t kMostWaits = 3;

// "2 threads in futex, 1 in epoll_wait", most threads first.
std::string describe_waits(const std::vector<InFlight>& calls) {
  std::map<std::string, std::size_t> threads;
  for (const InFlight& call : calls) ++threads[call.syscall];
  std::vector<std::pair<std::string, std::size_t>> waits(threads.begin(), threads.end());
  std::stable_sort(waits.begin(), waits.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (waits.size() == 1 && waits.front().second == 1) return waits.front().first;
  std::vector<std::string> words;
  for (const auto& [syscall, count] : waits) {
    if (words.size() == kMostWaits) {
      words.emplace_back("...");
      break;
    }
    const char* noun = !words.empty() ? "" : count == 1 ? " thread" : " threads";
    words.push_back(fmt::format("{}{} in {}", count, noun, syscall));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

// That no call was seen: which is less than that there was none, where not all were looked at.
std::string describe_silence(const Facts& facts, std::chrono::nanoseconds window) {
  const char* what = facts.failed_only ? "no failed calls" : "no system calls";
  std::string text = fmt::format("{} in {}", what, format_duration(window));
  if (facts.counts == report::Counts::scaled)
    text = fmt::format("{} in the {} of {} that were watched", what, format_ratio(facts.coverage),
                       format_duration(window));
  return facts.filter.empty() ? text : fmt::format("{} (only {})", text, facts.filter);
}

// "epoll_wait 92%, running 6%, futex 2% (sampled)": shares of the time of all threads that did
// anything, most first. Pools of idle threads would hide what the others do.
std::string describe_shares(const Facts& facts) {
  std::map<std::string, std::uint64_t> places;
  std::set<pid_t> idle;
  std::uint64_t all = 0;
  const bool any_active = std::any_of(facts.time_shares.begin(), facts.time_shares.end(),
                                      [](const TimeShare& share) { return !share.idle; });
  for (const TimeShare& share : facts.time_shares) {
    if (any_active && share.idle) {
      idle.insert(share.tid);
      continue;
    }
    places[describe_place(share)] += share.samples;
    all += share.samples;
  }
  if (all == 0) return "unknown: no thread could be looked at";
  std::vector<std::pair<std::string, std::uint64_t>> sorted(places.begin(), places.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> words;
  for (const auto& [place, samples] : sorted) {
    const double percent = 100.0 * static_cast<double>(samples) / static_cast<double>(all);
    if (percent < 0.5 && !words.empty()) break;
    if (words.size() == kMostWaits) {
      words.emplace_back("...");
      break;
    }
    words.push_back(fmt::format("{} {:.0f}%", place, percent));
  }
  const std::string others =
      idle.empty() ? ""
                   : fmt::format("; {} idle thread{}", idle.size(), idle.size() == 1 ? "" : "s");
  return fmt::format("{} (sampled{})", fmt::join(words, ", "), others);
}

}  // namespace

std::string describe_place(const TimeShare& share) {
  if (share.syscall) return *share.syscall;
  const auto in_kernel = [&share](const char* state) {
    return share.wait_channel ? fmt::format("{} in {}", state, *share.wait_channel) : state;
  };
  switch (share.state) {
    case 'R':
      return "running";
    case 'S':
      return in_kernel("sleeping");
    case 'D':
      return in_kernel("uninterruptible sleep");
    case 'I':
      return "idle";
    case 'T':
      return "stopped";
    case 't':
      return "held by a tracer";
    default:
      return fmt::format("state {}", share.state);
  }
}

std::string describe_activity(const Facts& facts, const Snapshot& end,
                              std::chrono::nanoseconds window) {
  if (facts.sampled) return describe_shares(facts);
  const std::string filter = facts.filter.empty() ? "" : fmt::format(" (only {})", facts.filter);
  if (!facts.activity.empty())
    return fmt::format("{}{}", fmt::join(facts.activity, " -> "), filter);
  const bool running = std::any_of(end.threads.begin(), end.threads.end(),
                                   [](const auto& thread) { return thread.second.running; });
  if (facts.traced && running) return "running, " + describe_silence(facts, window);
  if (!facts.in_flight.empty()) {
    const std::string waits = describe_waits(facts.in_flight);
    return facts.traced ? fmt::format("waiting: {} (no call ended in {}){}", waits,
                                      format_duration(window), filter)
                        : fmt::format("at the end: {} (system calls were not traced)", waits);
  }
  if (!facts.traced)
    return running ? "running (system calls were not traced)"
                   : "unknown: system calls were not traced";
  return describe_silence(facts, window);
}

std::string describe_loss(std::string_view what) {
  if (what == "latency_thread_slot") return "latencies (two threads on one slot)";
  if (what == "latency_pairing") return "latencies (a return that fits no call)";
  if (what == "latency_clock") return "latencies (the clock went backwards; taken as 0)";
  if (what == "histogram_slots")
    return "calls outside of a histogram (too many different system calls)";
  if (what == "histogram_wrap")
    return "calls outside of a histogram (more than 2^32 in one bucket)";
  if (what == "calls") return "calls (too many different system calls)";
  if (what == "error_rows")
    return "failed calls without a row by errno (too many different errors)";
  if (what == "error_objects")
    return "failed calls without what they were about (too many different paths and descriptors)";
  if (what == "descriptor_rows") return "calls on descriptors without a row (numbers too high)";
  if (what == "descriptor_bytes") return "calls whose bytes are not known in full";
  if (what == "closed_paths") return "closed files without their path (too many different ones)";
  if (what == "futexes") return "futex calls without a row by futex (too many different ones)";
  if (what == "processes") return "children that were not followed (too many at a time)";
  if (what == "last_calls") return "last calls of threads (too many threads)";
  if (what == "process_rows") return "children without a row, but counted (too many in the window)";
  if (what == "skipped_runs")
    return "events at most (the kernel skipped the program, on the whole machine)";
  return std::string(what);
}

}  // namespace debug_process::sections::syscalls
