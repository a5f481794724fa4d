// SPDX-License-Identifier: Apache-2.0
#include "render/ndjson.h"

#include <utility>

#include "render/escape.h"
#include "render/json_parts.h"

namespace debug_process::render {
namespace {

using Json = nlohmann::ordered_json;

// Makes the lines of one report.
class Lines {
 public:
  explicit Lines(const report::Report& report) : head_(run_head(report)) {}

  // `content` is an object; what it has in common with each line's five keys is renamed.
  void add(const char* record, Json content) {
    Json line = {{"record", record}};
    line.update(head_);
    for (auto& [key, value] : content.items()) {
      line[line.contains(key) ? "row_" + key : key] = std::move(value);
    }
    text_ += escape_json_document(line.dump()) + '\n';
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  static Json run_head(const report::Report& report) {
    const Json run = run_json(report.run);
    return {{"run_id", run["run_id"]},
            {"host", run["host"]},
            {"pid", report.target.pid},
            {"started_at", run["started_at"]}};
  }

  Json head_;
  std::string text_;
};

// A number under `value`, all else as words under `text`: so both have one type.
Json with_typed_evidence(Json finding) {
  for (Json& item : finding["evidence"]) {
    const Json value = std::exchange(item["value"], nullptr);
    item["text"] = nullptr;
    if (value.is_number())
      item["value"] = value;
    else if (value.is_string())
      item["text"] = value;
    else if (!value.is_null())
      item["text"] = value.dump();
  }
  return finding;
}

Json in_section(const report::Section& section, const Json& content) {
  Json out = {{"section", section.id}};
  out.update(content);
  return out;
}

void add_section(Lines& lines, const report::Section& section) {
  lines.add("metrics", in_section(section, section_head_json(section)));
  for (const report::Table& table : section.tables) {
    for (const auto& row : table.rows) {
      lines.add(table.id.c_str(), in_section(section, row_json(table, row)));
    }
  }
}

}  // namespace

std::string render_ndjson(const report::Report& report, const RenderOptions& options) {
  Lines lines(report);
  lines.add("run", {{"schema_version", report::kSchemaVersion},
                    {"tool", tool_json(report)},
                    {"run", run_json(report.run)},
                    {"target", target_json(report.target)},
                    {"summary", summary_json(report.summary)},
                    {"collection", collection_json(report.collection)}});
  for (const report::Finding& finding : report.findings) {
    lines.add("finding", with_typed_evidence(finding_json(finding)));
  }
  if (options.summary_only) return lines.take();
  for (const report::Section& section : report.sections) add_section(lines, section);
  return lines.take();
}

}  // namespace debug_process::render
