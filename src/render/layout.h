// Fitting text into columns. All widths are terminal columns; all text is escaped already.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace debug_process::render {

enum class Align { left, right };

// At most `width` columns: the middle gives way to an ellipsis, since both ends of a path tell
// most.
[[nodiscard]] std::string elide_middle(std::string_view text, unsigned width);

// At least `width` columns.
[[nodiscard]] std::string pad(std::string_view text, unsigned width, Align align);

// Lines of at most `width` columns, broken at spaces; a longer word is broken where the line ends.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, unsigned width);

// The same with `prefix` before the first line and as many spaces before the others, within `width`
// altogether.
[[nodiscard]] std::vector<std::string> wrap_after(std::string_view prefix, std::string_view text,
                                                  unsigned width);

// ANSI attributes, or nothing where there is no colour.
class Style {
 public:
  explicit Style(bool color) : color_(color) {}

  [[nodiscard]] std::string bold(std::string_view text) const { return paint("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return paint("2", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return paint("33", text); }
  [[nodiscard]] std::string severity(report::Severity severity, std::string_view text) const;

 private:
  [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const;

  bool color_;
};

}  // namespace debug_process::render
