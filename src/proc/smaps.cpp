// SPDX-License-Identifier: Apache-2.0
#include "proc/smaps.h"

#include <fmt/format.h>
#include <optional>

#include "proc/text.h"

namespace debug_process::proc {
namespace {

// 55b63f069000-55b63f06b000 r--p 00000000 fe:00 247498                     /usr/bin/head
// Size:                  8 kB
// Rss:                   8 kB
// THPeligible:           0
// VmFlags: rd mr mw me
//
// A path can contain "Rss: 1 kB", but never at the start of a line: newlines in it are escaped.
// Keys end with a colon before any blank; the range that begins a mapping holds none.

Bytes MapUsage::*member_of(std::string_view key) {
  if (key == "Rss") return &MapUsage::rss;
  if (key == "Pss") return &MapUsage::pss;
  if (key == "Shared_Clean") return &MapUsage::shared_clean;
  if (key == "Shared_Dirty") return &MapUsage::shared_dirty;
  if (key == "Private_Clean") return &MapUsage::private_clean;
  if (key == "Private_Dirty") return &MapUsage::private_dirty;
  if (key == "Anonymous") return &MapUsage::anonymous;
  if (key == "AnonHugePages") return &MapUsage::anonymous_huge;
  if (key == "Shared_Hugetlb") return &MapUsage::shared_hugetlb;
  if (key == "Private_Hugetlb") return &MapUsage::private_hugetlb;
  if (key == "Swap") return &MapUsage::swap;
  return nullptr;
}

}  // namespace

Result<std::vector<Smap>> parse_smaps(std::string_view text) {
  std::vector<Smap> smaps;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    const std::string_view first = line.substr(0, line.find(' '));
    if (!first.ends_with(':')) {
      auto map = parse_map_line(line);
      if (!map) return malformed("smaps", lines.number(), "neither a mapping nor a key");
      smaps.push_back({std::move(*map), {}});
      continue;
    }
    const std::string_view key = first.substr(0, first.size() - 1);
    Bytes MapUsage::*const member = member_of(key);
    if (member == nullptr) continue;
    const auto bytes = to_bytes_from_kb(line.substr(first.size()));
    if (!bytes)
      return malformed("smaps", lines.number(), fmt::format("{} is no number of kB", key));
    if (smaps.empty())
      return malformed("smaps", lines.number(), fmt::format("{} before any mapping", key));
    smaps.back().usage.*member = *bytes;
  }
  return smaps;
}

Result<MapUsage> parse_smaps_rollup(std::string_view text) {
  const auto smaps = parse_smaps(text);
  if (!smaps) return fail(smaps.error());
  if (smaps->size() != 1) return malformed("smaps_rollup", 1, "not exactly one entry");
  return smaps->front().usage;
}

}  // namespace debug_process::proc
