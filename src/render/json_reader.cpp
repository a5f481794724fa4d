// SPDX-License-Identifier: Apache-2.0
#include "render/json_reader.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "render/json_parse.h"
#include "render/json_value.h"
#include "util/time_of_day.h"

namespace debug_process::render {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;

// Rows are made equally long: of a file whose rows differ that must not take memory without end.
constexpr std::size_t kMostPadding = 64;

// A value and where it stands: "sections.memory.status".
struct Node {
  const Json* json = nullptr;
  std::string path;
  [[nodiscard]] bool known() const { return json != nullptr && !json->is_null(); }
};

// Goes through the document; of what is not as it must be the first is kept, and the rest is read
// as unknown.
class Reader {
 public:
  [[nodiscard]] report::Report read(const Json& document);
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  static Node member(const Node& parent, const char* key) {
    const std::string path = parent.path.empty() ? key : parent.path + "." + key;
    if (parent.json == nullptr || !parent.json->is_object()) return {nullptr, path};
    const auto found = parent.json->find(key);
    return {found == parent.json->end() ? nullptr : &*found, path};
  }

  void expect(bool holds, const Node& node, std::string_view what) {
    if (!holds && complaint_.empty()) complaint_ = fmt::format("{} is not {}", node.path, what);
  }

  // Of an object or array that may be missing; null for neither.
  const Json* object(const Node& node) {
    if (!node.known()) return nullptr;
    expect(node.json->is_object(), node, "an object");
    return node.json->is_object() ? node.json : nullptr;
  }
  const Json* array(const Node& node) {
    if (!node.known()) return nullptr;
    expect(node.json->is_array(), node, "an array");
    return node.json->is_array() ? node.json : nullptr;
  }

  std::optional<std::string> text_if(const Node& node) {
    if (!node.known()) return std::nullopt;
    expect(node.json->is_string(), node, "text");
    if (!node.json->is_string()) return std::nullopt;
    return node.json->get<std::string>();
  }
  std::string text(const Node& node) { return text_if(node).value_or(""); }

  std::optional<std::int64_t> integer(const Node& node) {
    if (!node.known()) return std::nullopt;
    const bool fits = node.json->is_number_integer() &&
                      (!node.json->is_number_unsigned() ||
                       std::in_range<std::int64_t>(node.json->get<std::uint64_t>()));
    expect(fits, node, "a whole number of 64 bits");
    if (!fits) return std::nullopt;
    return node.json->get<std::int64_t>();
  }
  std::optional<int> small(const Node& node) {
    const auto number = integer(node);
    if (!number) return std::nullopt;
    expect(std::in_range<int>(*number), node, "a number of 32 bits");
    return std::in_range<int>(*number) ? std::optional(static_cast<int>(*number)) : std::nullopt;
  }
  std::uint64_t count(const Node& node) {
    if (!node.known()) return 0;
    expect(node.json->is_number_unsigned(), node, "a count");
    return node.json->is_number_unsigned() ? node.json->get<std::uint64_t>() : 0;
  }
  std::optional<nanoseconds> duration(const Node& node) {
    const auto number = integer(node);
    return number ? std::optional(nanoseconds(*number)) : std::nullopt;
  }
  std::optional<Ratio> ratio(const Node& node) {
    if (!node.known()) return std::nullopt;
    expect(node.json->is_number(), node, "a number");
    return node.json->is_number() ? std::optional(Ratio{node.json->get<double>()}) : std::nullopt;
  }
  std::optional<std::chrono::system_clock::time_point> time(const Node& node) {
    const auto words = text_if(node);
    if (!words) return std::nullopt;
    const auto time = parse_time(*words);
    expect(time.has_value(), node, "a time as in RFC 3339");
    return time;
  }
  std::vector<std::string> texts(const Node& node) {
    std::vector<std::string> all;
    const Json* const list = array(node);
    if (list == nullptr) return all;
    for (std::size_t i = 0; i < list->size(); ++i)
      all.push_back(text({&(*list)[i], fmt::format("{}[{}]", node.path, i)}));
    return all;
  }

  // Words that a later version may have more of: then `fallback`.
  template <typename Word, std::size_t n>
  std::optional<Word> word(const Node& node, const std::array<Word, n>& known) {
    const auto name = text_if(node);
    for (const Word each : known)
      if (name == report::to_string(each)) return each;
    return std::nullopt;
  }

  report::Run run(const Node& node);
  report::Target target(const Node& node);
  std::vector<report::Finding> findings(const Node& node);
  report::Finding finding(const Node& node);
  report::Section section(const std::string& id, const Node& node);
  report::Table table(const std::string& id, const Node& node);
  report::Collection collection(const Node& node);

  std::string complaint_;
};

report::Run Reader::run(const Node& node) {
  using report::EndedBy;
  static constexpr std::array kEndings{EndedBy::window, EndedBy::target_exit, EndedBy::interrupt};
  report::Run run;
  (void)object(node);
  run.run_id = text(member(node, "run_id"));
  run.started_at = time(member(node, "started_at")).value_or(run.started_at);
  run.window = duration(member(node, "window_ns")).value_or(run.window);
  run.startup = duration(member(node, "startup_ns")).value_or(run.startup);
  run.backend = text(member(node, "backend"));
  run.backend_reason = text(member(node, "backend_reason"));
  run.host = text(member(node, "host"));
  run.kernel = text(member(node, "kernel"));
  run.arch = text(member(node, "arch"));
  run.ended_by = word(member(node, "ended_by"), kEndings).value_or(EndedBy::window);
  return run;
}

report::Target Reader::target(const Node& node) {
  report::Target target;
  (void)object(node);
  target.pid = integer(member(node, "pid")).value_or(0);
  target.ns_pid = integer(member(node, "ns_pid"));
  target.command = texts(member(node, "command"));
  target.comm = text(member(node, "comm"));
  target.executable = text_if(member(node, "executable"));
  target.started_at = time(member(node, "started_at"));
  const Node exit = member(node, "exit");
  if (object(exit) != nullptr)
    target.exit = {small(member(exit, "code")), small(member(exit, "signal"))};
  return target;
}

report::Finding Reader::finding(const Node& node) {
  using report::Severity;
  static constexpr std::array kSeverities{Severity::info, Severity::warning, Severity::critical};
  report::Finding finding;
  (void)object(node);
  finding.rule = text(member(node, "rule"));
  finding.severity = word(member(node, "severity"), kSeverities).value_or(Severity::info);
  finding.title = text(member(node, "title"));
  finding.explanation = text(member(node, "explanation"));
  finding.next_step = text(member(node, "next_step"));
  finding.lost = duration(member(node, "lost_ns"));
  const Node evidence = member(node, "evidence");
  const Json* const list = array(evidence);
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const Node item{&(*list)[i], fmt::format("{}[{}]", evidence.path, i)};
    const std::string metric = text(member(item, "metric"));
    const Node value = member(item, "value");
    finding.evidence.push_back(
        {metric, value.json == nullptr ? report::Value() : value_of(*value.json, metric)});
  }
  return finding;
}

std::vector<report::Finding> Reader::findings(const Node& node) {
  std::vector<report::Finding> all;
  const Json* const list = array(node);
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i)
    all.push_back(finding({&(*list)[i], fmt::format("{}[{}]", node.path, i)}));
  return all;
}

// The columns are the keys of all rows, in the order in which they come first.
report::Table Reader::table(const std::string& id, const Node& node) {
  report::Table table;
  table.id = id;
  const Json* const rows = array(node);
  if (rows == nullptr) return table;
  std::map<std::string, std::size_t, std::less<>> places;
  std::size_t cells_there = 0;
  std::size_t cells_wanted = 0;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const Json* const cells = object({&(*rows)[i], fmt::format("{}[{}]", node.path, i)});
    if (cells == nullptr) continue;
    cells_there += cells->size() + 1;
    cells_wanted += table.columns.size();
    expect(cells_wanted <= kMostPadding * cells_there, node,
           "a table: its rows have little in common");
    if (!complaint_.empty()) break;
    std::vector<report::Value> row(table.columns.size());
    for (const auto& [key, cell] : cells->items()) {
      const auto [place, added] = places.try_emplace(key, table.columns.size());
      if (added) {
        table.columns.push_back({key, ""});
        row.emplace_back();
      }
      row[place->second] = value_of(cell, key);
    }
    table.rows.push_back(std::move(row));
  }
  expect(table.rows.size() * table.columns.size() <= kMostPadding * (cells_there + 1), node,
         "a table: its rows have little in common");
  if (complaint_.empty())
    for (auto& row : table.rows) row.resize(table.columns.size());
  return table;
}

report::Section Reader::section(const std::string& id, const Node& node) {
  using report::Status;
  static constexpr std::array kStates{Status::complete, Status::partial, Status::unavailable};
  report::Section section;
  section.id = id;
  (void)object(node);
  section.title = text(member(node, "title"));
  section.status = word(member(node, "status"), kStates).value_or(Status::partial);
  section.reason = text(member(node, "reason"));
  const Node metrics = member(node, "metrics");
  if (const Json* const all = object(metrics))
    for (const auto& [key, value] : all->items())
      section.metrics.push_back({key, value_of(value, key), ""});
  const Node tables = member(node, "tables");
  if (const Json* const all = object(tables))
    for (const auto& [key, value] : all->items())
      section.tables.push_back(table(key, {&value, tables.path + "." + key}));
  return section;
}

report::Collection Reader::collection(const Node& node) {
  using report::Counts;
  static constexpr std::array kCounts{Counts::exact, Counts::scaled, Counts::samples};
  report::Collection collection;
  (void)object(node);
  collection.coverage = ratio(member(node, "coverage_ratio"));
  collection.counts = word(member(node, "counts"), kCounts);
  collection.counts_error = ratio(member(node, "counts_error_ratio"));
  const Node inflated = member(node, "inflated_latencies");
  if (inflated.known()) {
    expect(inflated.json->is_boolean(), inflated, "true or false");
    collection.inflated_latencies = inflated.json->is_boolean() && inflated.json->get<bool>();
  }
  const Node cost = member(node, "cost");
  (void)object(cost);
  collection.cost = {
      duration(member(cost, "target_ns_per_call")), duration(member(cost, "target_ns_per_io_call")),
      duration(member(cost, "target_ns_per_path_call")),
      duration(member(cost, "bystander_ns_per_call")), ratio(member(cost, "target_ratio"))};
  const Node losses = member(node, "losses");
  if (const Json* const all = object(losses))
    for (const auto& [what, number] : all->items())
      collection.losses[what] = count({&number, losses.path + "." + what});
  const Node gathering = member(node, "gathering_ns");
  if (const Json* const all = object(gathering))
    for (const auto& [section, took] : all->items())
      collection.gathering[section] =
          duration({&took, gathering.path + "." + section}).value_or(std::chrono::nanoseconds(0));
  collection.tool_cpu = duration(member(node, "tool_cpu_ns")).value_or(collection.tool_cpu);
  collection.tool_peak_rss = Bytes{count(member(node, "tool_peak_rss_bytes"))};
  collection.notes = texts(member(node, "notes"));
  return collection;
}

report::Report Reader::read(const Json& document) {
  report::Report report;
  const Node root{&document, ""};
  report.tool_version = text(member(member(root, "tool"), "version"));
  report.run = run(member(root, "run"));
  report.target = target(member(root, "target"));
  const Node summary = member(root, "summary");
  const Json* const lines = array(summary);
  for (std::size_t i = 0; lines != nullptr && i < lines->size(); ++i) {
    const Node line{&(*lines)[i], fmt::format("{}[{}]", summary.path, i)};
    report.summary.push_back({text(member(line, "label")), text(member(line, "text"))});
  }
  report.findings = findings(member(root, "findings"));
  const Node sections = member(root, "sections");
  if (const Json* const all = object(sections))
    for (const auto& [id, value] : all->items())
      report.sections.push_back(section(id, {&value, sections.path + "." + id}));
  report.collection = collection(member(root, "collection"));
  return report;
}

// Why the document is none that can be read; empty: it can.
std::string refusal(const Json& document) {
  if (!document.is_object() || !document.contains("schema_version"))
    return "it is JSON, but no report of debug-process: it has no schema_version";
  const Json& version = document["schema_version"];
  if (version != report::kSchemaVersion)
    return fmt::format(
        "its schema_version is {}, and this debug-process reads {}: keys do not mean the same",
        version.is_number_integer() ? version.dump() : "no number", report::kSchemaVersion);
  if (document.contains("doctor")) return "it is what doctor has found, and no report on a process";
  if (!document.contains("run")) return "it is no report on a process: it has no run";
  return "";
}

}  // namespace

Result<report::Report> read_json(std::string_view text, const std::string& name) {
  const auto document = parse_json(text, name);
  if (!document) return tl::unexpected(document.error());
  Reader reader;
  std::string why = refusal(*document);
  report::Report report;
  if (why.empty()) {
    report = reader.read(*document);
    why = reader.complaint();
  }
  if (!why.empty())
    return fail({"read the report", name, 0, std::move(why),
                 "make it anew with this debug-process: --json -o FILE"});
  return report;
}

}  // namespace debug_process::render
