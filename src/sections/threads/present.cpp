// SPDX-License-Identifier: Apache-2.0
#include "sections/threads/present.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <type_traits>

namespace debug_process::sections::threads {
namespace {

using report::Show;
using report::Text;
using report::to_value;
using report::Value;

// The kernel counts these in steps of 10 ms: nothing there, and yet on a CPU, is less than a step
// and not 0.
Value ticks(const Thread& thread, std::chrono::nanoseconds spent) {
  const bool below_a_step = thread.user.count() == 0 && thread.system.count() == 0;
  const bool ran = thread.on_cpu.value_or(std::chrono::nanoseconds(0)).count() > 0;
  return below_a_step && ran ? Value() : Value(spent);
}

// "futex 0x7f5c00a0", "fsync fd 7 /data/log [jbd2_log_wait_commit]": the kernel's function where it
// says more than the call does.
Value place_text(const Thread& thread) {
  if (!thread.place) return {};
  const Place& place = *thread.place;
  if (place.running) return std::string("running");
  std::string text = place.syscall.value_or("");
  if (!place.object.empty()) text += (text.empty() ? "" : " ") + place.object;
  const bool says_more = !place.syscall || thread.state == 'D';
  if (place.wait_channel && says_more)
    text += fmt::format("{}[{}]", text.empty() ? "" : " ", *place.wait_channel);
  return text.empty() ? Value() : Value(text);
}

template <typename T>
Value of_place(const Thread& thread, T Place::*member) {
  if (!thread.place) return {};
  if constexpr (std::is_same_v<T, std::string>)
    return (*thread.place).*member;
  else
    return to_value((*thread.place).*member);
}

// Columns that tell something only where somebody has changed something.
Show show_if_any(const Facts& facts, bool (*is_unusual)(const Thread&)) {
  return std::any_of(facts.threads.begin(), facts.threads.end(), is_unusual) ? Show::everywhere
                                                                             : Show::json_only;
}

// Policies other than the usual one, and kernel threads' too: they are not the reader's choice.
std::string scheduling(const Thread& thread) {
  std::string text = thread.policy == "other" ? "" : thread.policy;
  if (thread.realtime_priority > 0) text += fmt::format(" {}", thread.realtime_priority);
  if (thread.nice != 0) text += fmt::format("{}nice {}", text.empty() ? "" : " ", thread.nice);
  return text.empty() ? "usual" : text;
}

report::Table threads_table(const Facts& facts) {
  const Show when_scheduled =
      show_if_any(facts, [](const Thread& thread) { return scheduling(thread) != "usual"; });
  report::Table table{"threads",
                      "",
                      {{"tid", "TID"},
                       {"name", "Name", Show::everywhere, true, Text::name},
                       {"state", "State", Show::everywhere, false, Text::word},
                       {"cpu_ratio", "CPU"},
                       {"run_delay_ns", "CPU wait"},
                       {"blocked_ns", "Blocked"},
                       {"unaccounted_ns", "", Show::json_only},
                       {"observed_ns", "", Show::json_only},
                       {"blocked_in", "Now in", Show::everywhere, true},
                       {"scheduling", "Scheduling", when_scheduled, false, Text::word},
                       {"calls", "Calls"},
                       {"voluntary_switches", "Vol. sw."},
                       {"involuntary_switches", "Invol. sw."},
                       {"user_ns", "User", Show::json_only},
                       {"system_ns", "System", Show::json_only},
                       {"on_cpu_ns", "On CPU", Show::json_only},
                       {"block_io_delay_ns", "", Show::json_only},
                       {"timeslices", "", Show::json_only},
                       {"syscall", "", Show::json_only, false, Text::word},
                       {"object", "", Show::json_only, false, Text::object},
                       {"wait_channel", "", Show::json_only, false, Text::word},
                       {"nice", "", Show::json_only},
                       {"policy", "", Show::json_only, false, Text::word},
                       {"realtime_priority", "", Show::json_only},
                       {"cpus_allowed", "", Show::json_only, false, Text::word},
                       {"minor_faults", "Minor faults", Show::json_only},
                       {"major_faults", "Major faults", Show::json_only},
                       {"started_in_window", "New", Show::json_only}},
                      {},
                      {}};
  if (!facts.calls_note.empty()) table.title = fmt::format("Calls are {}", facts.calls_note);
  table.rows.reserve(facts.threads.size());
  for (const Thread& thread : facts.threads) {
    table.rows.push_back({std::int64_t{thread.tid},
                          thread.name,
                          std::string(1, thread.state),
                          to_value(thread.cpu),
                          to_value(thread.run_delay),
                          to_value(thread.blocked),
                          to_value(thread.unaccounted),
                          to_value(thread.observed),
                          place_text(thread),
                          scheduling(thread),
                          to_value(thread.calls),
                          to_value(thread.voluntary_switches),
                          to_value(thread.involuntary_switches),
                          ticks(thread, thread.user),
                          ticks(thread, thread.system),
                          to_value(thread.on_cpu),
                          to_value(thread.block_io_delay),
                          to_value(thread.timeslices),
                          of_place(thread, &Place::syscall),
                          of_place(thread, &Place::object),
                          of_place(thread, &Place::wait_channel),
                          std::int64_t{thread.nice},
                          thread.policy,
                          std::uint64_t{thread.realtime_priority},
                          to_value(thread.cpus_allowed),
                          thread.minor_faults,
                          thread.major_faults,
                          thread.started_in_window});
  }
  return table;
}

std::string label_unless_zero(const std::optional<std::uint64_t>& value, const char* label) {
  return value.value_or(0) > 0 ? label : "";
}

std::uint64_t count_in(const Facts& facts, std::string_view states) {
  return static_cast<std::uint64_t>(
      std::count_if(facts.threads.begin(), facts.threads.end(), [states](const Thread& thread) {
        return states.find(thread.state) != std::string_view::npos;
      }));
}

// "0.5 CPUs (/kubepods/x): throttled 4.2 s, in 48 of 50 periods"
std::string quota_text(const Quota& quota) {
  std::string text =
      quota.cpus ? fmt::format("{:.2f} CPUs ({})", *quota.cpus, quota.group) : "none";
  if (quota.throttled_periods.value_or(0) > 0)
    text += fmt::format(": throttled {}, in {} of {} periods", format_duration(*quota.throttled),
                        *quota.throttled_periods, quota.periods.value_or(0));
  return text;
}

void add_quota(const Quota& quota, std::vector<report::Metric>& metrics) {
  const bool tells = quota.limited.value_or(false) || quota.throttled_periods.value_or(0) > 0;
  metrics.push_back(
      {"cpu_quota", quota.limited ? Value(quota_text(quota)) : Value(), tells ? "CPU quota" : ""});
  metrics.push_back({"cpu_limited", to_value(quota.limited), ""});
  metrics.push_back({"cpu_limit", quota.cpus ? Value(Ratio{*quota.cpus}) : Value(), ""});
  metrics.push_back(
      {"cpu_cgroup", quota.group.empty() ? Value() : Value(quota.group), "", Text::path});
  metrics.push_back({"cpu_periods", to_value(quota.periods), ""});
  metrics.push_back({"cpu_throttled_periods", to_value(quota.throttled_periods), ""});
  metrics.push_back({"cpu_throttled_ns", to_value(quota.throttled), ""});
}

}  // namespace

report::Section present(const Facts& facts) {
  report::Section section{
      "threads", "Threads", facts.completeness.status, facts.completeness.reason, {}, {}};
  if (section.status == report::Status::unavailable) return section;
  auto& metrics = section.metrics;
  metrics.push_back({"threads", to_value(facts.count), "Threads"});
  metrics.push_back({"cpu_ratio", to_value(facts.cpu), "CPU (of one)"});
  metrics.push_back({"run_delay_ratio", to_value(facts.run_delay), "Waiting for a CPU"});
  const bool have_rows = facts.count.has_value();
  const auto count = [&](const char* key, std::string_view states, const char* label) {
    const auto number = have_rows ? std::optional(count_in(facts, states)) : std::nullopt;
    metrics.push_back({key, to_value(number), label_unless_zero(number, label)});
  };
  count("runnable", "R", "Running or ready");
  count("uninterruptible", "D", "In uninterruptible sleep");
  count("stopped", "Tt", "Stopped");
  metrics.push_back({"started", to_value(facts.started_in_window),
                     label_unless_zero(facts.started_in_window, "New at the end")});
  metrics.push_back({"ended", to_value(facts.ended_in_window),
                     label_unless_zero(facts.ended_in_window, "Gone at the end")});
  metrics.push_back({"exited_threads", to_value(facts.exited_thread_count),
                     label_unless_zero(facts.exited_thread_count, "Threads that ended")});
  metrics.push_back({"exited_threads_calls", to_value(facts.exited_thread_calls),
                     label_unless_zero(facts.exited_thread_calls, "Calls of exited threads")});
  add_quota(facts.quota, metrics);
  metrics.push_back({"pids_current", to_value(facts.pids.current), ""});
  metrics.push_back({"pids_limit", to_value(facts.pids.limit), ""});
  metrics.push_back(
      {"pids_cgroup", facts.pids.group.empty() ? Value() : Value(facts.pids.group), ""});
  section.tables.push_back(threads_table(facts));
  return section;
}

}  // namespace debug_process::sections::threads
