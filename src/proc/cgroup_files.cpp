// SPDX-License-Identifier: Apache-2.0
#include "proc/cgroup_files.h"

#include <fmt/format.h>

#include "proc/text.h"

namespace debug_process::proc {
namespace {

// The largest page count that v1 holds, in bytes: 2^63 less a page, of whatever size.
constexpr std::uint64_t kUnlimited = 0x7fffffffffff0000;

}  // namespace

// oom_kill_disable 0
// under_oom 0
Result<CgroupCounters> parse_cgroup_counters(std::string_view text) {
  CgroupCounters counters;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    Fields fields(line);
    const std::string_view key = fields.next();
    const auto value = to_number<std::uint64_t>(fields.next());
    if (key.empty() || !value)
      return malformed("cgroup counters", lines.number(), "not a name and a number");
    counters.emplace(key, *value);
  }
  return counters;
}

std::optional<std::uint64_t> counter(const CgroupCounters& counters, std::string_view key) {
  const auto found = counters.find(key);
  if (found == counters.end()) return std::nullopt;
  return found->second;
}

Result<std::optional<Bytes>> parse_cgroup_limit(std::string_view text) {
  std::string_view line;
  if (!Lines(text).next(line)) return malformed("cgroup limit", 1, "empty");
  if (trim(line) == "max") return std::nullopt;
  const auto bytes = to_number<std::uint64_t>(trim(line));
  if (!bytes) return malformed("cgroup limit", 1, "neither max nor a number");
  if (*bytes >= kUnlimited) return std::nullopt;
  return Bytes{*bytes};
}

Result<std::optional<double>> parse_cpu_max(std::string_view text) {
  std::string_view line;
  if (!Lines(text).next(line)) return malformed("cpu.max", 1, "empty");
  Fields fields(line);
  const std::string_view quota = fields.next();
  const auto period = to_number<std::uint64_t>(fields.next());
  if (!period || *period == 0) return malformed("cpu.max", 1, "no period");
  if (quota == "max") return std::nullopt;
  const auto time = to_number<std::uint64_t>(quota);
  if (!time) return malformed("cpu.max", 1, "the quota is no number");
  return static_cast<double>(*time) / static_cast<double>(*period);
}

Result<CgroupIo> parse_io_stat(std::string_view text) {
  CgroupIo io;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    Fields fields(line);
    fields.skip(1);  // the device
    for (auto field = fields.next(); !field.empty(); field = fields.next()) {
      const auto equals = field.find('=');
      const std::string_view key = field.substr(0, equals);
      if (key != "rbytes" && key != "wbytes") continue;
      const auto value = to_number<std::uint64_t>(field.substr(equals + 1));
      if (!value) return malformed("io.stat", lines.number(), fmt::format("{} is no number", key));
      (key == "rbytes" ? io.read : io.written) += Bytes{*value};
    }
  }
  return io;
}

// 254:0 Read 8192
// 254:0 Write 0
// 254:0 Total 8192
// Total 8192
Result<CgroupIo> parse_blkio(std::string_view text) {
  CgroupIo io;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    Fields fields(line);
    fields.skip(1);  // the device
    const std::string_view operation = fields.next();
    if (operation != "Read" && operation != "Write") continue;
    const auto value = to_number<std::uint64_t>(fields.next());
    if (!value)
      return malformed("blkio", lines.number(), fmt::format("{} is no number", operation));
    (operation == "Read" ? io.read : io.written) += Bytes{*value};
  }
  return io;
}

}  // namespace debug_process::proc
