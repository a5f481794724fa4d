// The backend of choice: CO-RE programs on raw_syscalls, aggregated wholly in the kernel
// (bpf/syscall_stats.bpf.c). SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "trace/backend.h"

namespace debug_process::trace::bpf {

// Loads and attaches the programs; nobody is watched before start(). Needs kernel BTF and CAP_BPF +
// CAP_PERFMON (CAP_SYS_ADMIN before 5.8); the error says which is missing and what to do.
[[nodiscard]] Result<std::unique_ptr<Backend>> load(const WatchOptions& options);

}  // namespace debug_process::trace::bpf
