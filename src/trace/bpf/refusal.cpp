// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/refusal.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>

namespace debug_process::trace::bpf {
namespace {

constexpr const char* kKernelBtf = "/sys/kernel/btf/vmlinux";
constexpr const char* kLockdown = "/sys/kernel/security/lockdown";

bool has_capability(int capability) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return false;
  const auto index = static_cast<unsigned>(capability);
  return ((data[index / 32].effective >> (index % 32)) & 1U) != 0;
}

bool locked_down() {
  std::ifstream file(kLockdown);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  return text.find("[confidentiality]") != std::string::npos;
}

}  // namespace

Error refusal(std::string action, int errno_value, std::string detail) {
  Error error{std::move(action), {}, errno_value, std::move(detail), {}};
  const bool may_load =
      has_capability(CAP_SYS_ADMIN) || (has_capability(CAP_BPF) && has_capability(CAP_PERFMON));
  if (!may_load) {
    error.detail = "CAP_BPF and CAP_PERFMON are missing";
    error.hint =
        "run it with sudo, or give the binary the rights, and so everybody who may run it: setcap "
        "cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search+ep";
  } else if (::access(kKernelBtf, R_OK) != 0) {
    error.errno_value =
        0;  // libbpf's ESRCH means that no BTF was found, not that the process is gone
    error.detail = "this kernel has no BTF (" + std::string(kKernelBtf) + " is missing)";
    error.hint =
        "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as those of all current distributions "
        "are";
  } else if (locked_down()) {
    error.detail =
        "the kernel is locked down (confidentiality), which forbids BPF to read kernel memory";
    error.hint = "boot with lockdown=integrity or none";
  } else if (errno_value == EPERM) {
    error.hint =
        "a seccomp filter of the container may forbid bpf(2): allow it, or run on the host";
  } else if (errno_value == EACCES) {
    error.hint = "SELinux or the verifier refused it: --verbose shows the kernel's words";
  } else {
    error.hint = "--verbose shows the kernel's words";
  }
  return error;
}

}  // namespace debug_process::trace::bpf
