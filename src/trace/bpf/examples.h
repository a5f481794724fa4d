// The examples of failed calls in the form that the BPF program has them: trace/examples.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "syscall_stats.h"
#include "trace/activity.h"

namespace debug_process::trace::bpf {

// Fills the table that the BPF program reads, for the native and the 32-bit ABI.
void fill_example_kinds(std::span<std::uint8_t, INDEXED_KEYS> kinds);

// What the kernel side took, as text.
void decode_example(const error_value& value, ErrorStats& stats);

}  // namespace debug_process::trace::bpf
