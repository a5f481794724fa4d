// SPDX-License-Identifier: Apache-2.0
#include "compare/capture.h"

#include <fmt/format.h>

#include <algorithm>

#include "compare/lookup.h"
#include "compare/statistics.h"

namespace debug_process::compare {
namespace {

using report::Series;

// The intervals of the window that are long enough to say something: the last may be a rest.
struct Intervals {
  std::vector<double> seconds;
  std::vector<std::size_t> used;
};

Intervals intervals_of(const Rows& rows) {
  constexpr std::size_t kMost = 1024;  // we make hundreds; a file may say anything
  Intervals intervals;
  for (std::size_t i = 0; i < rows.size(); ++i)
    intervals.seconds.push_back(rows.number(i, "length_ns").value_or(0));
  const double usual = median(intervals.seconds);
  for (std::size_t i = 0; i < intervals.seconds.size() && intervals.used.size() < kMost; ++i)
    if (intervals.seconds[i] > usual / 2) intervals.used.push_back(i);
  return intervals;
}

// A column of the table of intervals: as it is, or a second.
std::vector<double> column(const Rows& rows, const Intervals& intervals, const char* key,
                           bool per_second) {
  std::vector<double> values;
  for (const std::size_t i : intervals.used)
    if (const auto value = rows.number(i, key))
      values.push_back(per_second ? *value / intervals.seconds[i] : *value);
  return values;
}

std::vector<double> rates(const report::Value* value, const Intervals& intervals) {
  std::vector<double> rates;
  const auto* const series = value == nullptr ? nullptr : std::get_if<Series>(value);
  if (series == nullptr) return rates;
  for (const std::size_t i : intervals.used)
    if (i < series->size() && (*series)[i])
      rates.push_back(static_cast<double>(*(*series)[i]) / intervals.seconds[i]);
  return rates;
}

std::vector<Histogram> histograms(const report::Value* value, const Intervals& intervals) {
  std::vector<Histogram> known;
  const auto* const all = value == nullptr ? nullptr : std::get_if<std::vector<Histogram>>(value);
  if (all == nullptr) return known;
  for (const std::size_t i : intervals.used)
    if (i < all->size() && (*all)[i].bucketed() > 0) known.push_back((*all)[i]);
  return known;
}

// That of most calls.
std::string usual_abi(const Rows& rows) {
  std::map<std::string, double> calls;
  for (std::size_t i = 0; i < rows.size(); ++i)
    calls[rows.text(i, "abi")] += rows.number(i, "calls").value_or(0);
  const auto most = std::max_element(
      calls.begin(), calls.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == calls.end() ? "" : most->first;
}

std::string name_of(const Rows& rows, std::size_t row, const std::string& usual) {
  const std::string abi = rows.text(row, "abi");
  const std::string name = rows.text(row, "syscall");
  return abi == usual ? name : name + "@" + abi;
}

void read_calls(const report::Report& report, const Intervals& intervals, Capture& capture) {
  const Rows rows(report, "syscalls", "syscalls");
  const std::string usual = usual_abi(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Call& call = capture.by_call[name_of(rows, i, usual)];
    call.calls = {rows.number(i, "calls").value_or(0), capture.seconds,
                  rates(rows.cell(i, "interval_calls"), intervals)};
    call.errors = {rows.number(i, "errors").value_or(0), capture.seconds,
                   rates(rows.cell(i, "interval_errors"), intervals)};
    call.time = rows.number(i, "total_ns").value_or(0);
    const report::Value* const latency = rows.cell(i, "histogram");
    if (latency != nullptr && std::holds_alternative<Boxed<Histogram>>(*latency))
      call.latency = std::get<Boxed<Histogram>>(*latency);
    call.latencies = histograms(rows.cell(i, "interval_histograms"), intervals);
  }
  const Rows errors(report, "errors", "errors");
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const ErrorKind kind{name_of(errors, i, usual), errors.text(i, "errno")};
    capture.failures[kind] += errors.number(i, "calls").value_or(0);
    if (const std::string example = errors.text(i, "example"); !example.empty())
      capture.examples[kind] = example;
  }
}

// Of all threads, those that ended in the window excepted.
std::optional<double> waiting_for_cpu(const report::Report& report, double seconds) {
  const Rows rows(report, "threads", "threads");
  std::optional<double> waited;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (const auto delay = rows.number(i, "run_delay_ns")) waited = waited.value_or(0) + *delay;
  return waited && seconds > 0 ? std::optional(*waited / seconds) : std::nullopt;
}

}  // namespace

Capture capture_of(const report::Report& report) {
  Capture capture;
  capture.seconds = std::chrono::duration<double>(report.run.window).count();
  const Rows rows(report, "intervals", "intervals");
  const Intervals intervals = intervals_of(rows);
  capture.intervals = intervals.used.size();
  const auto calls = number_at(report, "syscalls", "calls");
  capture.counted = calls.has_value();
  capture.calls = {calls.value_or(0), capture.seconds, column(rows, intervals, "calls", true)};
  capture.errors = {number_at(report, "syscalls", "errors").value_or(0), capture.seconds,
                    column(rows, intervals, "errors", true)};
  if (capture.counted) read_calls(report, intervals, capture);
  const auto faults = [&](const char* key) {
    return Events{number_at(report, "memory", key).value_or(0), capture.seconds,
                  column(rows, intervals, key, true)};
  };
  capture.minor_faults = faults("page_faults_minor");
  capture.major_faults = faults("page_faults_major");
  capture.cpu = column(rows, intervals, "cpu_ratio", false);
  capture.files = column(rows, intervals, "open_files", false);
  capture.threads = column(rows, intervals, "threads", false);
  capture.rss = column(rows, intervals, "rss_bytes", false);
  capture.cpu_share = number_at(report, "threads", "cpu_ratio");
  capture.waiting_for_cpu = waiting_for_cpu(report, capture.seconds);
  return capture;
}

}  // namespace debug_process::compare
