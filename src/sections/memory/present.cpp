// SPDX-License-Identifier: Apache-2.0
#include "sections/memory/present.h"

#include <fmt/format.h>

#include <cmath>

namespace debug_process::sections::memory {
namespace {

using report::Show;
using report::Text;
using report::to_value;
using report::Value;

Show when_swapped(const Facts& facts) {
  return facts.swap.value_or(Bytes{}) > Bytes{} ? Show::everywhere : Show::json_only;
}

std::optional<Ratio> share_of_rss(const Category& category, const Facts& facts) {
  if (!category.rss || !facts.rss || facts.rss->value == 0) return std::nullopt;
  return Ratio{static_cast<double>(category.rss->value) / static_cast<double>(facts.rss->value)};
}

report::Table categories_table(const Facts& facts) {
  report::Table table{"categories",
                      "What it is for",
                      {{"category", "Category", Show::everywhere, false, Text::word},
                       {"mappings", "Count"},
                       {"size_bytes", "Size"},
                       {"rss_bytes", "RSS"},
                       {"rss_share_ratio", "Of RSS"},
                       {"pss_bytes", "PSS"},
                       {"swap_bytes", "Swap", when_swapped(facts)}},
                      {},
                      {}};
  for (const Category& category : facts.categories)
    table.rows.push_back({category.name, category.count, category.size, to_value(category.rss),
                          to_value(share_of_rss(category, facts)), to_value(category.pss),
                          to_value(category.swap)});
  return table;
}

report::Table mappings_table(const Facts& facts) {
  report::Table table{"mappings",
                      "Largest mappings",
                      {{"category", "Category", Show::everywhere, false, Text::word},
                       {"path", "Path", Show::everywhere, true, Text::path},
                       {"mappings", "Count"},
                       {"size_bytes", "Size"},
                       {"rss_bytes", "RSS"},
                       {"pss_bytes", "PSS"},
                       {"swap_bytes", "Swap", when_swapped(facts)}},
                      {},
                      {}};
  table.rows.reserve(facts.mappings.size());
  for (const Mapping& mapping : facts.mappings) {
    table.rows.push_back({mapping.category, mapping.path, mapping.count, mapping.size,
                          to_value(mapping.rss), to_value(mapping.pss), to_value(mapping.swap)});
  }
  return table;
}

std::string signed_bytes(double bytes) {
  return (bytes < 0 ? "-" : "+") + format_bytes({static_cast<std::uint64_t>(std::abs(bytes))});
}

std::string growth_text(const Growth& growth) {
  const std::string slope = fmt::format("{}/s", signed_bytes(growth.per_s.value));
  const bool sure = growth.low_per_s.value > 0 || growth.high_per_s.value < 0;
  if (sure) return fmt::format("{} ({} samples)", slope, growth.samples);
  return fmt::format("none that is sure ({} samples)", growth.samples);
}

void add_growth(const Facts& facts, std::vector<report::Metric>& metrics) {
  const auto& growth = facts.growth;
  const auto rate = [&growth](Rate Growth::*member) {
    return growth ? Value((*growth).*member) : Value();
  };
  metrics.push_back(
      {"growth", growth ? Value(growth_text(*growth)) : Value(), "RSS growth", Text::word});
  metrics.push_back({"growth_bytes_per_s", rate(&Growth::per_s), ""});
  metrics.push_back({"growth_low_bytes_per_s", rate(&Growth::low_per_s), ""});
  metrics.push_back({"growth_high_bytes_per_s", rate(&Growth::high_per_s), ""});
  metrics.push_back({"growth_samples",
                     growth ? Value(static_cast<std::uint64_t>(growth->samples)) : Value(), ""});
}

void add_start(const Start& start, std::vector<report::Metric>& metrics) {
  metrics.push_back({"rss_at_start_bytes", to_value(start.rss), ""});
  metrics.push_back({"rss_peak_at_start_bytes", to_value(start.rss_peak), ""});
  metrics.push_back({"anonymous_at_start_bytes", to_value(start.anonymous), ""});
  metrics.push_back({"file_at_start_bytes", to_value(start.file), ""});
  metrics.push_back({"shared_at_start_bytes", to_value(start.shared), ""});
}

// "1.9 GB of 2.0 GB (95%) in /kubepods/x; 3 OOM kills"
std::string limit_text(const Limit& limit) {
  std::string text =
      limit.limit ? fmt::format("{} of {} ({}) in {}", format_bytes(limit.used.value_or(Bytes{})),
                                format_bytes(*limit.limit),
                                format_ratio(limit.used_ratio.value_or(Ratio{})), limit.group)
                  : "none";
  if (limit.limit_hits.value_or(0) > 0)
    text += fmt::format("; reached {} times", *limit.limit_hits);
  if (limit.oom_kills.value_or(0) > 0) text += fmt::format("; {} OOM kills", *limit.oom_kills);
  return text;
}

void add_limit(const Limit& limit, std::vector<report::Metric>& metrics) {
  const auto value_of = [](const std::string& text) {
    return text.empty() ? Value() : Value(text);
  };
  metrics.push_back({"cgroup", limit.limited ? Value(limit_text(limit)) : Value(), "Cgroup limit"});
  metrics.push_back({"cgroup_limited", to_value(limit.limited), ""});
  metrics.push_back({"cgroup_limit_bytes", to_value(limit.limit), ""});
  metrics.push_back({"cgroup_limit_group", value_of(limit.group), "", Text::path});
  metrics.push_back({"cgroup_current_bytes", to_value(limit.current), ""});
  metrics.push_back({"cgroup_used_bytes", to_value(limit.used), ""});
  metrics.push_back({"cgroup_used_ratio", to_value(limit.used_ratio), ""});
  metrics.push_back({"cgroup_active_file_bytes", to_value(limit.active_file), ""});
  metrics.push_back({"cgroup_headroom_bytes", to_value(limit.headroom), ""});
  metrics.push_back({"cgroup_soft_limit_bytes", to_value(limit.soft_limit),
                     limit.soft_limit ? "Cgroup slows down at" : ""});
  const Value swap = to_value(limit.swap_limit);
  const Value unknown;
  metrics.push_back({"cgroup_swap_limit_bytes", limit.swap_limit_is_of_both ? unknown : swap, ""});
  metrics.push_back(
      {"cgroup_memory_swap_limit_bytes", limit.swap_limit_is_of_both ? swap : unknown, ""});
  metrics.push_back({"cgroup_own_group", value_of(limit.own_group), "", Text::path});
  metrics.push_back({"cgroup_own_current_bytes", to_value(limit.own_current), ""});
  metrics.push_back({"cgroup_limit_hits", to_value(limit.limit_hits), ""});
  metrics.push_back({"cgroup_soft_limit_hits", to_value(limit.soft_limit_hits), ""});
  metrics.push_back({"cgroup_oom_kills", to_value(limit.oom_kills), ""});
  metrics.push_back({"cgroup_oom_kills_ever", to_value(limit.oom_kills_ever),
                     limit.oom_kills_ever.value_or(0) > 0 ? "OOM kills so far" : ""});
  metrics.push_back({"cgroup_psi_some_ratio", to_value(limit.pressure_some), ""});
  metrics.push_back({"cgroup_psi_full_ratio", to_value(limit.pressure_full),
                     limit.pressure_full ? "Cgroup pressure, full" : ""});
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
  metrics.push_back({"anonymous_huge_bytes", to_value(facts.anonymous_huge),
                     facts.anonymous_huge.value_or(Bytes{}) > Bytes{} ? "In huge pages" : ""});
  metrics.push_back({"unaccounted_bytes", to_value(facts.unaccounted), ""});
  metrics.push_back({"mappings", to_value(facts.mapping_count), "Mappings"});
  metrics.push_back({"page_faults_minor", to_value(facts.page_faults_minor), "Minor page faults"});
  metrics.push_back({"page_faults_major", to_value(facts.page_faults_major), "Major page faults"});
  add_growth(facts, metrics);
  add_start(facts.start.value_or(Start()), metrics);
  add_limit(facts.limit, metrics);
  metrics.push_back({"oom_score", to_value(facts.oom_score), "OOM score"});
  metrics.push_back({"oom_score_adj", to_value(facts.oom_score_adj),
                     facts.oom_score_adj.value_or(0) != 0 ? "OOM score adj." : ""});
  section.tables.push_back(categories_table(facts));
  section.tables.push_back(mappings_table(facts));
  return section;
}

}  // namespace debug_process::sections::memory
