// What all parsers here share: lines, fields, numbers, and how they say that a text is malformed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

// The whole of `text` as a number: no sign for unsigned types, no blanks, no overflow. Hexadecimal
// without 0x.
template <typename T>
requires std::integral<T>
[[nodiscard]] std::optional<T> to_number(std::string_view text, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

[[nodiscard]] std::optional<double> to_double(std::string_view text);

// Without blanks and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

// Cuts a text at its newlines; a missing one at the end makes no difference.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  // False at the end of the text. The line comes without its newline.
  bool next(std::string_view& line);
  // Of the line that came last; the first is 1.
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

// Cuts a line at its blanks and tabs, however many stand together.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}

  // Empty at the end of the line.
  std::string_view next();
  void skip(int count) {
    while (count-- > 0) next();
  }
  // What is left, without the blanks in front of it.
  [[nodiscard]] std::string_view rest();

 private:
  std::string_view rest_;
};

// The number of "123 kB" in bytes.
[[nodiscard]] std::optional<Bytes> to_bytes_from_kb(std::string_view text);

// `cannot parse <file>: line <line>: <what is wrong with which item>`.
[[nodiscard]] tl::unexpected<Error> malformed(std::string_view file, std::size_t line,
                                              std::string_view problem);

}  // namespace debug_process::proc
