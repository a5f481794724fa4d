// What the tests of the diagnosis ask of a report. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "e2e/harness.h"

namespace debug_process::e2e {

// Whether the machine had more to run than CPUs: then a thread that had to wait for one is no
// mistake of the diagnosis.
inline bool cpus_were_short(const Json& report) {
  const Json pressure = metric(report, "host", "psi_cpu_some_ratio");
  if (!pressure.is_null()) return pressure.get<double>() >= 0.1;
  return metric(report, "host", "load1").get<double>() >
         metric(report, "host", "cpus").get<double>();
}

// Most severe first; without what the machine, busy with other work, has truly done to the process.
inline std::vector<Json> own_findings(const Json& report) {
  std::vector<Json> findings = report.at("findings");
  if (cpus_were_short(report))
    std::erase_if(findings,
                  [](const Json& finding) { return finding.at("rule") == "cpu-starvation"; });
  return findings;
}

inline std::string first_rule(const Json& report) {
  const auto findings = own_findings(report);
  return findings.empty() ? "" : findings.front().at("rule").get<std::string>();
}

// Whether this is not the first finding because the threads waited for a CPU for most of the time
// in which they did anything: then little of what they waited for is anything else's doing.
inline bool is_hidden_by_starvation(const Json& report, const std::string& rule) {
  return first_rule(report) != rule && report.at("findings").size() > 0 &&
         report.at("findings").at(0).at("rule") == "cpu-starvation" && cpus_were_short(report);
}

// What is wrong with it by the report; info is not.
inline std::vector<std::string> complaints(const Json& report) {
  std::vector<std::string> complaints;
  for (const Json& finding : own_findings(report))
    if (finding.at("severity") != "info") complaints.push_back(finding.dump(2));
  return complaints;
}

}  // namespace debug_process::e2e
