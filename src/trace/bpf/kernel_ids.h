// The target's numbers in the initial PID namespace, which is the only one that BPF programs know.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>

#include "util/result.h"

namespace debug_process::trace::bpf {

class KernelIds {
 public:
  // For a process given by its number in our own PID namespace. Outside of a container that number
  // is the answer; inside, a BPF iterator over all tasks tells it (bpf/task_ids.bpf.c).
  [[nodiscard]] static Result<KernelIds> resolve(pid_t pid);

  [[nodiscard]] pid_t kernel_tgid() const { return kernel_tgid_; }

  // A thread's number in our namespace from its number in the initial one; nullopt when it was gone
  // before it could be looked up.
  [[nodiscard]] std::optional<pid_t> local_tid(pid_t kernel_tid) const;

  // The reverse; nullopt for a thread that was not there when it was looked up last.
  [[nodiscard]] std::optional<pid_t> kernel_tid(pid_t local_tid) const;

  // Of our PID namespace, as in /proc/self/ns/pid; 0 for the initial one.
  [[nodiscard]] std::uint32_t namespace_inode() const { return namespace_inode_; }

  // Looks again: threads that have come since are known then.
  Result<void> refresh();
  // From here on for all processes of our namespace.
  Result<void> refresh_all();

 private:
  pid_t pid_ = 0;
  pid_t kernel_tgid_ = 0;
  std::uint32_t namespace_inode_ = 0;
  bool translated_ = false;
  bool all_ = false;
  std::map<pid_t, pid_t> local_;
  std::map<pid_t, pid_t> kernel_;
};

}  // namespace debug_process::trace::bpf
