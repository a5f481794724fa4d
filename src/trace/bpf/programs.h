// Which build of the BPF programs is taken: bpf/syscall_stats, or bpf/syscall_stats_raw for a
// kernel without BTF of its own. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "util/result.h"

struct syscall_stats_bpf;

namespace debug_process::trace::bpf {

// Opened and not loaded; the caller destroys it. With `btf`, a file, the programs are those that
// need nothing of the kernel's own BTF. Both builds have the same maps, variables and programs.
[[nodiscard]] Result<syscall_stats_bpf*> open_programs(const std::optional<std::string>& btf);

}  // namespace debug_process::trace::bpf
