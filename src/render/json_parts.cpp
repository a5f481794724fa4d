// SPDX-License-Identifier: Apache-2.0
#include "render/json_parts.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "render/escape.h"

namespace debug_process::render {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;

Json text_json(const std::string& text) {
  return escape_invalid_utf8(text);
}

Json texts_json(const std::vector<std::string>& texts) {
  Json out = Json::array();
  for (const std::string& text : texts) out.push_back(text_json(text));
  return out;
}

// Six significant digits: more would be noise, and would differ from run to run for no reason.
Json number_json(double number) {
  if (!std::isfinite(number)) return nullptr;
  return std::strtod(fmt::format("{:.6g}", number).c_str(), nullptr);
}

Json histogram_json(const Histogram& histogram) {
  return {{"scale", histogram.scale},        {"zero_count", histogram.zero_count},
          {"offset", histogram.offset},      {"counts", histogram.counts},
          {"count", histogram.count},        {"sum_ns", histogram.sum.count()},
          {"min_ns", histogram.min.count()}, {"max_ns", histogram.max.count()}};
}

Json series_json(const report::Series& series) {
  Json out = Json::array();
  for (const auto& number : series) out.push_back(number ? Json(*number) : Json(nullptr));
  return out;
}

struct ToJson {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool flag) const { return flag; }
  Json operator()(std::int64_t number) const { return number; }
  Json operator()(std::uint64_t number) const { return number; }
  Json operator()(Ratio ratio) const { return number_json(ratio.value); }
  Json operator()(Rate rate) const { return number_json(rate.value); }
  Json operator()(nanoseconds duration) const { return duration.count(); }
  Json operator()(Bytes bytes) const { return bytes.value; }
  Json operator()(const std::string& text) const { return text_json(text); }
  Json operator()(const std::vector<std::string>& texts) const { return texts_json(texts); }
  Json operator()(const Histogram& histogram) const { return histogram_json(histogram); }
  Json operator()(const report::Series& series) const { return series_json(series); }
  Json operator()(const std::vector<Histogram>& histograms) const {
    Json out = Json::array();
    for (const Histogram& histogram : histograms) out.push_back(histogram_json(histogram));
    return out;
  }
};

Json value_json(const report::Value& value) {
  return std::visit(ToJson{}, value);
}

template <typename T>
Json optional_json(const std::optional<T>& value) {
  return value_json(report::to_value(value));
}

Json exit_json(const std::optional<report::ExitStatus>& exit) {
  if (!exit) return nullptr;
  Json out = {{"code", nullptr}, {"signal", nullptr}};
  if (exit->code) out["code"] = *exit->code;
  if (exit->signal) out["signal"] = *exit->signal;
  return out;
}

}  // namespace

Json tool_json(const report::Report& report) {
  return {{"name", "debug-process"}, {"version", report.tool_version}};
}

Json run_json(const report::Run& run) {
  return {{"started_at", format_time(run.started_at)},
          {"window_ns", run.window.count()},
          {"backend", text_json(run.backend)},
          {"backend_reason", text_json(run.backend_reason)},
          {"host", text_json(run.host)},
          {"kernel", text_json(run.kernel)},
          {"arch", text_json(run.arch)},
          {"ended_by", report::to_string(run.ended_by)},
          {"run_id", text_json(run.run_id)},
          {"startup_ns", run.startup.count()}};
}

Json target_json(const report::Target& target) {
  Json out = {{"pid", target.pid},
              {"ns_pid", optional_json(target.ns_pid)},
              {"command", texts_json(target.command)},
              {"comm", text_json(target.comm)},
              {"executable", optional_json(target.executable)},
              {"started_at", nullptr},
              {"exit", exit_json(target.exit)}};
  if (target.started_at) out["started_at"] = format_time(*target.started_at);
  return out;
}

Json summary_json(const std::vector<report::SummaryLine>& summary) {
  Json out = Json::array();
  for (const report::SummaryLine& line : summary) {
    out.push_back({{"label", text_json(line.label)}, {"text", text_json(line.text)}});
  }
  return out;
}

Json finding_json(const report::Finding& finding) {
  Json evidence = Json::array();
  for (const report::Evidence& item : finding.evidence) {
    evidence.push_back({{"metric", text_json(item.metric)}, {"value", value_json(item.value)}});
  }
  return {
      {"rule", text_json(finding.rule)},       {"severity", report::to_string(finding.severity)},
      {"title", text_json(finding.title)},     {"explanation", text_json(finding.explanation)},
      {"evidence", std::move(evidence)},       {"next_step", text_json(finding.next_step)},
      {"lost_ns", optional_json(finding.lost)}};
}

Json row_json(const report::Table& table, const std::vector<report::Value>& row) {
  Json object = Json::object();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    object[table.columns[i].key] = i < row.size() ? value_json(row[i]) : Json(nullptr);
  }
  return object;
}

Json section_head_json(const report::Section& section) {
  Json metrics = Json::object();
  for (const report::Metric& metric : section.metrics) {
    metrics[metric.key] = value_json(metric.value);
  }
  Json out = {{"title", text_json(section.title)},
              {"status", report::to_string(section.status)},
              {"reason", nullptr},
              {"metrics", std::move(metrics)}};
  if (!section.reason.empty()) out["reason"] = text_json(section.reason);
  return out;
}

Json section_json(const report::Section& section) {
  Json tables = Json::object();
  for (const report::Table& table : section.tables) {
    Json rows = Json::array();
    for (const auto& row : table.rows) rows.push_back(row_json(table, row));
    tables[table.id] = std::move(rows);
  }
  Json out = section_head_json(section);
  out["tables"] = std::move(tables);
  return out;
}

Json collection_json(const report::Collection& collection) {
  Json losses = Json::object();
  for (const auto& [what, count] : collection.losses) losses[escape_invalid_utf8(what)] = count;
  Json gathering = Json::object();
  for (const auto& [section, took] : collection.gathering) gathering[section] = took.count();
  Json out = {{"coverage_ratio", optional_json(collection.coverage)},
              {"counts", nullptr},
              {"counts_error_ratio", optional_json(collection.counts_error)},
              {"inflated_latencies", collection.inflated_latencies},
              {"cost",
               {{"target_ns_per_call", optional_json(collection.cost.target_per_call)},
                {"target_ns_per_io_call", optional_json(collection.cost.target_per_io_call)},
                {"bystander_ns_per_call", optional_json(collection.cost.bystander_per_call)},
                {"target_ratio", optional_json(collection.cost.target)}}},
              {"losses", std::move(losses)},
              {"gathering_ns", std::move(gathering)},
              {"tool_cpu_ns", collection.tool_cpu.count()},
              {"tool_peak_rss_bytes", collection.tool_peak_rss.value},
              {"notes", texts_json(collection.notes)}};
  if (collection.counts) out["counts"] = report::to_string(*collection.counts);
  return out;
}

}  // namespace debug_process::render
