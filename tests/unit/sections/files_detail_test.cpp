// The few words behind each type of open file.
// SPDX-License-Identifier: Apache-2.0
#include "sections/files/detail.h"

#include <gtest/gtest.h>

#include "sections/files/bpf_names.h"

namespace debug_process::sections::files {
namespace {

std::string detail(const std::string& type, const std::string& lines) {
  const auto info = proc::parse_fdinfo("pos:\t0\nflags:\t02\n" + lines);
  EXPECT_TRUE(info);
  return detail_of(*info, type);
}

TEST(FilesDetail, OfEventsProcessesAndFaults) {
  EXPECT_EQ(detail("eventfd", "eventfd-count: 1f\n"), "count 31");
  EXPECT_EQ(detail("eventfd", "eventfd-count: 1\neventfd-semaphore: 1\n"), "count 1, semaphore");
  EXPECT_EQ(detail("pidfd", "Pid:\t4711\n"), "process 4711");
  EXPECT_EQ(detail("pidfd", "Pid:\t-1\n"), "ended process");
  EXPECT_EQ(detail("pidfd", "Pid:\t0\n"), "process of another PID namespace");
  EXPECT_EQ(detail("userfaultfd", "pending:\t1\ntotal:\t1\n"), "1 fault not read");
  EXPECT_EQ(detail("userfaultfd", "pending:\t0\ntotal:\t0\n"), "");
  EXPECT_EQ(detail("device", "iff:\ttun0\n"), "interface tun0");
  EXPECT_EQ(detail("device", "iff:\t\n"), "");
}

TEST(FilesDetail, OfTimers) {
  EXPECT_EQ(
      detail("timerfd", "clockid: 1\nticks: 0\nit_value: (2, 500000000)\nit_interval: (7, 0)\n"),
      "monotonic, 2.50 s left, every 7.00 s");
  EXPECT_EQ(detail("timerfd", "clockid: 0\nticks: 1\nit_value: (0, 0)\nit_interval: (0, 0)\n"),
            "realtime, not armed, 1 tick not read");
  EXPECT_EQ(detail("timerfd", "clockid: 42\n"), "clock 42");
}

TEST(FilesDetail, OfSignals) {
  EXPECT_EQ(detail("signalfd", "sigmask:\t0000000000004002\n"), "SIGINT, SIGTERM");
  EXPECT_EQ(detail("signalfd", "sigmask:\t0000000000000000\n"), "no signals");
  EXPECT_EQ(detail("signalfd", "sigmask:\tffffffffffffffff\n"), "all signals");
  EXPECT_EQ(detail("signalfd", "sigmask:\tfffffffffffbfeff\n"), "all signals but SIGKILL, SIGSTOP");
}

TEST(FilesDetail, OfRings) {
  EXPECT_EQ(detail("io_uring", "SqMask:\t0x7\nCqMask:\t0xf\nSQEs:\t0\nCQEs:\t0\nUserFiles:\t0\n"),
            "SQ 8, CQ 16");
  EXPECT_EQ(detail("io_uring",
                   "SqMask:\t0x7\nCqMask:\t0xf\nSQEs:\t2\nCQEs:\t1\nUserFiles:\t3\nUserBufs:\t1\n"
                   "PollList:\n  op=6, task_works=0\n"),
            "SQ 8 (2 not submitted), CQ 16 (1 not reaped), 1 poll pending, 3 registered files, "
            "1 registered buffer");
  EXPECT_EQ(detail("io_uring", "UserFiles:\t0\nUserBufs:\t0\n"), "");  // Linux 5.10
}

TEST(FilesDetail, OfBpf) {
  EXPECT_EQ(detail("bpf-map", "map_type:\t1\nmax_entries:\t64\nmap_id:\t25\n"),
            "hash map 25, up to 64 entries");
  EXPECT_EQ(detail("bpf-prog", "prog_type:\t17\nprog_id:\t97\n"), "raw_tracepoint program 97");
  EXPECT_EQ(detail("bpf_link", "link_type:\traw_tracepoint\nlink_id:\t89\nprog_id:\t98\n"),
            "raw_tracepoint link 89, program 98");
  EXPECT_EQ(bpf_map_type_name(33), "arena");
  EXPECT_EQ(bpf_map_type_name(99), "type 99");
  EXPECT_EQ(bpf_program_type_name(32), "netfilter");
}

TEST(FilesDetail, OfLocks) {
  EXPECT_EQ(detail("file",
                   "lock:\t1: POSIX  ADVISORY  WRITE 1 fe:00:57 0 EOF\n"
                   "lock:\t2: FLOCK  ADVISORY  READ 1 fe:00:57 0 EOF\n"
                   "lock:\t3: OFDLCK ADVISORY  WRITE -1 fe:00:57 5 14\n"),
            "write lock 0-EOF, read flock, OFD write lock 5-14");
  EXPECT_EQ(detail("file", "lock:\t1: LEASE  BREAKING  READ 1 fe:00:57 0 EOF\n"),
            "read lease (breaking)");
  std::string many;
  for (int i = 0; i < 5; ++i) many += "lock:\t1: POSIX  ADVISORY  READ 1 fe:00:57 5 5\n";
  EXPECT_EQ(detail("file", many), "read lock 5-5, read lock 5-5, read lock 5-5 and 2 more locks");
}

}  // namespace
}  // namespace debug_process::sections::files
