// SPDX-License-Identifier: Apache-2.0
#include "proc/text.h"

#include <fmt/format.h>

namespace debug_process::proc {

std::optional<double> to_double(std::string_view text) {
  double value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool Lines::next(std::string_view& line) {
  if (rest_.empty()) return false;
  const auto end = rest_.find('\n');
  line = rest_.substr(0, end);
  rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
  ++number_;
  return true;
}

std::string_view Fields::next() {
  const std::string_view text = rest();
  const auto end = text.find_first_of(" \t");
  rest_ = end == std::string_view::npos ? std::string_view() : text.substr(end);
  return text.substr(0, end);
}

std::string_view Fields::rest() {
  const auto first = rest_.find_first_not_of(" \t");
  rest_ = first == std::string_view::npos ? std::string_view() : rest_.substr(first);
  return rest_;
}

std::optional<Bytes> to_bytes_from_kb(std::string_view text) {
  Fields fields(text);
  const auto number = to_number<std::uint64_t>(fields.next());
  if (!number || fields.next() != "kB" || *number > UINT64_MAX / 1024) return std::nullopt;
  return kibibytes(*number);
}

tl::unexpected<Error> malformed(std::string_view file, std::size_t line, std::string_view problem) {
  return fail(Error{"parse", std::string(file), 0, fmt::format("line {}: {}", line, problem), {}});
}

}  // namespace debug_process::proc
