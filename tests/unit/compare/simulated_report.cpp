// SPDX-License-Identifier: Apache-2.0
#include "unit/compare/simulated_report.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <stdexcept>

namespace debug_process::compare {
namespace {

using namespace std::chrono_literals;
using report::Section;
using report::Series;
using report::Status;
using report::Table;
using report::Value;
using std::chrono::nanoseconds;

constexpr nanoseconds kInterval = 500ms;

using Random = std::mt19937_64;

struct Counted {
  SimulatedCall call;
  std::vector<std::uint64_t> calls;
  std::vector<std::uint64_t> errors;
  std::vector<Histogram> latencies;
};

template <typename Number>
Number sum(const std::vector<Number>& numbers) {
  Number all = 0;
  for (const Number number : numbers) all += number;
  return all;
}

Histogram merged(const std::vector<Histogram>& histograms) {
  Histogram all;
  for (const Histogram& histogram : histograms) all.merge(histogram);
  return all;
}

double around_one(double noise, Random& random) {
  return std::exp(std::normal_distribution<double>(0, noise)(random));
}

std::uint64_t number_of(double expected, Random& random) {
  return expected > 0 ? std::poisson_distribution<std::uint64_t>(expected)(random) : 0;
}

// `pace`: of the whole process, by interval.
Counted count(const SimulatedCall& call, const Load& load, const std::vector<double>& pace,
              Random& random) {
  Counted counted{call, {}, {}, {}};
  const double seconds = std::chrono::duration<double>(kInterval).count();
  for (const double speed : pace) {
    const double own = speed * around_one(load.call_noise, random);
    counted.calls.push_back(number_of(call.rate * seconds * own, random));
    counted.errors.push_back(
        std::min(counted.calls.back(), number_of(call.error_rate * seconds * own, random)));
    const double middle = call.latency_us * 1000 * around_one(load.call_noise, random);
    std::lognormal_distribution<double> latency(std::log(middle), call.spread);
    std::bernoulli_distribution slow(call.slow_share);
    Histogram histogram;
    for (std::uint64_t i = 0; i < counted.calls.back(); ++i)
      histogram.add(nanoseconds(std::llround(latency(random) * (slow(random) ? 10 : 1))));
    counted.latencies.push_back(histogram);
  }
  return counted;
}

Series series(const std::vector<std::uint64_t>& numbers) {
  return {numbers.begin(), numbers.end()};
}

Section syscalls_section(const std::vector<Counted>& all) {
  Table table{"syscalls",
              "",
              {{"syscall", ""},
               {"abi", ""},
               {"calls", ""},
               {"errors", ""},
               {"total_ns", ""},
               {"histogram", ""},
               {"interval_calls", ""},
               {"interval_errors", ""},
               {"interval_histograms", ""}},
              {},
              ""};
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  for (const Counted& each : all) {
    const Histogram whole = merged(each.latencies);
    table.rows.push_back({each.call.name, std::string("x86_64"), sum(each.calls), sum(each.errors),
                          whole.sum, whole, series(each.calls), series(each.errors),
                          each.latencies});
    calls += sum(each.calls);
    errors += sum(each.errors);
  }
  return {"syscalls",
          "System calls",
          Status::complete,
          "",
          {{"calls", calls, ""}, {"errors", errors, ""}, {"filter", Value(), ""}},
          {table}};
}

Section errors_section(const std::vector<Counted>& all) {
  Table table{"errors",
              "",
              {{"syscall", ""}, {"abi", ""}, {"errno", ""}, {"calls", ""}, {"example", ""}},
              {},
              ""};
  for (const Counted& each : all)
    if (sum(each.errors) > 0)
      table.rows.push_back({each.call.name, std::string("x86_64"), each.call.error,
                            sum(each.errors), std::string("/no/such/file")});
  return {"errors", "Failed calls", Status::complete, "", {}, {table}};
}

Section intervals_section(const Load& load, std::uint64_t sockets, const std::vector<Counted>& all,
                          const std::vector<double>& pace) {
  Table table{"intervals",
              "",
              {{"start_ns", ""},
               {"length_ns", ""},
               {"calls", ""},
               {"errors", ""},
               {"cpu_ratio", ""},
               {"page_faults_minor", ""},
               {"open_files", ""},
               {"threads", ""},
               {"rss_bytes", ""}},
              {},
              ""};
  for (std::size_t i = 0; i < pace.size(); ++i) {
    std::uint64_t calls = 0;
    std::uint64_t errors = 0;
    for (const Counted& each : all) {
      calls += each.calls[i];
      errors += each.errors[i];
    }
    table.rows.push_back({kInterval * static_cast<int>(i), kInterval, calls, errors,
                          Ratio{load.cpu * pace[i]}, std::uint64_t{10}, load.files + sockets,
                          load.threads, Bytes{load.rss_mb << 20U}});
  }
  return {"intervals", "Over time", Status::complete, "", {}, {table}};
}

Section files_section(const Load& load, std::uint64_t sockets) {
  return {"files",
          "Open files",
          Status::complete,
          "",
          {{"open", load.files + sockets, ""}, {"deleted", std::uint64_t{0}, ""}},
          {{"types",
            "",
            {{"type", ""}, {"open", ""}},
            {{std::string("file"), load.files}, {std::string("socket"), sockets}},
            ""}}};
}

Section sockets_section(const Load& load, std::uint64_t sockets) {
  Table peers{"established_by_peer", "", {{"peer", ""}, {"connections", ""}}, {}, ""};
  for (const auto& [peer, connections] : load.peers) peers.rows.push_back({peer, connections});
  return {"sockets",
          "Sockets",
          Status::complete,
          "",
          {{"total", sockets, ""}},
          {peers,
           {"states",
            "",
            {{"state", ""}, {"sockets", ""}},
            {{std::string("ESTABLISHED"), sockets}},
            ""}}};
}

Section threads_section(const Load& load, double seconds) {
  const nanoseconds waited(std::llround(load.waiting_for_cpu * seconds * 1e9));
  return {"threads",
          "Threads",
          Status::complete,
          "",
          {{"threads", load.threads, ""}, {"cpu_ratio", Ratio{load.cpu}, ""}},
          {{"threads",
            "",
            {{"tid", ""}, {"run_delay_ns", ""}, {"voluntary_switches", ""}},
            {{std::int64_t{1}, waited, std::uint64_t{100}}},
            ""}}};
}

Section memory_section(const Load& load) {
  return {"memory",
          "Memory",
          Status::complete,
          "",
          {{"rss_bytes", Bytes{load.rss_mb << 20U}, ""},
           {"anonymous_bytes", Bytes{load.rss_mb << 19U}, ""},
           {"page_faults_minor", std::uint64_t{80}, ""},
           {"page_faults_major", std::uint64_t{0}, ""}},
          {}};
}

}  // namespace

report::Report simulate(const Load& load, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> pace;
  for (int i = 0; i < load.intervals; ++i) pace.push_back(around_one(load.noise, random));
  std::vector<Counted> counted;
  for (const SimulatedCall& each : load.calls) counted.push_back(count(each, load, pace, random));
  std::uint64_t sockets = 0;
  for (const auto& [peer, connections] : load.peers) sockets += connections;

  report::Report report;
  report.tool_version = "0.1.0";
  report.run.window = kInterval * load.intervals;
  report.run.backend = "bpf";
  report.target.executable = "/usr/bin/server";
  report.collection.counts = report::Counts::exact;
  report.collection.counts_error = Ratio{0};
  const double seconds = std::chrono::duration<double>(report.run.window).count();
  report.sections = {syscalls_section(counted),    intervals_section(load, sockets, counted, pace),
                     errors_section(counted),      threads_section(load, seconds),
                     files_section(load, sockets), sockets_section(load, sockets),
                     memory_section(load)};
  return report;
}

SimulatedCall& call(Load& load, const std::string& name) {
  for (SimulatedCall& each : load.calls)
    if (each.name == name) return each;
  throw std::invalid_argument(name);
}

}  // namespace debug_process::compare
