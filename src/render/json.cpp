// SPDX-License-Identifier: Apache-2.0
#include "render/json.h"

#include "render/escape.h"
#include "render/json_parts.h"

namespace debug_process::render {

std::string render_json(const report::Report& report, const RenderOptions& options) {
  using Json = nlohmann::ordered_json;
  Json findings = Json::array();
  for (const report::Finding& finding : report.findings) findings.push_back(finding_json(finding));
  Json sections = Json::object();
  if (!options.summary_only) {
    for (const report::Section& section : report.sections) {
      sections[section.id] = section_json(section);
    }
  }
  const Json document = {{"schema_version", report::kSchemaVersion},
                         {"tool", tool_json(report)},
                         {"run", run_json(report.run)},
                         {"target", target_json(report.target)},
                         {"summary", summary_json(report.summary)},
                         {"findings", std::move(findings)},
                         {"sections", std::move(sections)},
                         {"collection", collection_json(report.collection)}};
  return escape_json_document(document.dump(2)) + '\n';
}

}  // namespace debug_process::render
