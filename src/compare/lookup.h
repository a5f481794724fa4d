// What a report says, by key: null and nullopt where it does not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace debug_process::compare {

[[nodiscard]] const report::Section* section_of(const report::Report& report, std::string_view id);
[[nodiscard]] const report::Value* metric_of(const report::Report& report, std::string_view section,
                                             std::string_view key);

// A number of any unit: seconds for a duration, else as it is.
[[nodiscard]] std::optional<double> number_of(const report::Value* value);
[[nodiscard]] std::optional<std::string> text_of(const report::Value* value);

// The nearest there is: a file may say anything.
[[nodiscard]] std::uint64_t whole(double number);

[[nodiscard]] std::optional<double> number_at(const report::Report& report,
                                              std::string_view section, std::string_view key);
[[nodiscard]] std::optional<std::string> text_at(const report::Report& report,
                                                 std::string_view section, std::string_view key);

// A table's cells by row and column key; without rows where there is no such table.
class Rows {
 public:
  Rows(const report::Report& report, std::string_view section, std::string_view table);
  [[nodiscard]] std::size_t size() const { return table_ == nullptr ? 0 : table_->rows.size(); }
  [[nodiscard]] const report::Value* cell(std::size_t row, std::string_view column) const;
  [[nodiscard]] std::optional<double> number(std::size_t row, std::string_view column) const {
    return number_of(cell(row, column));
  }
  [[nodiscard]] std::string text(std::size_t row, std::string_view column) const {
    return text_of(cell(row, column)).value_or("");
  }

 private:
  const report::Table* table_ = nullptr;
};

}  // namespace debug_process::compare
