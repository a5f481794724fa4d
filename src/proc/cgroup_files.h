// The files of a control group: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/*.rst.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

// "nr_periods 12": cpu.stat, memory.stat, memory.events, memory.oom_control.
using CgroupCounters = std::map<std::string, std::uint64_t, std::less<>>;
[[nodiscard]] Result<CgroupCounters> parse_cgroup_counters(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> counter(const CgroupCounters& counters,
                                                   std::string_view key);

// memory.max and its like: nullopt for none, which v2 writes as "max" and v1 as a number near 2^63.
// v1's memory.failcnt and memory.usage_in_bytes are such numbers too.
[[nodiscard]] Result<std::optional<Bytes>> parse_cgroup_limit(std::string_view text);

// v2's cpu.max, "200000 100000": how many CPUs' time it may use, 2.0 here. nullopt: "max 100000".
[[nodiscard]] Result<std::optional<double>> parse_cpu_max(std::string_view text);

// Of all devices together, since the group began.
struct CgroupIo {
  Bytes read;
  Bytes written;
};
// v2's io.stat: "254:0 rbytes=8192 wbytes=0 rios=2 wios=0 dbytes=0 dios=0".
[[nodiscard]] Result<CgroupIo> parse_io_stat(std::string_view text);
// v1's blkio.throttle.io_service_bytes: "254:0 Read 8192".
[[nodiscard]] Result<CgroupIo> parse_blkio(std::string_view text);

}  // namespace debug_process::proc
