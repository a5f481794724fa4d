// /proc/PID/stat and /proc/PID/task/TID/stat: proc(5), the kernel's do_task_stat().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

// For a process the amounts are of all its threads, ended ones included; for a task only its own.
struct Stat {
  pid_t pid = 0;
  std::string comm;  // at most 15 bytes for programs, 63 for kernel workers; any bytes but NUL
  char state = '?';  // R S D T t X Z P I
  pid_t ppid = 0;
  pid_t pgrp = 0;
  pid_t session = 0;
  std::uint32_t flags = 0;  // PF_* of linux/sched.h
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  std::chrono::nanoseconds user{0};    // in steps of 10 ms
  std::chrono::nanoseconds system{0};  // in steps of 10 ms
  int nice = 0;
  std::uint64_t threads = 0;
  std::chrono::nanoseconds start_time{0};  // after boot, in steps of 10 ms
  Bytes virtual_size;
  Bytes rss;
  int processor = -1;  // it last ran on; -1 where the kernel does not say
  unsigned realtime_priority = 0;
  unsigned policy = 0;  // SCHED_* of sched(7)
  std::chrono::nanoseconds block_io_delay{
      0};  // waited for block devices, in steps of 10 ms; 0 where
           // the kernel keeps no account: kernel.task_delayacct

  [[nodiscard]] bool is_kernel_thread() const { return (flags & 0x00200000U) != 0; }  // PF_KTHREAD
  // Its memory, cgroup and files are gone or about to be: PF_EXITING.
  [[nodiscard]] bool is_exiting() const { return (flags & 0x00000004U) != 0; }
  // Ended, and nothing is left of it to read.
  [[nodiscard]] bool is_dead() const { return state == 'Z' || state == 'X'; }
};

[[nodiscard]] Result<Stat> parse_stat(std::string_view text);

}  // namespace debug_process::proc
