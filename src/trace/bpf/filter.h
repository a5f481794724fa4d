// The constants of bpf/filter.bpf.h, from what the user asked for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "syscall_stats.h"
#include "trace/trace_set.h"

namespace debug_process::trace::bpf {

// Before the load. `rodata` is that of any skeleton with the programs in it.
template <typename Rodata>
void fill_filter(Rodata& rodata, const TraceSet& set, bool failed_only) {
  static_assert(TraceSet::kMaxNumber < WANTED_NUMBERS);
  rodata.failed_only = failed_only ? 1 : 0;
  rodata.filtered = set.is_all() ? 0 : 1;
  rodata.unlisted_wanted = set.contains_unlisted() ? 1 : 0;
  for (const abi::Abi abi : {abi::Abi::native, abi::Abi::compat32, abi::Abi::x32}) {
    for (std::int32_t number = 0; number < WANTED_NUMBERS; ++number) {
      const std::int32_t index = static_cast<std::int32_t>(abi) * WANTED_NUMBERS + number;
      rodata.wanted[index] = set.contains({abi, number}) ? 1 : 0;
    }
  }
}

}  // namespace debug_process::trace::bpf
