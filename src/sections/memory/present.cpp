// SPDX-License-Identifier: Apache-2.0
#include "sections/memory/present.h"

namespace debug_process::sections::memory {
namespace {

using report::Show;
using report::to_value;
using report::Value;

report::Table mappings_table(const Facts& facts) {
  report::Table table{"mappings",
                      "",
                      {{"category", "Category"},
                       {"path", "Path", Show::everywhere, true},
                       {"mappings", "Count"},
                       {"size_bytes", "Size"},
                       {"rss_bytes", "RSS"},
                       {"pss_bytes", "PSS"}},
                      {},
                      {}};
  table.rows.reserve(facts.mappings.size());
  for (const Mapping& mapping : facts.mappings) {
    table.rows.push_back({mapping.category, mapping.path, mapping.count, mapping.size,
                          to_value(mapping.rss), to_value(mapping.pss)});
  }
  return table;
}

}  // namespace

report::Section present(const Facts& facts) {
  report::Section section{"memory", "Memory", facts.completeness.status, facts.completeness.reason,
                          {},       {}};
  if (section.status == report::Status::unavailable) return section;
  auto& metrics = section.metrics;
  metrics.push_back({"rss_bytes", to_value(facts.rss), "RSS"});
  metrics.push_back({"rss_peak_bytes", to_value(facts.rss_peak), "RSS at its peak"});
  metrics.push_back({"pss_bytes", to_value(facts.pss), "PSS"});
  metrics.push_back({"uss_bytes", to_value(facts.uss), "USS"});
  metrics.push_back({"swap_bytes", to_value(facts.swap), "Swap"});
  metrics.push_back({"heap_bytes", to_value(facts.heap), "Heap"});
  metrics.push_back(
      {"heap_size_bytes", to_value(facts.heap_size), facts.heap ? "" : "Heap, address space"});
  metrics.push_back({"stack_bytes", to_value(facts.stack), "Stacks"});
  metrics.push_back({"stack_size_bytes", to_value(facts.stack_size), ""});
  metrics.push_back({"anonymous_bytes", to_value(facts.anonymous), "Anonymous"});
  metrics.push_back({"file_bytes", to_value(facts.file), "File"});
  metrics.push_back({"shared_bytes", to_value(facts.shared), "Shared memory"});
  metrics.push_back({"virtual_bytes", to_value(facts.virtual_size), "Virtual"});
  metrics.push_back({"hugetlb_bytes", to_value(facts.hugetlb),
                     facts.hugetlb.value_or(Bytes{}) > Bytes{} ? "Huge pages" : ""});
  metrics.push_back({"mappings", to_value(facts.mapping_count), "Mappings"});
  metrics.push_back({"page_faults_minor", to_value(facts.page_faults_minor), "Minor page faults"});
  metrics.push_back({"page_faults_major", to_value(facts.page_faults_major), "Major page faults"});
  section.tables.push_back(mappings_table(facts));
  return section;
}

}  // namespace debug_process::sections::memory
