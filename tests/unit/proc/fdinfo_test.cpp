// What each type of file tells in its fdinfo; the samples are of Linux 6.18 unless they say
// otherwise.
// SPDX-License-Identifier: Apache-2.0
#include "proc/fdinfo.h"

#include <gtest/gtest.h>

#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

using namespace std::chrono_literals;

Fdinfo parsed(const std::string& rest) {
  auto info = parse_fdinfo("pos:\t0\nflags:\t02\nmnt_id:\t17\nino:\t26\n" + rest);
  EXPECT_TRUE(info) << info.error().message();
  return info.value_or(Fdinfo());
}

bool is_refused(const std::string& rest) {
  return !parse_fdinfo("pos:\t0\nflags:\t02\n" + rest);
}

TEST(FdinfoParser, ReadsWhatAllHave) {
  const auto file = parse_fdinfo(fixture("4242/fdinfo/7"));
  ASSERT_TRUE(file) << file.error().message();
  EXPECT_EQ(file->position, Bytes{100});
  EXPECT_EQ(file->flags, 02100000U);
  EXPECT_EQ(file->mount_id, 24U);
  EXPECT_EQ(file->inode, 57U);
}

TEST(FdinfoParser, NamesTheLineThatIsMalformed) {
  EXPECT_EQ(parse_fdinfo("pos:\t0\nflags:\t9\n").error().message(),
            "cannot parse fdinfo: line 2: flags is no number");
  EXPECT_FALSE(parse_fdinfo(""));
  EXPECT_TRUE(parse_fdinfo("flags:\t0\nsome driver's line\n"));
}

TEST(FdinfoParser, ReadsLocksWithTheirRanges) {
  const Fdinfo info = parsed(
      "lock:\t1: FLOCK  ADVISORY  WRITE 8423 fe:00:10952930 0 EOF\n"
      "lock:\t2: POSIX  ADVISORY  READ 8423 fe:00:10952930 5 14\n");
  ASSERT_EQ(info.locks.size(), 2U);
  EXPECT_EQ(info.locks[0].type, "FLOCK");
  EXPECT_EQ(info.locks[1].mode, "READ");
  EXPECT_EQ(info.locks[1].start, 5U);
  EXPECT_EQ(info.locks[1].end, 14U);
  EXPECT_TRUE(is_refused("lock:\t1: FLOCK\n"));
}

TEST(FdinfoParser, ReadsWhatAnEpollInstanceWatches) {
  const Fdinfo info = parsed(
      "tfd:        5 events:       19 data: ffffffffffffffff  pos:0 ino:3ea sdev:fe00001\n"
      "tfd:        7 events: 80000019 data:                7\n");  // before Linux 4.13
  ASSERT_EQ(info.epoll_targets.size(), 2U);
  EXPECT_EQ(info.epoll_targets[0].fd, 5);
  EXPECT_EQ(info.epoll_targets[0].inode, 0x3eaU);
  EXPECT_EQ(info.epoll_targets[0].device, (Device{254, 1}));
  EXPECT_EQ(info.epoll_targets[1].fd, 7);
  EXPECT_FALSE(info.epoll_targets[1].inode);
  EXPECT_TRUE(is_refused("tfd: x events: 19\n"));
}

TEST(FdinfoParser, ReadsWatchesWithTheirHandles) {
  const Fdinfo info = parsed(
      "inotify wd:1 ino:3c51a sdev:fe00000 mask:fce ignored_mask:0 fhandle-bytes:8 fhandle-type:1 "
      "f_handle:1ac5030000000000\n"
      "inotify wd:2 ino:c883 sdev:14 mask:2 ignored_mask:0\n");
  ASSERT_EQ(info.watches.size(), 2U);
  EXPECT_EQ(info.watches[0].inode, 0x3c51aU);
  EXPECT_EQ(info.watches[0].device, (Device{254, 0}));
  EXPECT_EQ(info.watches[0].handle_type, 1);
  EXPECT_EQ(info.watches[0].handle, std::string("\x1a\xc5\x03\0\0\0\0\0", 8));
  EXPECT_EQ(info.watches[1].device, (Device{0, 20}));
  EXPECT_TRUE(info.watches[1].handle.empty());
}

TEST(FdinfoParser, ReadsMarksOfFanotify) {
  const Fdinfo info = parsed(
      "fanotify flags:0 event-flags:8000\n"
      "fanotify ino:3c51a sdev:fe00000 mflags:0 mask:20 ignored_mask:0 fhandle-bytes:8 "
      "fhandle-type:1 f_handle:1ac503000000000x\n"
      "fanotify mnt_id:1a mflags:0 mask:2 ignored_mask:0\n"
      "fanotify sdev:800001 mflags:0 mask:2 ignored_mask:0\n");
  ASSERT_EQ(info.watches.size(), 3U);
  EXPECT_EQ(info.watches[0].inode, 0x3c51aU);
  EXPECT_TRUE(info.watches[0].handle.empty());  // it is malformed
  EXPECT_EQ(info.watches[1].mount_id, 26U);
  EXPECT_FALSE(info.watches[1].inode);
  EXPECT_EQ(info.watches[2].device, (Device{8, 1}));
}

TEST(FdinfoParser, ReadsTimers) {
  const Fdinfo info = parsed(
      "clockid: 7\nticks: 2\nsettime flags: 00\nit_value: (99, 999939496)\nit_interval: (3, 5)\n");
  EXPECT_EQ(info.timer.clock, 7);
  EXPECT_EQ(info.timer.ticks, 2U);
  EXPECT_EQ(info.timer.left, 99s + 999939496ns);
  EXPECT_EQ(info.timer.interval, 3s + 5ns);
  EXPECT_TRUE(is_refused("it_value: (99 5)\n"));
  EXPECT_TRUE(is_refused("it_value: (x, 5)\n"));
  EXPECT_TRUE(is_refused("it_value: \n"));
  // Longer than nanoseconds can count.
  EXPECT_GT(*parsed("it_value: (9223372036854775807, 999999999)\n").timer.left, 24h * 365 * 200);
}

TEST(FdinfoParser, ReadsEventsSignalsAndFaults) {
  const Fdinfo event =
      parsed("eventfd-count:               1f\neventfd-id: 3\neventfd-semaphore: 1\n");
  EXPECT_EQ(event.eventfd_count, 31U);
  EXPECT_EQ(event.eventfd_id, 3U);
  EXPECT_TRUE(event.semaphore);
  EXPECT_EQ(parsed("sigmask:\t0000000000004002\n").signals, 0x4002U);
  EXPECT_EQ(parsed("pending:\t3\ntotal:\t4\nAPI:\taa:0:1ff\n").faults, 3U);
  EXPECT_EQ(parsed("Pid:\t-1\nNSpid:\t-1\n").pid, -1);
  EXPECT_EQ(parsed("iff:\ttun0\n").interface, "tun0");
  EXPECT_TRUE(is_refused("sigmask:\txyz\n"));
}

TEST(FdinfoParser, ReadsRings) {
  const Fdinfo info = parsed(
      "SqMask:\t0x7\nSqHead:\t1\nSqTail:\t3\nCachedSqHead:\t1\nCqMask:\t0xf\nCqHead:\t0\nCqTail:"
      "\t1\n"
      "CachedCqTail:\t1\nSQEs:\t2\n    1: opcode:READ, fd:3, flags:0, off:0\nCQEs:\t1\n"
      "    0: user_data:9, res:4, flag:0\nSqThread:\t-1\nUserFiles:\t1\n    0: /tmp/x\n"
      "UserBufs:\t0\nPollList:\n  op=6, task_works=0\n  op=6, task_works=0\nCqOverflowList:\n");
  EXPECT_EQ(info.ring.sq_mask, 7U);
  EXPECT_EQ(info.ring.cq_mask, 15U);
  EXPECT_EQ(info.ring.submissions, 2U);
  EXPECT_EQ(info.ring.completions, 1U);
  EXPECT_EQ(info.ring.files, 1U);
  EXPECT_EQ(info.ring.buffers, 0U);
  EXPECT_EQ(info.ring.polls, 2U);
}

// Before Linux 6.10 a registered file's name stood there as it was, newlines and all.
TEST(FdinfoParser, LetsNoNameForgeANumber) {
  const Fdinfo info = parsed(
      "SqMask:\t0x7\nSQEs:\t2\nUserFiles:\t1\n    0: x\nSQEs:\t99\nflags:\t0\nino:\t1\n"
      "SqMask:\tno number\n");
  EXPECT_EQ(info.ring.submissions, 2U);
  EXPECT_EQ(info.ring.sq_mask, 7U);
  EXPECT_EQ(info.flags, 02U);
  EXPECT_EQ(info.inode, 26U);
}

TEST(FdinfoParser, ReadsBpfObjects) {
  const Bpf map = parsed("map_type:\t1\nkey_size:\t4\nmax_entries:\t64\nmap_id:\t25\n").bpf;
  EXPECT_EQ(map.map_type, 1U);
  EXPECT_EQ(map.max_entries, 64U);
  EXPECT_EQ(map.map_id, 25U);
  const Bpf link = parsed("link_type:\traw_tracepoint\nlink_id:\t89\nprog_id:\t98\n").bpf;
  EXPECT_EQ(link.link_type, "raw_tracepoint");
  EXPECT_EQ(link.link_id, 89U);
  EXPECT_EQ(link.program_id, 98U);
  EXPECT_TRUE(is_refused("map_id:\t-1\n"));
}

}  // namespace
}  // namespace debug_process::proc
