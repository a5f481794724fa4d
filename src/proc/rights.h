// What this process itself may do: credentials(7), capabilities(7), namespaces(7), seccomp(2).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>

#include "proc/procfs.h"
#include "util/capabilities.h"
#include "util/units.h"

namespace debug_process::proc {

// nullopt: could not be read.
struct Rights {
  uid_t uid = 0;  // the effective one
  gid_t gid = 0;  // likewise
  CapabilitySet effective;
  std::optional<CapabilitySet> bounding;
  std::optional<bool> no_new_privileges;
  std::optional<int> seccomp;  // 0 none, 1 strict, 2 filter
  // False: capabilities count only for what belongs to our own user namespace, and neither BPF nor
  // the processes of the host do.
  std::optional<bool> initial_user_namespace;
  std::optional<bool> initial_pid_namespace;
  bool in_container = false;  // a PID namespace of its own, or a container engine left a trace
  std::optional<Bytes> locked_memory;  // RLIMIT_MEMLOCK; nullopt: unlimited
};

[[nodiscard]] Rights read_rights(const Procfs& procfs = Procfs());

}  // namespace debug_process::proc
