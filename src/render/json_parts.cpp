// SPDX-License-Identifier: Apache-2.0
#include "render/json_parts.h"

namespace debug_process::render {
namespace {

using std::chrono::nanoseconds;

struct Write {
  JsonWriter& out;

  void operator()(std::monostate) const { out.null(); }
  void operator()(bool flag) const { out.boolean(flag); }
  void operator()(std::int64_t number) const { out.number(number); }
  void operator()(std::uint64_t number) const { out.number(number); }
  void operator()(Ratio ratio) const { out.real(ratio.value); }
  void operator()(Rate rate) const { out.real(rate.value); }
  void operator()(nanoseconds duration) const { out.number(duration.count()); }
  void operator()(Bytes bytes) const { out.number(bytes.value); }
  void operator()(const std::string& text) const { out.string(text); }
  void operator()(const std::optional<std::uint64_t>& number) const {
    number ? out.number(*number) : out.null();
  }
  void operator()(const Histogram& histogram) const {
    out.begin_object();
    member("scale", histogram.scale);
    member("zero_count", histogram.zero_count);
    member("offset", histogram.offset);
    out.key("counts");
    (*this)(histogram.counts);
    member("count", histogram.count);
    member("sum_ns", histogram.sum.count());
    member("min_ns", histogram.min.count());
    member("max_ns", histogram.max.count());
    out.end_object();
  }
  template <typename T>
  void operator()(const std::vector<T>& values) const {
    out.begin_array();
    for (const T& value : values) (*this)(value);
    out.end_array();
  }

 private:
  template <typename T>
  void member(const char* key, T number) const {
    out.key(key);
    out.number(number);
  }
};

void write_member(JsonWriter& out, std::string_view key, const report::Value& value) {
  out.key(key);
  write_value(out, value);
}

template <typename T>
void write_member(JsonWriter& out, std::string_view key, const std::optional<T>& value) {
  write_member(out, key, report::to_value(value));
}

template <typename T>
void write_counts(JsonWriter& out, std::string_view key, const std::map<std::string, T>& counts) {
  out.key(key);
  out.begin_object();
  for (const auto& [what, count] : counts) write_member(out, what, report::Value(count));
  out.end_object();
}

void write_exit(JsonWriter& out, const std::optional<report::ExitStatus>& exit) {
  out.key("exit");
  if (!exit) {
    out.null();
    return;
  }
  const auto number = [](const std::optional<int>& value) {
    return value ? report::Value(std::int64_t{*value}) : report::Value();
  };
  out.begin_object();
  write_member(out, "code", number(exit->code));
  write_member(out, "signal", number(exit->signal));
  out.end_object();
}

void write_cost(JsonWriter& out, const report::Cost& cost) {
  out.key("cost");
  out.begin_object();
  write_member(out, "target_ns_per_call", cost.target_per_call);
  write_member(out, "target_ns_per_io_call", cost.target_per_io_call);
  write_member(out, "target_ns_per_path_call", cost.target_per_path_call);
  write_member(out, "bystander_ns_per_call", cost.bystander_per_call);
  write_member(out, "target_ratio", cost.target);
  out.end_object();
}

void write_table(JsonWriter& out, const report::Table& table) {
  out.key(table.id);
  out.begin_array();
  for (const auto& row : table.rows) {
    out.begin_object();
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      out.key(table.columns[i].key);
      i < row.size() ? write_value(out, row[i]) : out.null();
    }
    out.end_object();
  }
  out.end_array();
}

}  // namespace

void write_value(JsonWriter& out, const report::Value& value) {
  std::visit(Write{out}, value);
}

void write_tool(JsonWriter& out, const std::string& version) {
  out.begin_object();
  write_member(out, "name", std::string("debug-process"));
  write_member(out, "version", version);
  out.end_object();
}

void write_run(JsonWriter& out, const report::Run& run) {
  out.begin_object();
  write_member(out, "started_at", format_time(run.started_at));
  write_member(out, "window_ns", run.window);
  write_member(out, "backend", run.backend);
  write_member(out, "backend_reason", run.backend_reason);
  write_member(out, "host", run.host);
  write_member(out, "kernel", run.kernel);
  write_member(out, "arch", run.arch);
  write_member(out, "ended_by", std::string(report::to_string(run.ended_by)));
  write_member(out, "run_id", run.run_id);
  write_member(out, "startup_ns", run.startup);
  out.end_object();
}

void write_target(JsonWriter& out, const report::Target& target) {
  const auto time = [](const auto& at) {
    return at ? report::Value(format_time(*at)) : report::Value();
  };
  out.begin_object();
  write_member(out, "pid", target.pid);
  write_member(out, "ns_pid", target.ns_pid);
  write_member(out, "command", target.command);
  write_member(out, "comm", target.comm);
  write_member(out, "executable", target.executable);
  write_member(out, "started_at", time(target.started_at));
  write_exit(out, target.exit);
  out.end_object();
}

void write_summary(JsonWriter& out, const std::vector<report::SummaryLine>& summary) {
  out.begin_array();
  for (const report::SummaryLine& line : summary) {
    out.begin_object();
    write_member(out, "label", line.label);
    write_member(out, "text", line.text);
    out.end_object();
  }
  out.end_array();
}

void write_head_members(JsonWriter& out, const report::Report& report) {
  out.key("schema_version");
  out.number(report::kSchemaVersion);
  out.key("tool");
  write_tool(out, report.tool_version);
  out.key("run");
  write_run(out, report.run);
  out.key("target");
  write_target(out, report.target);
  out.key("summary");
  write_summary(out, report.summary);
}

void write_collection(JsonWriter& out, const report::Collection& collection) {
  const auto counts = [](const std::optional<report::Counts>& how) {
    return how ? report::Value(std::string(report::to_string(*how))) : report::Value();
  };
  out.begin_object();
  write_member(out, "coverage_ratio", collection.coverage);
  write_member(out, "counts", counts(collection.counts));
  write_member(out, "counts_error_ratio", collection.counts_error);
  write_member(out, "inflated_latencies", collection.inflated_latencies);
  write_cost(out, collection.cost);
  write_counts(out, "losses", collection.losses);
  write_counts(out, "gathering_ns", collection.gathering);
  write_member(out, "tool_cpu_ns", collection.tool_cpu);
  write_member(out, "tool_peak_rss_bytes", collection.tool_peak_rss);
  write_member(out, "notes", collection.notes);
  out.end_object();
}

void write_finding_members(JsonWriter& out, const report::Finding& finding,
                           WriteEvidence write_evidence) {
  write_member(out, "rule", finding.rule);
  write_member(out, "severity", std::string(report::to_string(finding.severity)));
  write_member(out, "title", finding.title);
  write_member(out, "explanation", finding.explanation);
  out.key("evidence");
  out.begin_array();
  for (const report::Evidence& evidence : finding.evidence) {
    out.begin_object();
    write_evidence(out, evidence);
    out.end_object();
  }
  out.end_array();
  write_member(out, "next_step", finding.next_step);
  write_member(out, "lost_ns", finding.lost);
}

void write_section_head_members(JsonWriter& out, const report::Section& section) {
  write_member(out, "title", section.title);
  write_member(out, "status", std::string(report::to_string(section.status)));
  write_member(out, "reason",
               section.reason.empty() ? report::Value() : report::Value(section.reason));
  out.key("metrics");
  out.begin_object();
  for (const report::Metric& metric : section.metrics) write_member(out, metric.key, metric.value);
  out.end_object();
}

void write_sections(JsonWriter& out, std::span<const report::Section> sections) {
  out.begin_object();
  for (const report::Section& section : sections) {
    out.key(section.id);
    out.begin_object();
    write_section_head_members(out, section);
    out.key("tables");
    out.begin_object();
    for (const report::Table& table : section.tables) write_table(out, table);
    out.end_object();
    out.end_object();
  }
  out.end_object();
}

}  // namespace debug_process::render
