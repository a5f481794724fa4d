// SPDX-License-Identifier: Apache-2.0
#include "proc/pressure.h"

#include "proc/text.h"

namespace debug_process::proc {
namespace {

// The value of "key=value" when the key is that one.
std::optional<std::string_view> value_of(std::string_view field, std::string_view key) {
  if (!field.starts_with(key) || field.size() <= key.size() || field[key.size()] != '=')
    return std::nullopt;
  return field.substr(key.size() + 1);
}

std::optional<Ratio> percentage(std::string_view field, std::string_view key) {
  const auto value = value_of(field, key);
  const auto number = value ? to_double(*value) : std::nullopt;
  if (!number) return std::nullopt;
  return Ratio{*number / 100};
}

std::optional<PressureLine> parse_line(Fields fields) {
  const auto last_10s = percentage(fields.next(), "avg10");
  const auto last_60s = percentage(fields.next(), "avg60");
  const auto last_300s = percentage(fields.next(), "avg300");
  const auto total = value_of(fields.next(), "total");
  const auto microseconds = total ? to_number<std::int64_t>(*total) : std::nullopt;
  if (!last_10s || !last_60s || !last_300s || !microseconds) return std::nullopt;
  return PressureLine{*last_10s, *last_60s, *last_300s, std::chrono::microseconds(*microseconds)};
}

}  // namespace

Result<Pressure> parse_pressure(std::string_view text) {
  Pressure pressure;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    Fields fields(line);
    const std::string_view kind = fields.next();
    if (kind != "some" && kind != "full") continue;
    auto& target = kind == "some" ? pressure.some : pressure.full;
    target = parse_line(fields);
    if (!target) return malformed("pressure", lines.number(), "not avg10, avg60, avg300 and total");
  }
  if (!pressure.some) return malformed("pressure", lines.number(), "no line begins with some");
  return pressure;
}

}  // namespace debug_process::proc
