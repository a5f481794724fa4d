// SPDX-License-Identifier: Apache-2.0
#include "proc/rights.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "proc/status.h"

namespace debug_process::proc {
namespace {

// PROC_USER_INIT_INO and PROC_PID_INIT_INO: include/linux/proc_ns.h
constexpr unsigned kInitialUserNamespace = 0xEFFFFFFD;
constexpr unsigned kInitialPidNamespace = 0xEFFFFFFC;

std::optional<bool> is_namespace(const Procfs& procfs, std::string_view kind, unsigned inode) {
  const auto link = procfs.read_link(fmt::format("self/ns/{}", kind));
  if (!link) return std::nullopt;
  return *link == fmt::format("{}:[{}]", kind, inode);
}

// Docker, Podman, Kubernetes; systemd-nspawn and LXC set `container` for process 1.
bool container_engine_was_here() {
  return ::access("/.dockerenv", F_OK) == 0 || ::access("/run/.containerenv", F_OK) == 0 ||
         std::getenv("KUBERNETES_SERVICE_HOST") != nullptr || std::getenv("container") != nullptr;
}

std::optional<Bytes> locked_memory() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return std::nullopt;
  return Bytes{limit.rlim_cur};
}

}  // namespace

Rights read_rights(const Procfs& procfs) {
  Rights rights;
  rights.uid = ::geteuid();
  rights.gid = ::getegid();
  rights.effective = effective_capabilities().value_or(CapabilitySet{});
  if (const auto status = procfs.read("self/status").and_then(parse_status)) {
    rights.bounding = status->cap_bounding;
    rights.no_new_privileges = status->no_new_privileges;
    rights.seccomp = status->seccomp;
  }
  rights.initial_user_namespace = is_namespace(procfs, "user", kInitialUserNamespace);
  rights.initial_pid_namespace = is_namespace(procfs, "pid", kInitialPidNamespace);
  rights.in_container = rights.initial_pid_namespace == false || container_engine_was_here();
  rights.locked_memory = locked_memory();
  return rights;
}

}  // namespace debug_process::proc
