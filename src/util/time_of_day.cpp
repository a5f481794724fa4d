// SPDX-License-Identifier: Apache-2.0
#include "util/time_of_day.h"

#include <charconv>

namespace debug_process {
namespace {

// Takes `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  const char* const end = text.data() + digits;
  const auto [last, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || last != end || text.front() == '-') return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char separator) {
  if (!text.starts_with(separator)) return false;
  text.remove_prefix(1);
  return true;
}

// ".123456" -> 123
std::optional<int> take_milliseconds(std::string_view& text) {
  if (!take(text, '.')) return 0;
  constexpr int kDigits = 3;
  int value = 0;
  int seen = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; ++seen) {
    if (seen < kDigits) value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  if (seen == 0) return std::nullopt;
  for (; seen < kDigits; ++seen) value *= 10;
  return value;
}

}  // namespace

std::optional<std::chrono::system_clock::time_point> parse_time(std::string_view text) {
  using namespace std::chrono;
  const auto number = [&text](std::size_t digits, char separator) {
    auto value = take_number(text, digits);
    if (value && separator != '\0' && !take(text, separator)) value.reset();
    return value;
  };
  const auto year_number = number(4, '-');
  const auto month_number = year_number ? number(2, '-') : std::nullopt;
  const auto day_number = month_number ? number(2, 'T') : std::nullopt;
  const auto hour = day_number ? number(2, ':') : std::nullopt;
  const auto minute = hour ? number(2, ':') : std::nullopt;
  const auto second = minute ? number(2, '\0') : std::nullopt;
  const auto fraction = second ? take_milliseconds(text) : std::nullopt;
  if (!fraction || text != "Z" || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const year_month_day date{year{*year_number}, month{static_cast<unsigned>(*month_number)},
                            day{static_cast<unsigned>(*day_number)}};
  // What system_clock can hold, in nanoseconds.
  constexpr int kFirstYear = 1678;
  constexpr int kLastYear = 2261;
  if (!date.ok() || *year_number < kFirstYear || *year_number > kLastYear) return std::nullopt;
  return sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second} +
         milliseconds{*fraction};
}

}  // namespace debug_process
