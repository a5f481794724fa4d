// SPDX-License-Identifier: Apache-2.0
#include "sections/syscalls/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
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

}  // namespace

std::string describe_activity(const Facts& facts, const Snapshot& end,
                              std::chrono::nanoseconds window) {
  if (!facts.activity.empty()) return fmt::format("{}", fmt::join(facts.activity, " -> "));
  const bool running = std::any_of(end.threads.begin(), end.threads.end(),
                                   [](const auto& thread) { return thread.second.running; });
  if (facts.traced && running)
    return fmt::format("running, no system calls in {}", format_duration(window));
  if (!facts.in_flight.empty()) {
    const std::string waits = describe_waits(facts.in_flight);
    return facts.traced
               ? fmt::format("waiting: {} (no call ended in {})", waits, format_duration(window))
               : fmt::format("at the end: {} (system calls were not traced)", waits);
  }
  if (!facts.traced)
    return running ? "running (system calls were not traced)"
                   : "unknown: system calls were not traced";
  return fmt::format("no system calls in {}", format_duration(window));
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
  if (what == "skipped_runs")
    return "events at most (the kernel skipped the program, on the whole machine)";
  return std::string(what);
}

}  // namespace debug_process::sections::syscalls
