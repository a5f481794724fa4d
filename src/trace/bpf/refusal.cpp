// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/refusal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace debug_process::trace::bpf {
namespace {

using proc::KernelVersion;

constexpr KernelVersion kUnknownVersion{0, 0};
constexpr KernelVersion kOldest{5, 5};  // tp_btf, and reading user and kernel memory apart
constexpr KernelVersion kCgroupAccounting{5, 11};  // maps no longer count against RLIMIT_MEMLOCK

bool is_before(const KernelVersion& version, const KernelVersion& limit) {
  return version != kUnknownVersion && version < limit;
}

bool refused(int errno_value) {
  return errno_value == EPERM || errno_value == EACCES;
}

bool is_locked_down(const Circumstances& circumstances) {
  return circumstances.kernel.lockdown == "confidentiality";
}

bool is_short_of_memory(const Circumstances& circumstances) {
  return is_before(circumstances.kernel.version, kCgroupAccounting) &&
         circumstances.rights.locked_memory &&
         !circumstances.rights.effective.has(CAP_SYS_RESOURCE);
}

struct Explanation {
  std::string cause;
  std::string remedy;
};

std::string capability_words(const Circumstances& circumstances) {
  std::vector<std::string> names;
  for (const int capability : missing_capabilities(circumstances))
    names.push_back(capability_name(capability));
  return fmt::format("{} {} missing{}", fmt::join(names, " and "), names.size() == 1 ? "is" : "are",
                     is_before(circumstances.kernel.version, proc::kBpfCapabilities)
                         ? " (Linux before 5.8 has no smaller right for BPF)"
                         : "");
}

// Without them in the bounding set nothing that is executed here gets them, sudo and setcap or not.
bool may_be_gained(const Circumstances& circumstances) {
  const auto& bounding = circumstances.rights.bounding;
  const auto missing = missing_capabilities(circumstances);
  return circumstances.rights.uid != 0 &&
         (!bounding || std::all_of(missing.begin(), missing.end(),
                                   [&](int capability) { return bounding->has(capability); }));
}

std::string capability_remedy(const Circumstances& circumstances) {
  const proc::Rights& rights = circumstances.rights;
  const bool gainable = may_be_gained(circumstances);
  if (!gainable && rights.in_container)
    return "give them to the container: docker run --pid=host --cap-add BPF --cap-add PERFMON "
           "--cap-add SYS_PTRACE, or kubectl debug --profile=sysadmin";
  if (!gainable)
    return "they have been dropped for all that runs here: use a root shell that has them (capsh "
           "--print shows them)";
  if (rights.no_new_privileges == true)
    return "no_new_privs is set, so that neither sudo nor setcap can help: run it where it is not";
  if (is_before(circumstances.kernel.version, proc::kBpfCapabilities)) return "run it with sudo";
  return fmt::format(
      "run it with sudo, or give the binary the rights, and so everybody who may run it: setcap {} "
      "debug-process",
      kFileRights);
}

Explanation explain_memory(const Circumstances& circumstances) {
  return {fmt::format("no more than {} of memory may be locked, and before Linux 5.11 BPF maps are",
                      format_bytes(circumstances.rights.locked_memory.value_or(Bytes{}))),
          "ulimit -l unlimited, as root"};
}

Explanation explain_seccomp(int errno_value) {
  return {errno_value == ENOSYS
              ? "a seccomp filter is in force (Seccomp: 2), which may say of bpf(2) that there is "
                "no such call"
              : "the capabilities are there, and a seccomp filter is in force (Seccomp: 2), which "
                "may forbid bpf(2)",
          "docker run --security-opt seccomp=unconfined; in Kubernetes seccompProfile: {type: "
          "Unconfined}; or run it on the host"};
}

// Sentences that hold whenever that obstacle was found; empty where they depend on more.
Explanation explain_fixed(Obstacle obstacle) {
  switch (obstacle) {
    case Obstacle::no_bpf_call:
      return {"this kernel, or the sandbox in front of it (gVisor and its like), has no bpf(2)",
              "run it on the host"};
    case Obstacle::user_namespace:
      return {
          "this is a nested user namespace, as of a rootless container: capabilities in it do "
          "not count for BPF",
          "run it on the host as root, or in a container that root started"};
    case Obstacle::lockdown:
      return {
          "the kernel is locked down (confidentiality), which forbids BPF to read kernel memory",
          "boot with lockdown=integrity or none"};
    case Obstacle::selinux:
      return {"SELinux is enforcing, and refused it",
              "ausearch -m AVC -ts recent shows what to allow (class bpf)"};
    case Obstacle::no_btf:
      return {fmt::format("this kernel has no BTF ({} is missing)", proc::kKernelBtf),
              "give its BTF with --btf FILE (BTFHub has files for many distributions), or use a "
              "kernel built with CONFIG_DEBUG_INFO_BTF=y"};
    case Obstacle::no_tracepoint:
      return {"this kernel has no such tracepoint",
              "use a kernel built with CONFIG_FTRACE_SYSCALLS=y"};
    default:
      return {};
  }
}

Explanation explain(Obstacle obstacle, int errno_value, std::string detail,
                    const Circumstances& circumstances) {
  if (obstacle == Obstacle::capabilities)
    return {capability_words(circumstances), capability_remedy(circumstances)};
  if (obstacle == Obstacle::locked_memory) return explain_memory(circumstances);
  if (obstacle == Obstacle::seccomp) return explain_seccomp(errno_value);
  if (obstacle == Obstacle::old_kernel)
    return {fmt::format("Linux {}.{} is too old, the programs need {}.{}",
                        circumstances.kernel.version.major, circumstances.kernel.version.minor,
                        kOldest.major, kOldest.minor),
            "another backend does without"};
  Explanation fixed = explain_fixed(obstacle);
  if (!fixed.cause.empty()) return fixed;
  if (refused(errno_value))
    return {std::move(detail),
            "a security module or the kernel's verifier refused it: --verbose shows the kernel's "
            "words"};
  return {std::move(detail), "--verbose shows the kernel's words"};
}

// By what the kernel answered alone, with all rights there.
Obstacle find_by_errno(int errno_value, const Circumstances& circumstances) {
  const auto [kernel, rights, btf_given] = circumstances;
  if (errno_value == EPERM && is_short_of_memory(circumstances)) return Obstacle::locked_memory;
  if (errno_value == EPERM && rights.seccomp == 2) return Obstacle::seccomp;
  if (errno_value == EACCES && kernel.selinux_enforcing == true) return Obstacle::selinux;
  if (refused(errno_value)) return Obstacle::unknown;
  // libbpf's ESRCH means that it found no BTF, not that the process is gone.
  if (!kernel.btf && !btf_given) return Obstacle::no_btf;
  return errno_value == ENOENT ? Obstacle::no_tracepoint : Obstacle::unknown;
}

}  // namespace

Circumstances read_circumstances(bool btf_given) {
  return {proc::read_kernel_settings(), proc::read_rights(), btf_given};
}

std::vector<int> missing_capabilities(const Circumstances& circumstances) {
  const CapabilitySet& effective = circumstances.rights.effective;
  std::vector<int> missing;
  if (effective.has(CAP_SYS_ADMIN)) return missing;
  if (is_before(circumstances.kernel.version, proc::kBpfCapabilities)) return {CAP_SYS_ADMIN};
  for (const int capability : {CAP_BPF, CAP_PERFMON})
    if (!effective.has(capability)) missing.push_back(capability);
  return missing;
}

Obstacle find_obstacle(int errno_value, const Circumstances& circumstances) {
  // Filters written before a call came to be, and some runtimes for all that they do not know.
  if (errno_value == ENOSYS)
    return circumstances.rights.seccomp == 2 ? Obstacle::seccomp : Obstacle::no_bpf_call;
  if (is_before(circumstances.kernel.version, kOldest)) return Obstacle::old_kernel;
  if (circumstances.rights.initial_user_namespace == false) return Obstacle::user_namespace;
  if (!missing_capabilities(circumstances).empty()) return Obstacle::capabilities;
  // Under it a helper that reads kernel memory is unknown to the verifier: EINVAL.
  if (is_locked_down(circumstances) && (refused(errno_value) || errno_value == EINVAL))
    return Obstacle::lockdown;
  return find_by_errno(errno_value, circumstances);
}

Error explain_refusal(std::string action, int errno_value, std::string detail,
                      const Circumstances& circumstances) {
  const Obstacle obstacle = find_obstacle(errno_value, circumstances);
  Explanation explanation = explain(obstacle, errno_value, std::move(detail), circumstances);
  return {std::move(action),
          {},
          obstacle == Obstacle::no_btf ? 0 : errno_value,
          std::move(explanation.cause),
          std::move(explanation.remedy)};
}

Error refusal(std::string action, int errno_value, std::string detail, bool btf_given) {
  return explain_refusal(std::move(action), errno_value, std::move(detail),
                         read_circumstances(btf_given));
}

Error ids_refusal(const Error& error, bool btf_given) {
  const Circumstances circumstances = read_circumstances();
  Error refused = explain_refusal(error.action, error.errno_value, error.detail, circumstances);
  if (btf_given && find_obstacle(error.errno_value, circumstances) == Obstacle::no_btf)
    refused.hint =
        "within a PID namespace --btf does not help: the numbers that processes have outside come "
        "from a BPF iterator, which needs the kernel's own; run it on the host (docker run "
        "--pid=host)";
  return refused;
}

}  // namespace debug_process::trace::bpf
