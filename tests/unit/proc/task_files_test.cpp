// The short files of a process or thread.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "proc/io.h"
#include "proc/limits.h"
#include "proc/schedstat.h"
#include "proc/task_syscall.h"
#include "proc/wchan.h"
#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

TEST(SchedstatParser, ReadsACapturedSample) {
  const auto schedstat = parse_schedstat("1097814 250 12\n");
  ASSERT_TRUE(schedstat);
  EXPECT_EQ(schedstat->on_cpu, std::chrono::nanoseconds(1097814));
  EXPECT_EQ(schedstat->run_delay, std::chrono::nanoseconds(250));
  EXPECT_EQ(schedstat->timeslices, 12U);
  EXPECT_FALSE(parse_schedstat(""));
  EXPECT_FALSE(parse_schedstat("1 2\n"));
}

TEST(LimitsParser, ReadsACapturedSample) {
  const auto limits = parse_limits(fixture("4242/limits"));
  ASSERT_TRUE(limits) << limits.error().message();
  EXPECT_EQ(limits->rows.size(), 16U);
  const Limit* files = limits->find("Max open files");
  ASSERT_NE(files, nullptr);
  EXPECT_EQ(files->soft, 1024U);
  EXPECT_EQ(files->hard, 1048576U);
  EXPECT_EQ(files->unit, "files");
  EXPECT_FALSE(limits->find("Max cpu time")->soft);
  EXPECT_EQ(limits->find("Max nice priority")->unit, "");
  EXPECT_EQ(limits->find("Max stupidity"), nullptr);
}

TEST(LimitsParser, NamesTheLineThatIsMalformed) {
  const std::string header =
      "Limit                     Soft Limit           Hard Limit           Units\n";
  EXPECT_EQ(
      parse_limits(header +
                   "Max open files            many                 1                    files\n")
          .error()
          .message(),
      "cannot parse limits: line 2: the soft limit is no number");
  EXPECT_FALSE(parse_limits(header));
  EXPECT_FALSE(parse_limits(header + "Max open\n"));
}

TEST(TaskSyscallParser, ReadsAllThreeForms) {
  EXPECT_TRUE(parse_task_syscall("running\n")->running);
  const auto outside = parse_task_syscall("-1 0x7ffd1c3c 0x7f2b9c3d\n");
  ASSERT_TRUE(outside);
  EXPECT_FALSE(outside->number);
  EXPECT_EQ(outside->stack_pointer, 0x7ffd1c3cU);
  const auto call = parse_task_syscall(fixture("4242/syscall"));
  ASSERT_TRUE(call) << call.error().message();
  EXPECT_EQ(call->number, 232);
  EXPECT_EQ(call->args[3], 0xffffffffU);
  EXPECT_EQ(call->instruction_pointer, 0x7f0000500123U);
}

TEST(TaskSyscallParser, RefusesWhatIsMalformed) {
  EXPECT_FALSE(parse_task_syscall(""));
  EXPECT_FALSE(parse_task_syscall("232 0x1\n"));
  EXPECT_FALSE(parse_task_syscall("-1 7ffd1c3c\n"));
  EXPECT_FALSE(parse_task_syscall("sleeping\n"));
}

TEST(WchanParser, TellsTheFunction) {
  EXPECT_EQ(parse_wchan("ep_poll"), "ep_poll");
  EXPECT_FALSE(parse_wchan("0"));
  EXPECT_FALSE(parse_wchan(""));
}

TEST(IoParser, ReadsACapturedSample) {
  const auto io = parse_io(fixture("4242/io"));
  ASSERT_TRUE(io) << io.error().message();
  EXPECT_EQ(io->read_calls_bytes, Bytes{10163});
  EXPECT_EQ(io->write_calls, 4U);
  EXPECT_EQ(io->storage_written, Bytes{4096});
  EXPECT_EQ(parse_io("rchar: 1\nwchar: x\n").error().message(),
            "cannot parse io: line 2: wchar is no number");
  EXPECT_FALSE(parse_io("rchar: 1\n"));
}

}  // namespace
}  // namespace debug_process::proc
