// How the two were made, and what of it makes them differ by itself.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

#include "compare/context.h"
#include "compare/events.h"
#include "compare/lookup.h"

namespace debug_process::compare {
namespace {

using namespace std::chrono_literals;
using report::Counts;

// The two standard errors of a difference that nearly all accidents stay within.
constexpr double kErrors = 2;
// Scaled counts of which nobody knows how far they are off: up to a half was seen.
constexpr double kMarginOfUnknownError = 1.7;

std::string shown(const std::optional<double>& number) {
  return number ? fmt::format("{:.3g}", *number) : "unknown";
}

class Conditions {
 public:
  explicit Conditions(Context& context)
      : context_(context), a_(context.old_report), b_(context.new_report) {}

  void check() {
    warn_if_different("executable", a_.target.executable.value_or(a_.target.comm),
                      b_.target.executable.value_or(b_.target.comm));
    warn_if_different("kernel", a_.run.kernel, b_.run.kernel);
    warn_if_different("machine", a_.run.arch, b_.run.arch);
    warn_if_different("host", a_.run.host, b_.run.host);
    warn_if_different("backend", a_.run.backend, b_.run.backend);
    warn_if_different("version of debug-process", a_.tool_version, b_.tool_version);
    check_cpu();
    check_load();
    check_windows();
    check_counts();
  }

 private:
  void warn(std::string text) { context_.warnings.push_back(std::move(text)); }

  void warn_of(const std::string& what, const std::string& before, const std::string& after) {
    warn(fmt::format("another {}: {} ({}), {} ({})", what, before, context_.names.old_name, after,
                     context_.names.new_name));
  }
  void warn_if_different(const std::string& what, const std::string& before,
                         const std::string& after) {
    if (before != after)
      warn_of(what, before.empty() ? "unknown" : before, after.empty() ? "unknown" : after);
  }

  void check_cpu() {
    for (const auto& [section, key, what] : {std::tuple("host", "cpus", "number of CPUs"),
                                             std::tuple("threads", "cpu_limit", "CPU quota")}) {
      const auto before = number_at(a_, section, key);
      const auto after = number_at(b_, section, key);
      const bool quota = section == std::string_view("threads");
      // Without a quota there is none.
      if (before != after && (quota || (before && after)))
        warn_of(what, quota && !before ? "none" : shown(before),
                quota && !after ? "none" : shown(after));
    }
  }

  void check_load() {
    const auto before = number_at(a_, "host", "load1");
    const auto after = number_at(b_, "host", "load1");
    const double cpus = number_at(b_, "host", "cpus").value_or(1);
    constexpr double kMuchMore = 1.5;
    if (before && after && std::abs(*after - *before) >= std::max(1.0, cpus / 2) &&
        std::max(*before, *after) >= kMuchMore * std::min(*before, *after))
      warn_of("load of the machine", shown(before), shown(after));
    check_waiting();
  }

  void check_waiting() {
    const auto& waited = context_.a.waiting_for_cpu;
    const auto& waits = context_.b.waiting_for_cpu;
    if (!waited || !waits) return;
    context_.waiting = std::max(*waited, *waits);
    // Of as many threads as are ever busy at once, and one at least.
    const double threads = std::max({1.0, *waited + context_.a.cpu_share.value_or(0),
                                     *waits + context_.b.cpu_share.value_or(0)});
    constexpr double kLeastLeft = 0.05;
    const double most = std::max(kLeastLeft, threads - std::min(*waited, *waits));
    const double least = std::max(kLeastLeft, threads - context_.waiting);
    context_.pace_margin = most / least;
    constexpr double kMuch = 0.2;
    if (context_.waiting >= kMuch)
      warn(
          fmt::format("the threads wait for a CPU {} of the time in {}, {} in {}: latencies and "
                      "rates suffer from that",
                      format_ratio({*waited}), context_.names.old_name, format_ratio({*waits}),
                      context_.names.new_name));
  }

  void check_windows() {
    const auto longer = std::max(a_.run.window, b_.run.window);
    const auto shorter = std::min(a_.run.window, b_.run.window);
    if (longer / 2 > shorter)
      warn_of("length of the window", format_duration(a_.run.window),
              format_duration(b_.run.window));
    const auto young = [](const report::Report& report) {
      return report.target.started_at && report.run.started_at - *report.target.started_at < 10s;
    };
    if (young(a_) != young(b_))
      warn(fmt::format("{} began within 10 s of the process's start",
                       young(a_) ? context_.names.old_name : context_.names.new_name));
    if (std::min(context_.a.intervals, context_.b.intervals) < kFewestIntervals)
      warn(
          fmt::format("too few intervals to compare rates and latencies: six a side, 3 s, are "
                      "needed ({} in {}, {} in {})",
                      context_.a.intervals, context_.names.old_name, context_.b.intervals,
                      context_.names.new_name));
  }

  void check_counts() {
    if (!context_.a.counted || !context_.b.counted) {
      context_.calls = false;
      warn(fmt::format("no system calls were counted in {}: none are compared",
                       context_.a.counted ? context_.names.new_name : context_.names.old_name));
      return;
    }
    const auto before = text_at(a_, "syscalls", "filter").value_or("all");
    const auto after = text_at(b_, "syscalls", "filter").value_or("all");
    if (before != after) {
      context_.calls = false;
      warn_of("choice of system calls", before, after);
      warn("system calls and failures are not compared for that");
      return;
    }
    if (a_.collection.inflated_latencies != b_.collection.inflated_latencies) {
      context_.latencies = false;
      warn("latencies are not compared: those of one are inflated by the tracer's stops");
    }
    widen_margin();
  }

  void widen_margin() {
    double squares = 0;
    for (const report::Report* report : {&a_, &b_}) {
      if (report->collection.counts != Counts::scaled) continue;
      if (!report->collection.counts_error) {
        context_.count_margin = kMarginOfUnknownError;
        warn(
            fmt::format("how far the scaled counts in {} may be off is not known: only changes by "
                        "more than a factor of {} are told",
                        report == &a_ ? context_.names.old_name : context_.names.new_name,
                        kMarginOfUnknownError));
        return;
      }
      squares += std::pow(report->collection.counts_error->value, 2);
    }
    context_.count_margin = std::exp(kErrors * std::sqrt(squares));
  }

  Context& context_;
  const report::Report& a_;
  const report::Report& b_;
};

}  // namespace

Context context_of(const report::Report& old_report, const report::Report& new_report,
                   const Names& names) {
  Context context{old_report, new_report, names, capture_of(old_report), capture_of(new_report)};
  Conditions(context).check();
  return context;
}

}  // namespace debug_process::compare
