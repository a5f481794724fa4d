// Counters of which each CPU has its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

struct bpf_map;

namespace debug_process::trace::bpf {

// Of the one entry of a per-CPU array of 64-bit counters; 0 where that cannot be read.
[[nodiscard]] std::uint64_t sum_over_cpus(const bpf_map* map);

}  // namespace debug_process::trace::bpf
