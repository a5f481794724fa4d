// What the kernel allows anybody here: its version and the settings that restrict tracing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "proc/procfs.h"

namespace debug_process::proc {

struct KernelVersion {
  int major = 0;
  int minor = 0;
  friend auto operator<=>(const KernelVersion&, const KernelVersion&) = default;
};

// Before it CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON: capabilities(7).
inline constexpr KernelVersion kBpfCapabilities{5, 8};

// "6.1.0-18-cloud-amd64" and its like, as uname(2) has it.
[[nodiscard]] Result<KernelVersion> parse_kernel_version(std::string_view release);

// The word in brackets of "none [integrity] confidentiality": kernel_lockdown(7).
[[nodiscard]] Result<std::string> parse_lockdown(std::string_view text);

struct KernelSettings {
  KernelVersion version;  // 0.0: not to be known
  bool btf = false;       // the kernel brings its own types, where libbpf looks for them
  // nullopt from here on: this kernel has no such setting, or it cannot be read.
  std::optional<std::string> lockdown;           // "none", "integrity" or "confidentiality"
  std::optional<int> yama_ptrace_scope;          // 0 to 3: Documentation/admin-guide/LSM/Yama.rst
  std::optional<int> unprivileged_bpf_disabled;  // 0 to 2: admin-guide/sysctl/kernel.rst
  std::optional<int> perf_event_paranoid;        // -1 to 2, and 3 or 4 on some distributions
  std::optional<bool> selinux_enforcing;
};

inline constexpr const char* kKernelBtf = "/sys/kernel/btf/vmlinux";

// `sys` is where sysfs is mounted.
[[nodiscard]] KernelSettings read_kernel_settings(const Procfs& procfs = Procfs(),
                                                  const std::string& sys = "/sys");

}  // namespace debug_process::proc
