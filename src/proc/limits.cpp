// SPDX-License-Identifier: Apache-2.0
#include "proc/limits.h"

#include "proc/text.h"

namespace debug_process::proc {
namespace {

// Limit                     Soft Limit           Hard Limit           Units
// Max open files            1024                 1048576              files
// Max nice priority         0                    0
//
// Names hold blanks, but each column has a fixed width: "%-25s %-20s %-20s %-10s".
constexpr std::size_t kNameWidth = 25;

bool parse_value(std::string_view field, std::optional<std::uint64_t>& value) {
  if (field == "unlimited") return true;
  value = to_number<std::uint64_t>(field);
  return value.has_value();
}

}  // namespace

const Limit* Limits::find(std::string_view name) const {
  for (const Limit& row : rows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Result<Limits> parse_limits(std::string_view text) {
  Limits limits;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (lines.number() == 1) continue;
    Limit limit;
    limit.name = trim(line.substr(0, kNameWidth));
    if (line.size() <= kNameWidth) return malformed("limits", lines.number(), "too short");
    Fields fields(line.substr(kNameWidth));
    if (!parse_value(fields.next(), limit.soft)) {
      return malformed("limits", lines.number(), "the soft limit is no number");
    }
    if (!parse_value(fields.next(), limit.hard)) {
      return malformed("limits", lines.number(), "the hard limit is no number");
    }
    limit.unit = fields.next();
    limits.rows.push_back(std::move(limit));
  }
  if (limits.rows.empty()) return malformed("limits", lines.number(), "no rows");
  return limits;
}

}  // namespace debug_process::proc
