// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/reads_writes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace debug_process::trace::bpf {
namespace {

TEST(ReadsWrites, TellsByHowManyTheAccountHasGrown) {
  ReadsWrites account(::getpid());
  if (!account.since_last_time()) GTEST_SKIP() << "this kernel keeps no account: /proc/self/io";
  const UniqueFd zero(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  char byte = 0;
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(::read(zero.get(), &byte, 1), 1);
  const auto grown = account.since_last_time();
  ASSERT_TRUE(grown);
  EXPECT_EQ(grown->calls, 1001);  // one of them read the account
  EXPECT_GT(grown->reading_took.count(), 0);
}

TEST(ReadsWrites, EndWithTheProcess) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  ReadsWrites account(child);
  const bool kept = account.since_last_time().has_value();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  if (!kept) GTEST_SKIP() << "this kernel keeps no account: /proc/PID/io";
  EXPECT_FALSE(account.since_last_time());
  EXPECT_FALSE(account.since_last_time());
}

TEST(ReadsWrites, AreUnknownOfNobody) {
  EXPECT_FALSE(ReadsWrites().since_last_time());
  EXPECT_FALSE(ReadsWrites(::getpid(), "/nowhere").since_last_time());
}

}  // namespace
}  // namespace debug_process::trace::bpf
