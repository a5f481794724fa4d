// SPDX-License-Identifier: Apache-2.0
#include "util/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <iterator>
#include <optional>
#include <span>

namespace debug_process {
namespace {

using std::chrono::nanoseconds;

struct Unit {
  std::string_view name;
  double size;
};

// Digits after the point that make three significant ones of a value that is at least 1.
int decimals_for_three_digits(double value) {
  if (value < 9.995) return 2;
  if (value < 99.95) return 1;
  return 0;
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// The largest unit that leaves a number of at least one *after rounding*, so that nothing reads
// "1000 us". `limit` is where a rounded number belongs to the next unit.
const Unit& pick_unit(std::span<const Unit> units, double value, double limit) {
  std::size_t i = 0;
  while (i + 1 < units.size() && value / units[i].size >= limit) ++i;
  return units[i];
}

std::string format_long_duration(std::uint64_t seconds) {
  constexpr std::uint64_t kMinute = 60;
  constexpr std::uint64_t kHour = 60 * kMinute;
  constexpr std::uint64_t kDay = 24 * kHour;
  if (seconds < kHour) return fmt::format("{}m {}s", seconds / kMinute, seconds % kMinute);
  if (seconds < kDay) return fmt::format("{}h {}m", seconds / kHour, seconds % kHour / kMinute);
  return fmt::format("{}d {}h", seconds / kDay, seconds % kDay / kHour);
}

tl::unexpected<Error> bad_duration(std::string_view text, std::string why) {
  return fail(Error{"parse the duration", fmt::format("'{}'", text), 0, std::move(why),
                    "write a number and a unit: 5, 0.5, 500ms, 2s, 1m, 1h"});
}

std::optional<double> unit_in_nanoseconds(std::string_view unit) {
  static constexpr std::array<Unit, 7> kUnits{
      {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9}}};
  for (const Unit& known : kUnits) {
    if (known.name == unit) return known.size;
  }
  return std::nullopt;
}

}  // namespace

std::string format_bytes(Bytes bytes) {
  static constexpr std::array<Unit, 7> kUnits{{{"B", 1.0},
                                               {"KB", 0x1p10},
                                               {"MB", 0x1p20},
                                               {"GB", 0x1p30},
                                               {"TB", 0x1p40},
                                               {"PB", 0x1p50},
                                               {"EB", 0x1p60}}};
  if (bytes.value < 1024) return fmt::format("{} B", bytes.value);
  // 999.5 KB and more would need four digits: "1.0 MB" says as much.
  const auto exact = static_cast<double>(bytes.value);
  const Unit& unit = pick_unit(std::span(kUnits).subspan(1), exact, 999.5);
  const double number = exact / unit.size;
  return fmt::format("{:.{}f} {}", number, number < 9.95 ? 1 : 0, unit.name);
}

std::string format_duration(nanoseconds duration) {
  static constexpr std::array<Unit, 4> kUnits{{{"ns", 1.0}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
  const char* sign = duration.count() < 0 ? "-" : "";
  // Unsigned, because the most negative value has no positive twin.
  const auto count = static_cast<std::uint64_t>(duration.count());
  const std::uint64_t magnitude = duration.count() < 0 ? std::uint64_t{0} - count : count;
  if (magnitude < 1000) return fmt::format("{}{} ns", sign, magnitude);

  const auto exact = static_cast<double>(magnitude);
  constexpr double kReadsAsOneMinute = 59.95e9;
  if (exact >= kReadsAsOneMinute) {
    const std::uint64_t seconds = magnitude < 60'000'000'000 ? 60 : magnitude / 1'000'000'000;
    return sign + format_long_duration(seconds);
  }
  const Unit& unit = pick_unit(std::span(kUnits).subspan(1), exact, 999.5);
  const double number = exact / unit.size;
  return fmt::format("{}{:.{}f} {}", sign, number, decimals_for_three_digits(number), unit.name);
}

std::string format_ratio(Ratio ratio) {
  const double percent = ratio.value * 100;
  if (!std::isfinite(percent)) return "-";
  if (percent < 0) return "-" + format_ratio({-ratio.value});
  if (percent == 0) return "0%";
  // Neither nothing nor everything is claimed where it is only nearly so.
  if (percent < 0.05) return "<0.1%";
  if (percent >= 99.95 && percent < 100) return ">99.9%";
  return fmt::format("{:.{}f}%", percent, percent < 99.95 ? 1 : 0);
}

std::string format_rate(Rate rate) {
  static constexpr std::array<Unit, 4> kUnits{{{"", 1.0}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}}};
  if (!std::isfinite(rate.value)) return "-";
  if (rate.value < 0) return "-" + format_rate({-rate.value});
  if (rate.value > 0 && rate.value < 0.005) return "<0.01/s";
  const Unit& unit = pick_unit(kUnits, rate.value, 999.5);
  const double number = rate.value / unit.size;
  return fmt::format(
      "{}{}/s",
      without_trailing_zeros(fmt::format("{:.{}f}", number, decimals_for_three_digits(number))),
      unit.name);
}

std::string format_count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

Result<nanoseconds> parse_duration(std::string_view text) {
  constexpr double kLongest = 24 * 3600e9;
  if (text.empty()) return bad_duration(text, "it is empty");
  if (text.front() == '-') return bad_duration(text, "it is negative");
  // from_chars would take "nan" and "inf" for numbers.
  if (text.find_first_of("0123456789") > 1) return bad_duration(text, "it is not a number");

  double number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (parsed.ec == std::errc::result_out_of_range) return bad_duration(text, "it is out of range");
  if (parsed.ec != std::errc{}) return bad_duration(text, "it is not a number");

  const std::string_view unit(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
  const std::optional<double> size = unit_in_nanoseconds(unit);
  if (!size) {
    return bad_duration(text, fmt::format("'{}' is not a unit (us, ms, s, m or h)", unit));
  }
  if (number * *size > kLongest) return bad_duration(text, "it is more than 24 hours");
  const nanoseconds duration(std::llround(number * *size));
  if (duration.count() == 0) return bad_duration(text, "it is zero");
  return duration;
}

std::string format_time(std::chrono::system_clock::time_point time) {
  // floor, not a cast: times before 1970 would round towards it and show negative milliseconds.
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
  const std::time_t clock = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  if (::gmtime_r(&clock, &parts) == nullptr) return "-";
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     (milliseconds - seconds).count());
}

}  // namespace debug_process
