// SPDX-License-Identifier: Apache-2.0
#include "compare/lookup.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <type_traits>
#include <variant>

namespace debug_process::compare {
namespace {

struct ToNumber {
  std::optional<double> operator()(std::int64_t number) const {
    return static_cast<double>(number);
  }
  std::optional<double> operator()(std::uint64_t number) const {
    return static_cast<double>(number);
  }
  std::optional<double> operator()(Ratio ratio) const { return ratio.value; }
  std::optional<double> operator()(Rate rate) const { return rate.value; }
  std::optional<double> operator()(Bytes bytes) const { return static_cast<double>(bytes.value); }
  std::optional<double> operator()(std::chrono::nanoseconds duration) const {
    return std::chrono::duration<double>(duration).count();
  }
  template <typename NoNumber>
  std::optional<double> operator()(const NoNumber& /*value*/) const {
    return std::nullopt;
  }
};

}  // namespace

const report::Section* section_of(const report::Report& report, std::string_view id) {
  const auto found = std::find_if(report.sections.begin(), report.sections.end(),
                                  [id](const report::Section& each) { return each.id == id; });
  return found == report.sections.end() ? nullptr : &*found;
}

const report::Value* metric_of(const report::Report& report, std::string_view section,
                               std::string_view key) {
  const report::Section* const found = section_of(report, section);
  if (found == nullptr) return nullptr;
  const auto metric = std::find_if(found->metrics.begin(), found->metrics.end(),
                                   [key](const report::Metric& each) { return each.key == key; });
  return metric == found->metrics.end() ? nullptr : &metric->value;
}

std::optional<double> number_of(const report::Value* value) {
  if (value == nullptr) return std::nullopt;
  const auto number = std::visit(ToNumber{}, *value);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<std::string> text_of(const report::Value* value) {
  const auto* const text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

std::uint64_t whole(double number) {
  constexpr double kLargest = 0x1p63;
  return static_cast<std::uint64_t>(std::clamp(number, 0.0, kLargest));
}

std::optional<double> number_at(const report::Report& report, std::string_view section,
                                std::string_view key) {
  return number_of(metric_of(report, section, key));
}

std::optional<std::string> text_at(const report::Report& report, std::string_view section,
                                   std::string_view key) {
  return text_of(metric_of(report, section, key));
}

Rows::Rows(const report::Report& report, std::string_view section, std::string_view table) {
  const report::Section* const found = section_of(report, section);
  if (found == nullptr) return;
  const auto wanted = std::find_if(found->tables.begin(), found->tables.end(),
                                   [table](const report::Table& each) { return each.id == table; });
  if (wanted != found->tables.end()) table_ = &*wanted;
}

const report::Value* Rows::cell(std::size_t row, std::string_view column) const {
  if (table_ == nullptr || row >= table_->rows.size()) return nullptr;
  const auto found =
      std::find_if(table_->columns.begin(), table_->columns.end(),
                   [column](const report::Column& each) { return each.key == column; });
  const auto index = static_cast<std::size_t>(found - table_->columns.begin());
  return index < table_->rows[row].size() ? &table_->rows[row][index] : nullptr;
}

}  // namespace debug_process::compare
