// /proc/PID/status: proc(5), the kernel's proc_pid_status().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/capabilities.h"
#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

// A field that this kernel or this process has not is nullopt: kernel threads and zombies have no
// Vm lines, and Kthread is there since Linux 6.8.
struct Status {
  std::string name;
  char state = '?';
  pid_t tgid = 0;
  pid_t pid = 0;
  pid_t ppid = 0;
  pid_t tracer_pid = 0;  // 0: not traced
  uid_t real_uid = 0;
  uid_t effective_uid = 0;
  uid_t saved_uid = 0;
  gid_t real_gid = 0;
  gid_t effective_gid = 0;
  gid_t saved_gid = 0;
  std::vector<pid_t> ns_pids;  // from the reader's PID namespace inwards
  std::optional<std::uint64_t> threads;
  std::optional<bool> kernel_thread;
  std::optional<std::uint64_t> fd_size;  // places in its table of descriptors, used or not
  std::optional<Bytes> vm_size;
  std::optional<Bytes> vm_peak_rss;
  std::optional<Bytes> vm_rss;
  std::optional<Bytes> rss_anon;
  std::optional<Bytes> rss_file;
  std::optional<Bytes> rss_shmem;
  std::optional<Bytes> vm_swap;
  std::optional<Bytes> vm_stack;
  std::optional<Bytes> vm_data;
  std::optional<Bytes> hugetlb;
  std::optional<std::uint64_t> voluntary_switches;  // of this task alone, even in /proc/PID/status
  std::optional<std::uint64_t> involuntary_switches;
  std::optional<std::string> cpus_allowed;      // "0-3,8"
  std::optional<std::uint64_t> signals_caught;  // bit n - 1: signal n has a handler
  std::optional<int> seccomp;                   // 0 disabled, 1 strict, 2 filter
  std::optional<bool> no_new_privileges;        // since Linux 4.10
  std::optional<CapabilitySet> cap_permitted;   // in its own user namespace
  std::optional<CapabilitySet> cap_effective;
  std::optional<CapabilitySet> cap_bounding;  // no execve gives it more than these
};

[[nodiscard]] Result<Status> parse_status(std::string_view text);

}  // namespace debug_process::proc
