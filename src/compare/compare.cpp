// SPDX-License-Identifier: Apache-2.0
#include "compare/compare.h"

#include <algorithm>

#include "compare/context.h"
#include "compare/judge.h"
#include "compare/lookup.h"

namespace debug_process::compare {
namespace {

// A report of the summary alone, or an answer of `compare`, has nothing to compare.
bool has_sections(const report::Report& report) {
  return std::any_of(report.sections.begin(), report.sections.end(),
                     [](const report::Section& section) { return section.id != kSection; });
}

}  // namespace

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::worse:
      return "worse";
    case Verdict::better:
      return "better";
    case Verdict::changed:
      return "changed";
    case Verdict::same:
      return "same";
    case Verdict::cannot_tell:
      return "cannot tell";
    case Verdict::explained:
      return "explained";
  }
  return "";
}

std::size_t Comparison::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(differences.begin(), differences.end(),
                    [verdict](const Difference& each) { return each.verdict == verdict; }));
}

bool Comparison::found_any() const {
  return std::any_of(differences.begin(), differences.end(),
                     [](const Difference& each) { return each.found(); });
}

Result<Comparison> compare(const report::Report& old_report, const report::Report& new_report,
                           const Names& names) {
  for (const auto* each : {&old_report, &new_report}) {
    if (has_sections(*each)) continue;
    return fail({"compare", each == &old_report ? names.old_name : names.new_name, 0,
                 "it has no sections", "a report with --summary-only is not enough"});
  }
  Context context = context_of(old_report, new_report, names);
  Comparison comparison;
  ask_rates(context, comparison.differences);
  ask_latencies(context, comparison.differences);
  ask_levels(context, comparison.differences);
  ask_findings(context, comparison.differences);
  if (comparison.differences.empty())
    return fail({"compare", names.old_name + " and " + names.new_name, 0,
                 "they have no number in common", "make both with the same --sections"});
  judge(comparison.differences);
  comparison.names = names;
  comparison.warnings = std::move(context.warnings);
  return comparison;
}

}  // namespace debug_process::compare
