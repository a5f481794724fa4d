// SPDX-License-Identifier: Apache-2.0
#include "proc/fd_table.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "unit/proc/fixture.h"
#include "util/fd.h"

namespace debug_process::proc {
namespace {

TEST(FdLink, TellsTheType) {
  EXPECT_EQ(parse_fd_link(0, "/dev/pts/3").type, FdType::device);
  EXPECT_EQ(parse_fd_link(0, "/dev/shm/x").type, FdType::file);
  EXPECT_EQ(parse_fd_link(0, "/memfd:x (deleted)").type, FdType::memfd);
  EXPECT_EQ(parse_fd_link(0, "/secretmem (deleted)").type, FdType::memfd);
  EXPECT_EQ(parse_fd_link(0, "anon_inode:[eventpoll]").anon_name(), "eventpoll");
  EXPECT_EQ(parse_fd_link(0, "anon_inode:inotify").anon_name(), "inotify");
  EXPECT_EQ(parse_fd_link(0, "mnt:[1]").type, FdType::other);
  const Fd socket = parse_fd_link(3, "socket:[1001]");
  EXPECT_EQ(socket.type, FdType::socket);
  EXPECT_EQ(socket.inode, 1001U);
  EXPECT_EQ(parse_fd_link(3, "pipe:[7]").inode, 7U);
}

TEST(FdLink, KnowsDeletedFilesFromWhatNeverHadAName) {
  EXPECT_TRUE(parse_fd_link(0, "/tmp/x (deleted)").deleted);
  EXPECT_FALSE(parse_fd_link(0, "/memfd:x (deleted)").deleted);
  EXPECT_FALSE(parse_fd_link(0, "/dev/zero (deleted)").deleted);
  EXPECT_FALSE(parse_fd_link(0, "/SYSV00000000 (deleted)").deleted);
}

TEST(FdLink, IsNotFooledByNames) {
  EXPECT_EQ(parse_fd_link(0, "/tmp/socket:[5]").type, FdType::file);
  EXPECT_EQ(parse_fd_link(0, "socket:[x]").type, FdType::other);
  EXPECT_EQ(parse_fd_link(0, "").type, FdType::other);
  EXPECT_EQ(parse_fd_link(0, "anon_inode:").anon_name(), "");
}

TEST(FdTable, ReadsAFixtureWithHostileNames) {
  const auto table = read_fd_table(fixture_procfs(), 4242);
  ASSERT_TRUE(table) << table.error().message();
  ASSERT_EQ(table->fds.size(), 18U);
  EXPECT_EQ(table->fds[6].link, "/var/log/a\x1b[2Jb\nc.log (deleted)");
  EXPECT_TRUE(table->fds[6].deleted);
  EXPECT_EQ(table->base, "4242");
}

TEST(FdTable, TakesALivingThreadsWhenTheLeaderIsAZombie) {
  const auto table = read_fd_table(fixture_procfs(), 77);
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_EQ(table->base, "77/task/78");
  ASSERT_EQ(table->fds.size(), 1U);
  EXPECT_EQ(table->fds[0].number, 5);
}

TEST(FdTable, SaysWhenTheProcessIsGone) {
  const auto table = read_fd_table(fixture_procfs(), 31337);
  ASSERT_FALSE(table);
  EXPECT_TRUE(is_gone(table.error()));
}

TEST(FdTable, ReadsOurOwn) {
  const UniqueFd event(::eventfd(0, EFD_CLOEXEC));
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  const auto table = read_fd_table(Procfs(), ::getpid());
  ASSERT_TRUE(table) << table.error().message();
  const auto find = [&table](int number) {
    return *std::find_if(table->fds.begin(), table->fds.end(),
                         [number](const Fd& fd) { return fd.number == number; });
  };
  EXPECT_EQ(find(event.get()).anon_name(), "eventfd");
  EXPECT_TRUE(find(reader.get()).readable && !find(reader.get()).writable);
  EXPECT_TRUE(find(writer.get()).writable && !find(writer.get()).readable);
}

}  // namespace
}  // namespace debug_process::proc
