// The summary's `Diagnosis:` line.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "diagnosis/measure.h"
#include "diagnosis/rules.h"

namespace debug_process::diagnosis {
namespace {

using std::chrono::nanoseconds;

// Below it no single system call says where the time went.
constexpr double kMostOfTheTime = 0.5;
// From here on "where does the time go" is answered by the CPU, not by what threads wait for.
constexpr double kBusy = 0.5;
// It waits for something to do.
constexpr double kIdle = 0.9;
constexpr double kIdleCpu = 0.05;
// Of fewer, a share says little.
constexpr std::uint64_t kFewestSamples = 20;

// What was not looked at: rules were silent there because they had nothing to go by.
std::string gaps(const Facts& facts) {
  std::vector<std::string_view> missing;
  const auto look = [&](const auto& section, std::string_view name) {
    if (section.completeness.status == report::Status::unavailable) missing.push_back(name);
  };
  look(facts.process, "process");
  look(facts.syscalls, "syscalls");
  look(facts.errors, "errors");
  look(facts.threads, "threads");
  look(facts.files, "files");
  look(facts.sockets, "sockets");
  look(facts.memory, "memory");
  std::string text;
  if (facts.syscalls.sampled) text += ", no calls counted";
  if (!facts.syscalls.filter.empty())
    text += fmt::format(", only calls of {}", facts.syscalls.filter);
  if (!missing.empty()) text += fmt::format(", nothing known of {}", fmt::join(missing, ", "));
  if (!window_is_long_enough(facts)) {
    text += fmt::format(", most need {} s", kShortestWindow.count());
  }
  if (is_warming_up(facts))
    text += fmt::format(", some wait until it is {} s old", kWarmUp.count());
  return text;
}

nanoseconds observed(const Facts& facts) {
  return std::chrono::round<nanoseconds>(std::chrono::duration<double>(observed_seconds(facts)));
}

// How many threads made a call, or are in one that they began in the window.
std::size_t active_threads(const Facts& facts) {
  std::set<pid_t> active;
  for (const auto& thread : facts.threads.threads)
    if (thread.calls.value_or(0) > 0) active.insert(thread.tid);
  for (const auto& call : facts.syscalls.in_flight)
    if (!call.started_before_window) active.insert(call.tid);
  return active.size();
}

// "Idle: blocked in epoll_wait 99.0% of the time", "75.0% of the active threads' time in read".
std::string in_call(double share, std::string_view call, bool of_active, const Facts& facts) {
  const std::string percent = format_ratio({std::min(share, 1.0)});
  if (share >= kIdle && facts.threads.cpu && facts.threads.cpu->value < kIdleCpu)
    return fmt::format("Idle: blocked in {} {} of the time", call, percent);
  return fmt::format("{} of {} time in {}", percent, of_active ? "the active threads'" : "thread",
                     call);
}

// "Busy: 1 thread on CPU, no system calls".
std::string busy(const Facts& facts) {
  const auto& threads = facts.threads.threads;
  const auto on_cpu = static_cast<std::uint64_t>(
      std::count_if(threads.begin(), threads.end(),
                    [](const Thread& thread) { return thread.cpu && thread.cpu->value >= kBusy; }));
  std::string text = on_cpu > 0
                         ? fmt::format("Busy: {} on CPU ({} of one)", counted(on_cpu, "thread"),
                                       format_ratio(*facts.threads.cpu))
                         : fmt::format("Busy: {} of a CPU", format_ratio(*facts.threads.cpu));
  if (silence_tells(facts) && facts.syscalls.calls == 0) text += ", no system calls";
  return text;
}

// The system call in which the threads spent most of their wall time, and its share of it.
std::string where_threads_were(const Facts& facts) {
  const double seconds = observed_seconds(facts);
  // Which threads are active is told by all their calls.
  if (!counts_all_calls(facts) || seconds <= 0) return {};
  // Threads that sleep through the window say nothing of those that work, if there are any.
  const std::size_t active = active_threads(facts);
  const std::uint64_t threads = active > 0 ? active : facts.threads.count.value_or(0);
  if (threads == 0) return {};
  std::map<std::string_view, nanoseconds> time;
  // Time that a tracer has added is not the target's.
  if (times_are_own(facts))
    for (const auto& row : facts.syscalls.rows) time[row.syscall] += row.latency.sum;
  for (const auto& call : facts.syscalls.in_flight) {
    if (active > 0 && call.started_before_window) continue;
    if (call.elapsed) time[call.syscall] += std::min(*call.elapsed, observed(facts));
  }
  if (time.empty()) return {};
  const auto most = std::max_element(
      time.begin(), time.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const double share = std::chrono::duration<double>(most->second).count() /
                       (seconds * static_cast<double>(threads));
  if (share < kMostOfTheTime) return {};
  return in_call(share, most->first, active > 0, facts);
}

// The same by samples. Threads that did not run once say nothing of those that work.
std::string where_samples_were(const Facts& facts) {
  const auto& shares = facts.syscalls.time_shares;
  const auto is_idle = [](const auto& share) { return share.idle; };
  const auto idle = std::count_if(shares.begin(), shares.end(), is_idle);
  const bool leave_out = idle > 0 && static_cast<std::size_t>(idle) < shares.size();
  std::map<std::string_view, std::uint64_t> samples;
  std::uint64_t all = 0;
  for (const auto& share : shares) {
    if (leave_out && share.idle) continue;
    all += share.samples;
    if (share.syscall) samples[*share.syscall] += share.samples;
  }
  if (samples.empty() || all < kFewestSamples) return {};
  const auto most =
      std::max_element(samples.begin(), samples.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  const double share = static_cast<double>(most->second) / static_cast<double>(all);
  if (share < kMostOfTheTime) return {};
  return in_call(share, most->first, leave_out, facts) + " (sampled)";
}

std::string where_the_time_went(const Facts& facts) {
  // Of several processes together the calls do not say which of them is busy.
  if (facts.process.followed && facts.process.followed->size() > 1) return {};
  if (facts.threads.cpu && facts.threads.cpu->value >= kBusy) {
    return busy(facts);
  }
  return facts.syscalls.sampled ? where_samples_were(facts) : where_threads_were(facts);
}

// Any other end is a finding.
std::string how_it_ended(const Facts& facts) {
  if (!facts.wait_status || *facts.wait_status != 0) return {};
  return fmt::format("Exited with status 0 after {}", format_duration(observed(facts)));
}

}  // namespace

std::string diagnosis_line(const std::vector<Finding>& findings, const Facts& facts) {
  if (!findings.empty()) {
    const std::size_t more = findings.size() - 1;
    return findings.front().title + (more > 0 ? fmt::format(" (and {} more)", more) : "");
  }
  const std::string nothing =
      fmt::format("nothing wrong found ({} rules{})", rules().size(), gaps(facts));
  std::string line;
  for (const std::string& part : {how_it_ended(facts), where_the_time_went(facts)})
    if (!part.empty()) line += part + "; ";
  return line + nothing;
}

}  // namespace debug_process::diagnosis
