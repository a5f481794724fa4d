// SPDX-License-Identifier: Apache-2.0
#include "render/json.h"

#include <span>

#include "render/json_parts.h"

namespace debug_process::render {
namespace {

void write_evidence(JsonWriter& out, const report::Evidence& evidence) {
  out.key("metric");
  out.string(evidence.metric);
  out.key("value");
  write_value(out, evidence.value);
}

void write_findings(JsonWriter& out, const std::vector<report::Finding>& findings) {
  out.begin_array();
  for (const report::Finding& finding : findings) {
    out.begin_object();
    write_finding_members(out, finding, write_evidence);
    out.end_object();
  }
  out.end_array();
}

}  // namespace

std::string render_json(const report::Report& report, const RenderOptions& options) {
  JsonWriter out(JsonLayout::lines);
  out.begin_object();
  write_head_members(out, report);
  out.key("findings");
  write_findings(out, report.findings);
  out.key("sections");
  const std::span<const report::Section> sections(report.sections);
  write_sections(out, options.summary_only ? sections.first(0) : sections);
  out.key("collection");
  write_collection(out, report.collection);
  out.end_object();
  out.end_document();
  return out.take();
}

}  // namespace debug_process::render
