// SPDX-License-Identifier: Apache-2.0
#include "sections/syscalls/present.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "trace/abi/abi.h"

namespace debug_process::sections::syscalls {
namespace {

using report::Show;
using report::Text;
using report::Value;

// Of more threads, one by one, nobody reads what they do.
constexpr std::size_t kMostThreadsShown = 8;

Show show_if(bool needed) {
  return needed ? Show::everywhere : Show::json_only;
}

Value if_timed(const Histogram& latency, std::chrono::nanoseconds value) {
  return latency.count > 0 ? Value(value) : Value();
}

std::string calls_title(const Facts& facts) {
  const std::string filter = facts.filter.empty() ? "" : "; only " + facts.filter;
  return facts.inflated_latencies
             ? fmt::format(
                   "By time in the call, all threads (wall time, inflated by the tracer's stops{})",
                   filter)
             : fmt::format("By time in the call (wall time, all threads{})", filter);
}

std::string when_no_calls(const Facts& facts) {
  if (!facts.traced) return "";
  std::string text = facts.failed_only ? "No failed call" : "No call";
  text += facts.counts == report::Counts::scaled ? " was seen" : " ended in the window";
  return facts.filter.empty() ? text + "." : fmt::format("{} (only {}).", text, facts.filter);
}

void append_intervals(const Facts& facts, const Row& row, std::vector<Value>& cells) {
  if (row.intervals.empty()) {
    cells.insert(cells.end(), {Value(), Value(), Value(), Value()});
    return;
  }
  const auto series = [&](auto number) {
    report::Series numbers;
    for (std::size_t i = 0; i < row.intervals.size(); ++i)
      numbers.push_back(facts.interval_known[i] ? std::optional(number(row.intervals[i]))
                                                : std::nullopt);
    return numbers;
  };
  std::vector<Histogram> histograms;
  for (const trace::IntervalStats& part : row.intervals) histograms.push_back(part.latency);
  cells.emplace_back(series([](const auto& part) { return part.calls; }));
  cells.emplace_back(series([](const auto& part) { return part.errors; }));
  cells.emplace_back(series(
      [](const auto& part) { return static_cast<std::uint64_t>(part.latency.sum.count()); }));
  cells.emplace_back(std::move(histograms));
}

report::Table present_calls(const Facts& facts) {
  const auto any = [&](auto property) {
    return std::any_of(facts.rows.begin(), facts.rows.end(), property);
  };
  const bool foreign =
      any([](const Row& row) { return row.abi != trace::abi::abi_name(trace::abi::Abi::native); });
  const bool restarts = any([](const Row& row) { return row.restarts > 0; });
  report::Table table;
  table.id = "syscalls";
  table.title = calls_title(facts);
  table.when_empty = when_no_calls(facts);
  table.columns = {{"syscall", "Call", Show::everywhere, false, Text::word},
                   {"abi", "ABI", show_if(foreign), false, Text::word},
                   {"calls", "Calls"},
                   {"errors", "Errors"},
                   {"restarts", "Restarts", show_if(restarts)},
                   {"untimed", "Untimed", Show::json_only},
                   {"total_ns", "Total"},
                   {"min_ns", "Min", Show::json_only},
                   {"p50_ns", "p50"},
                   {"p90_ns", "p90", Show::json_only},
                   {"p99_ns", "p99"},
                   {"max_ns", "Max"},
                   {"histogram", "Latency"},
                   {"zeros", "Zeros", Show::json_only},
                   {"interval_calls", "", Show::json_only},
                   {"interval_errors", "", Show::json_only},
                   {"interval_total_ns", "", Show::json_only},
                   {"interval_histograms", "", Show::json_only}};
  for (const Row& row : facts.rows) {
    const Histogram& latency = row.latency;
    table.rows.push_back(
        {row.syscall, row.abi, row.calls, row.errors, row.restarts, row.untimed,
         if_timed(latency, latency.sum), if_timed(latency, latency.min),
         report::to_value(latency.quantile(0.5)), report::to_value(latency.quantile(0.9)),
         report::to_value(latency.quantile(0.99)), if_timed(latency, latency.max),
         latency.count > 0 ? Value(latency) : Value(), report::to_value(row.zeros)});
    append_intervals(facts, row, table.rows.back());
  }
  return table;
}

report::Table present_in_flight(const Facts& facts) {
  report::Table table;
  table.id = "in_flight";
  table.title = "In flight when the window ended";
  table.columns = {{"tid", "TID"},
                   {"thread", "Thread", Show::everywhere, true, Text::name},
                   {"syscall", "Call", Show::everywhere, false, Text::word},
                   {"elapsed_ns", "For"},
                   {"started_before_window", "Since before"},
                   {"wait_channel", "Kernel function", Show::everywhere, false, Text::word}};
  for (const InFlight& call : facts.in_flight)
    table.rows.push_back({static_cast<std::int64_t>(call.tid),
                          call.thread.empty() ? Value() : Value(call.thread), call.syscall,
                          report::to_value(call.elapsed), call.started_before_window,
                          report::to_value(call.wait_channel)});
  return table;
}

std::size_t count_threads(const Facts& facts) {
  std::set<pid_t> tids;
  for (const TimeShare& share : facts.time_shares) tids.insert(share.tid);
  return tids.size();
}

bool several_processes(const Facts& facts) {
  return std::any_of(facts.time_shares.begin(), facts.time_shares.end(),
                     [&](const auto& share) { return share.pid != facts.time_shares.front().pid; });
}

report::Value number_of(pid_t id) {
  return id != 0 ? report::Value(std::int64_t{id}) : report::Value();
}

// Each thread by itself; in text only where they are few.
report::Table present_time_shares(const Facts& facts, bool shown) {
  report::Table table;
  table.id = "time_shares";
  table.title = "Where the threads were found (shares of each one's wall time)";
  table.columns = {{"tid", "TID", show_if(shown)},
                   {"pid", "PID", show_if(shown && several_processes(facts))},
                   {"thread", "Thread", show_if(shown), true, Text::name},
                   {"state", "State", show_if(shown), false, Text::word},
                   {"syscall", "Call", show_if(shown), false, Text::word},
                   {"syscall_known", "", Show::json_only},
                   {"wait_channel", "Kernel function", show_if(shown), false, Text::word},
                   {"samples", "Samples", show_if(shown)},
                   {"share_ratio", "Share", show_if(shown)}};
  for (const TimeShare& share : facts.time_shares)
    table.rows.push_back({number_of(share.tid), number_of(share.pid), share.thread,
                          std::string(1, share.state), report::to_value(share.syscall),
                          share.syscall_known, report::to_value(share.wait_channel), share.samples,
                          share.share});
  return table;
}

// All threads together: what many of them are about.
report::Table present_time_by_place(const Facts& facts, bool shown) {
  using Key = std::tuple<char, std::optional<std::string>, std::optional<std::string>>;
  struct Sum {
    std::uint64_t samples = 0;
    std::set<pid_t> threads;
    // Unknown with threads among them that have ended and are kept together.
    [[nodiscard]] report::Value number_of_threads() const {
      return threads.contains(0) ? report::Value() : report::Value(std::uint64_t{threads.size()});
    }
  };
  std::map<Key, Sum> places;
  std::uint64_t all = 0;
  for (const TimeShare& share : facts.time_shares) {
    Sum& sum = places[{share.state, share.syscall, share.wait_channel}];
    sum.samples += share.samples;
    sum.threads.insert(share.tid);
    all += share.samples;
  }
  std::vector<std::pair<Key, Sum>> sorted(places.begin(), places.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second.samples > b.second.samples;
  });
  report::Table table;
  table.id = "time_by_place";
  table.title = "Where all threads together were found (shares of their wall time)";
  table.columns = {{"state", "State", show_if(shown), false, Text::word},
                   {"syscall", "Call", show_if(shown), false, Text::word},
                   {"wait_channel", "Kernel function", show_if(shown), false, Text::word},
                   {"threads", "Threads", show_if(shown)},
                   {"samples", "Samples", show_if(shown)},
                   {"share_ratio", "Share", show_if(shown)}};
  for (const auto& [key, sum] : sorted) {
    const auto& [state, syscall, wait_channel] = key;
    const Ratio share{static_cast<double>(sum.samples) / static_cast<double>(all)};
    table.rows.push_back({std::string(1, state), report::to_value(syscall),
                          report::to_value(wait_channel), sum.number_of_threads(), sum.samples,
                          share});
  }
  return table;
}

// What there is none of is not shown as unknown: the section's reason says it.
const char* label_if(bool shown, const char* label) {
  return shown ? label : "";
}

report::Table present_futexes(const Facts& facts) {
  report::Table table;
  table.id = "futexes";
  table.title = "Waits by futex (wall time, all threads)";
  table.columns = {{"address", "Address", Show::everywhere, false, Text::word},
                   {"waits", "Waits"},
                   {"waited_ns", "Waited"},
                   {"wakes", "Wakes"},
                   {"waiters", "Threads"},
                   {"waiters_that_wake", "", Show::json_only}};
  if (!facts.futexes) return table;
  for (const Futex& futex : *facts.futexes)
    table.rows.push_back({fmt::format("{:#x}", futex.address), futex.waits, futex.waited,
                          futex.wakes, std::uint64_t{futex.waiters},
                          std::uint64_t{futex.waiters_that_wake}});
  return table;
}

// Mostly of no interest to people: a rule looks at them.
report::Table present_lookups(const Facts& facts) {
  report::Table table;
  table.id = "lookups";
  table.columns = {{"path", "Path", Show::json_only, false, Text::object},
                   {"calls", "Calls", Show::json_only}};
  if (!facts.lookups) return table;
  for (const Lookup& lookup : *facts.lookups) table.rows.push_back({lookup.path, lookup.calls});
  return table;
}

bool ends_thread(const std::string& syscall) {
  return syscall == "exit" || syscall == "exit_group";
}

report::Table present_last_calls(const Facts& facts) {
  report::Table table;
  table.id = "last_calls";
  table.title = "Last calls of its threads before it ended";
  table.columns = {{"tid", "TID"},
                   {"thread", "Thread", Show::everywhere, true, Text::name},
                   {"syscall", "Call", Show::everywhere, false, Text::word},
                   {"returned", "Returned"}};
  for (const LastCall& call : facts.last_calls)
    // Nobody returns from his own end.
    table.rows.push_back({static_cast<std::int64_t>(call.tid), report::to_value(call.thread),
                          call.syscall,
                          ends_thread(call.syscall) ? Value() : Value(call.returned)});
  return table;
}

}  // namespace

report::Section present(const Facts& facts) {
  report::Section section{
      "syscalls", "System calls", facts.completeness.status, facts.completeness.reason, {}, {}};
  const double seconds = std::chrono::duration<double>(facts.observed).count();
  const bool known = facts.traced;
  section.metrics = {
      {"calls", known ? Value(facts.calls) : Value(), label_if(known, "Calls")},
      {"errors", known ? Value(facts.errors) : Value(), label_if(known, "Errors")},
      {"calls_per_s",
       known && seconds > 0 ? Value(Rate{static_cast<double>(facts.calls) / seconds}) : Value(),
       label_if(known, "Rate")},
      {"in_syscalls_ns", known ? Value(facts.in_syscalls) : Value(),
       label_if(known, "Time in calls")},
      {"activity", known ? Value(facts.activity) : Value(), "", Text::word},
      {"filter", facts.filter.empty() ? Value() : Value(facts.filter), "", Text::word},
      {"looks_per_s", report::to_value(facts.looks_per_s), ""}};
  const bool many = count_threads(facts) > kMostThreadsShown;
  section.tables = {present_calls(facts),
                    present_time_by_place(facts, many),
                    present_time_shares(facts, !many),
                    present_in_flight(facts),
                    present_futexes(facts),
                    present_lookups(facts),
                    present_last_calls(facts)};
  return section;
}

}  // namespace debug_process::sections::syscalls
