// Failed calls by errno, and by what they were about.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "syscall_stats.h"
#include "trace/activity.h"

struct syscall_stats_bpf;

namespace debug_process::trace::bpf {

// Fills the table that the BPF program reads, for the native and the 32-bit ABI.
void fill_object_kinds(std::span<std::uint8_t, INDEXED_KEYS> kinds);

// The path or the peer, as text: trace/examples.h.
[[nodiscard]] std::optional<std::string> decoded(const failed_text& failed);

// Once, after the programs stopped writing.
void read_errors(const syscall_stats_bpf& skeleton, Activity& activity);

// Empties what read_errors() reads.
void forget_errors(const syscall_stats_bpf& skeleton);

}  // namespace debug_process::trace::bpf
