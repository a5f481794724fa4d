// SPDX-License-Identifier: Apache-2.0
#include "proc/status.h"

#include <gtest/gtest.h>

#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

TEST(StatusParser, ReadsACapturedSample) {
  const auto status = parse_status(fixture("4242/status"));
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(status->pid, 4242);
  EXPECT_EQ(status->ppid, 1);
  EXPECT_EQ(status->state, 'S');
  EXPECT_EQ(status->real_uid, 1000U);
  EXPECT_EQ(status->effective_uid, 0U);
  EXPECT_EQ(status->ns_pids, (std::vector<pid_t>{4242, 17}));
  EXPECT_EQ(status->threads, 2U);
  EXPECT_EQ(status->vm_rss, kibibytes(63460));
  EXPECT_EQ(status->vm_swap, kibibytes(12));
  EXPECT_EQ(status->rss_shmem, kibibytes(32));
  EXPECT_EQ(status->voluntary_switches, 42U);
  EXPECT_EQ(status->involuntary_switches, 7U);
  EXPECT_EQ(status->seccomp, 2);
  EXPECT_EQ(status->kernel_thread, false);
}

TEST(StatusParser, UnescapesTheName) {
  EXPECT_EQ(parse_status(fixture("4242/status"))->name, "a) R 1 (b\nc\\");
  EXPECT_EQ(parse_status("Name:\t \\x\\\\n \nPid:\t1\n")->name, " \\x\\n ");
}

TEST(StatusParser, LeavesUnknownWhatKernelThreadsLack) {
  const auto status = parse_status(fixture("2/status"));
  ASSERT_TRUE(status);
  EXPECT_FALSE(status->vm_rss);
  EXPECT_FALSE(status->vm_swap);
}

TEST(StatusParser, ReadsTheRights) {
  const auto status = parse_status(
      "Pid:\t1\nCapPrm:\t000001ffffffffff\nCapEff:\t0000008000000000\nCapBnd:\t0\nNoNewPrivs:"
      "\t1\n");
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_TRUE(status->cap_permitted->has(CAP_SYS_ADMIN));
  EXPECT_TRUE(status->cap_effective->has(CAP_BPF));
  EXPECT_FALSE(status->cap_effective->has(CAP_PERFMON));
  EXPECT_EQ(status->cap_bounding->bits(), 0U);
  EXPECT_EQ(status->no_new_privileges, true);
  EXPECT_FALSE(parse_status("Pid:\t1\nCapEff:\tall\n"));
}

TEST(StatusParser, ReadsWhichSignalsHaveAHandler) {
  const auto status = parse_status("Pid:\t1\nSigCgt:\t0000000180004002\n");
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(status->signals_caught, 0x180004002U);
  EXPECT_FALSE(parse_status("Pid:\t1\nSigCgt:\tSIGINT\n"));
}

TEST(StatusParser, NamesTheLineThatIsMalformed) {
  const auto status = parse_status("Name:\tx\nPid:\t1\nVmRSS:\tmuch kB\n");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(), "cannot parse status: line 3: VmRSS is malformed: 'much kB'");
}

TEST(StatusParser, RefusesTextWithoutAPid) {
  EXPECT_FALSE(parse_status(""));
  EXPECT_FALSE(parse_status("Name:\tx\n"));
  EXPECT_FALSE(parse_status("no colon here\n"));
  EXPECT_FALSE(parse_status("Name:\tx\nPid:\t1\nState:\t\n"));
}

}  // namespace
}  // namespace debug_process::proc
