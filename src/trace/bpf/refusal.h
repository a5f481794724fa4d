// Turns the kernel's "no" to BPF into a cause and a remedy.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "proc/kernel_settings.h"
#include "proc/rights.h"
#include "util/result.h"

namespace debug_process::trace::bpf {

// What setcap(8) gives a file so that whoever may execute it sees all that can be seen.
inline constexpr const char* kFileRights =
    "cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search+ep";

// What the kernel looks at before it takes a BPF program.
struct Circumstances {
  proc::KernelSettings kernel;
  proc::Rights rights;
  bool btf_given = false;  // --btf FILE: the kernel need not have its own
};

[[nodiscard]] Circumstances read_circumstances(bool btf_given = false);

// The one thing that stands in the way, by what the kernel answered and by what it looks at.
enum class Obstacle {
  no_bpf_call,     // no bpf(2) at all: a sandbox such as gVisor
  old_kernel,      // lacks what the programs need
  user_namespace,  // capabilities that count only within a nested one
  capabilities,    // missing: missing_capabilities()
  lockdown,        // confidentiality
  locked_memory,   // RLIMIT_MEMLOCK, before Linux 5.11
  seccomp,         // a filter that answers EPERM, or ENOSYS
  selinux,
  no_btf,
  no_tracepoint,
  unknown
};

[[nodiscard]] Obstacle find_obstacle(int errno_value, const Circumstances& circumstances);

// Of those that BPF needs on this kernel, by number: CAP_SYS_ADMIN alone before Linux 5.8.
[[nodiscard]] std::vector<int> missing_capabilities(const Circumstances& circumstances);

// `detail` is libbpf's own sentence. The error's detail names the cause, its hint the remedy.
[[nodiscard]] Error explain_refusal(std::string action, int errno_value, std::string detail,
                                    const Circumstances& circumstances);

// The same, on this machine.
[[nodiscard]] Error refusal(std::string action, int errno_value, std::string detail,
                            bool btf_given = false);

// Of KernelIds: a file cannot take the place of the kernel's own BTF there.
[[nodiscard]] Error ids_refusal(const Error& error, bool btf_given);

}  // namespace debug_process::trace::bpf
