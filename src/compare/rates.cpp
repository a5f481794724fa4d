// What happens how often: calls, failures, page faults, switches, bytes, and CPU time.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "compare/calls.h"
#include "compare/context.h"
#include "compare/events.h"
#include "compare/lookup.h"

namespace debug_process::compare {
namespace {

const std::string kAllCalls = "syscalls.calls_per_s";

// Smaller differences wake nobody up, however sure they are. A second, but for the CPU's.
constexpr double kLeastCalls = 50;
constexpr double kLeastErrors = 1;
constexpr double kLeastUsualErrors = 100;  // EAGAIN and its like
constexpr double kLeastMinorFaults = 1000;
constexpr double kLeastMajorFaults = 10;
constexpr double kLeastSwitches = 500;
constexpr double kLeastForced = 1000;  // switches by force: others on the machine make hundreds
constexpr double kLeastBytes = 1 << 20U;
constexpr double kLeastRetransmits = 5;
constexpr double kLeastDrops = 1;
constexpr double kLeastCpu = 0.05;   // of one
constexpr double kLeastTime = 0.01;  // thread-seconds a second

Events none_of(const Capture& capture) {
  return {0, capture.seconds, std::vector<double>(capture.calls.rates.size(), 0.0)};
}

Events calls_of(const Capture& capture, const std::string& name) {
  const auto found = capture.by_call.find(name);
  return found == capture.by_call.end() ? none_of(capture) : found->second.calls;
}

// Failures of one kind vary as those of their call do.
Events failures_of(const Capture& capture, const ErrorKind& kind) {
  const auto found = capture.failures.find(kind);
  const auto call = capture.by_call.find(kind.first);
  if (found == capture.failures.end() || call == capture.by_call.end()) return none_of(capture);
  Events events = call->second.errors;
  const double share = events.count > 0 ? found->second / events.count : 0;
  events.count = found->second;
  for (double& rate : events.rates) rate *= share;
  return events;
}

// As many as take a hundredth of a thread's time, where that are few.
double least_calls(const Context& context, const std::string& name) {
  double least = kLeastCalls;
  if (is_wait(name) || may_wait(name)) return least;
  for (const Capture* capture : {&context.a, &context.b}) {
    const auto found = capture->by_call.find(name);
    if (found == capture->by_call.end() || found->second.calls.count <= 0) continue;
    const double seconds_a_call = found->second.time / found->second.calls.count;
    if (seconds_a_call > 0) least = std::min(least, kLeastTime / seconds_a_call);
  }
  return std::max(least, 1.0);
}

template <typename Map>
std::set<typename Map::key_type> keys_of(const Map& a, const Map& b) {
  std::set<typename Map::key_type> keys;
  for (const auto& [key, value] : a) keys.insert(key);
  for (const auto& [key, value] : b) keys.insert(key);
  return keys;
}

void ask_calls(const Context& context, std::vector<Difference>& differences) {
  const Capture& a = context.a;
  const Capture& b = context.b;
  const auto ask = [&](const Question& question, const Events& before, const Events& after) {
    differences.push_back(compare_events(question, before, after, margin_of_calls(context)));
  };
  ask({kAllCalls, "calls of all kinds", Bad::neither, kLeastCalls, {}, {}}, a.calls, b.calls);
  for (const std::string& name : keys_of(a.by_call, b.by_call))
    ask({fmt::format("syscalls.syscalls[{}].calls", name),
         fmt::format("{}: calls", name),
         Bad::neither,
         least_calls(context, name),
         {kAllCalls},
         {}},
        calls_of(a, name), calls_of(b, name));
  for (const ErrorKind& kind : keys_of(a.failures, b.failures)) {
    const auto& [name, error] = kind;
    const std::string call = fmt::format("syscalls.syscalls[{}].calls", name);
    ask({fmt::format("errors.errors[{} {}].calls", name, error),
         fmt::format("{}: {}", name, error),
         is_usual(error) ? Bad::neither : Bad::more,
         is_usual(error) ? kLeastUsualErrors : kLeastErrors,
         {call, kAllCalls},
         {call, kAllCalls}},
        failures_of(a, kind), failures_of(b, kind));
    const auto& examples = b.examples.contains(kind) ? b.examples : a.examples;
    if (const auto example = examples.find(kind); example != examples.end())
      differences.back().detail = example->second;
  }
}

// Of all threads; nullopt: of none known.
std::optional<double> sum_of_threads(const report::Report& report, const char* column) {
  const Rows rows(report, "threads", "threads");
  std::optional<double> sum;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (const auto number = rows.number(i, column)) sum = sum.value_or(0) + *number;
  return sum;
}

void ask_total(const Context& context, Question question, const std::optional<double>& before,
               const std::optional<double>& after, std::vector<Difference>& differences) {
  if (!before || !after) return;
  if (context.calls) question.follows.push_back(kAllCalls);
  differences.push_back(compare_totals(question, {*before, context.a.seconds, {}},
                                       {*after, context.b.seconds, {}}, context));
}

void ask_totals(const Context& context, std::vector<Difference>& differences) {
  const auto ask = [&](const char* section, const char* key, const char* what, Bad bad,
                       double least) {
    ask_total(context, {fmt::format("{}.{}", section, key), what, bad, least, {}, {}},
              number_at(context.old_report, section, key),
              number_at(context.new_report, section, key), differences);
  };
  const auto ask_threads = [&](const char* key, const char* what, double least) {
    ask_total(context,
              {fmt::format("threads.threads[*].{}", key), what, Bad::neither, least, {}, {}},
              sum_of_threads(context.old_report, key), sum_of_threads(context.new_report, key),
              differences);
  };
  ask_threads("voluntary_switches", "voluntary context switches", kLeastSwitches);
  ask_threads("involuntary_switches", "involuntary context switches", kLeastForced);
  ask("disk", "read_bytes", "bytes read from disks", Bad::neither, kLeastBytes);
  ask("disk", "written_bytes", "bytes written to disks", Bad::neither, kLeastBytes);
  ask("disk", "call_read_bytes", "bytes by read calls", Bad::neither, kLeastBytes);
  ask("disk", "call_written_bytes", "bytes by write calls", Bad::neither, kLeastBytes);
  ask("sockets", "retransmits", "retransmitted segments", Bad::more, kLeastRetransmits);
  ask("sockets", "drops", "dropped connections and datagrams", Bad::more, kLeastDrops);
}

void ask_faults(const Context& context, std::vector<Difference>& differences) {
  const std::vector<std::string> follows = {kAllCalls};
  for (const report::Report* report : {&context.old_report, &context.new_report})
    if (!number_at(*report, "memory", "page_faults_minor")) return;
  differences.push_back(compare_events({"memory.page_faults_minor",
                                        "minor page faults",
                                        Bad::neither,
                                        kLeastMinorFaults,
                                        {},
                                        follows},
                                       context.a.minor_faults, context.b.minor_faults,
                                       kLeastChange));
  differences.push_back(compare_events(
      {"memory.page_faults_major", "major page faults", Bad::more, kLeastMajorFaults, {}, {}},
      context.a.major_faults, context.b.major_faults, kLeastChange * context.pace_margin));
}

void ask_cpu(const Context& context, std::vector<Difference>& differences) {
  if (!context.a.cpu_share || !context.b.cpu_share) return;
  differences.push_back(
      compare_samples({"threads.cpu_ratio", "CPU (of one)", Bad::more, kLeastCpu, {}, {kAllCalls}},
                      context.a.cpu, context.b.cpu, *context.a.cpu_share, *context.b.cpu_share,
                      kLeastChange * context.pace_margin));
  differences.back().before = Ratio{*context.a.cpu_share};
  differences.back().after = Ratio{*context.b.cpu_share};
}

}  // namespace

void ask_rates(const Context& context, std::vector<Difference>& differences) {
  if (context.calls) ask_calls(context, differences);
  ask_totals(context, differences);
  ask_faults(context, differences);
  ask_cpu(context, differences);
}

}  // namespace debug_process::compare
