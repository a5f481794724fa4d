// SPDX-License-Identifier: Apache-2.0
#include "unit/diagnosis/sample_facts.h"

namespace debug_process::diagnosis {
namespace {

TEST(OutOfFds, FiresOnASingleFailure) {
  Facts facts = healthy();
  add_errors(facts, "accept4", EMFILE, 1, "fd 3");
  const auto finding = out_of_fds(facts);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::critical);
  EXPECT_EQ(finding->title, "out of file descriptors: accept4 failed 1 time with EMFILE");
  EXPECT_THAT(finding->next_step, HasSubstr("prlimit"));
  facts.wait_status = 1 << 8;
  EXPECT_THAT(out_of_fds(facts)->next_step, HasSubstr("before the next start"));
}

TEST(OutOfFds, TellsTheSystemsLimitFromTheProcess) {
  Facts facts = healthy();
  add_errors(facts, "open", ENFILE, 2);
  ASSERT_TRUE(out_of_fds(facts));
  EXPECT_THAT(out_of_fds(facts)->next_step, HasSubstr("file-nr"));
}

TEST(OutOfFds, IsSilentOnOtherFailures) {
  Facts facts = healthy();
  add_errors(facts, "accept4", EAGAIN, 1000);
  EXPECT_FALSE(out_of_fds(facts));
}

TEST(FdLimitNear, FiresFrom85PercentAndIsCriticalFrom95) {
  Facts facts = healthy();
  facts.files.limit_soft = 1000;
  facts.files.open = 849;
  EXPECT_FALSE(fd_limit_near(facts));
  facts.files.open = 850;
  ASSERT_TRUE(fd_limit_near(facts));
  EXPECT_EQ(fd_limit_near(facts)->severity, Severity::warning);
  facts.files.open = 949;
  EXPECT_EQ(fd_limit_near(facts)->severity, Severity::warning);
  facts.files.open = 950;
  EXPECT_EQ(fd_limit_near(facts)->severity, Severity::critical);
}

TEST(FdLimitNear, IsSilentWhereNothingIsKnownOrUnlimited) {
  Facts facts = healthy();
  facts.files.open = 1024;
  facts.files.limit_soft = std::nullopt;
  EXPECT_FALSE(fd_limit_near(facts));
  facts.files.limit_soft = 1024;
  facts.files.open = std::nullopt;
  EXPECT_FALSE(fd_limit_near(facts));
}

TEST(NoSpace, FiresOnASingleFailureOfEachKind) {
  for (const int error : {ENOSPC, EDQUOT, EIO}) {
    Facts facts = healthy();
    add_errors(facts, "write", error, 1, "/var/log/app.log");
    ASSERT_TRUE(no_space(facts)) << errno_name(error);
    EXPECT_EQ(no_space(facts)->severity, Severity::critical);
    EXPECT_THAT(no_space(facts)->title, HasSubstr("/var/log/app.log"));
  }
}

TEST(NoSpace, KnowsThatInotifyMeansTheWatchLimit) {
  Facts facts = healthy();
  add_errors(facts, "inotify_add_watch", ENOSPC, 9);
  ASSERT_TRUE(no_space(facts));
  EXPECT_THAT(no_space(facts)->title, HasSubstr("watches"));
  add_errors(facts, "write", ENOSPC, 1);  // rarer, and worse
  EXPECT_THAT(no_space(facts)->title, HasSubstr("no space left"));
}

TEST(NoSpace, IsSilentOnTheEndOfATerminalSession) {
  Facts facts = healthy();
  add_errors(facts, "read", EIO, 1, "/dev/ptmx");
  EXPECT_FALSE(no_space(facts));
}

TEST(PortExhaustion, FiresOnConnectButNotOnBind) {
  Facts facts = healthy();
  add_errors(facts, "bind", EADDRNOTAVAIL, 50);
  EXPECT_FALSE(port_exhaustion(facts));
  add_errors(facts, "connect", EADDRNOTAVAIL, 1);
  EXPECT_TRUE(port_exhaustion(facts));
}

TEST(CloseWaitLeak, FiresFromFifty) {
  Facts facts = healthy();
  facts.files.open = 10'000;
  facts.sockets.close_wait_throughout = 49;
  EXPECT_FALSE(close_wait_leak(facts));
  facts.sockets.close_wait_throughout = 50;
  EXPECT_TRUE(close_wait_leak(facts));
}

TEST(CloseWaitLeak, FiresFromATenthOfTheDescriptors) {
  Facts facts = healthy();
  facts.files.open = 100;
  facts.sockets.close_wait_throughout = 10;
  EXPECT_TRUE(close_wait_leak(facts));
  facts.files.open = 101;
  EXPECT_FALSE(close_wait_leak(facts));
}

TEST(CloseWaitLeak, IsSilentAboutAFewAmongFew) {
  Facts facts = healthy();
  facts.files.open = 12;
  facts.sockets.close_wait_throughout = 3;
  EXPECT_FALSE(close_wait_leak(facts));
}

TEST(CloseWaitLeak, TellsHowManyThereAreNow) {
  Facts facts = healthy();
  facts.sockets.close_wait_throughout = 99;
  facts.sockets.close_wait = 294;
  EXPECT_THAT(close_wait_leak(facts)->title,
              HasSubstr("294 connections in CLOSE_WAIT (99 since before the window): "));
  facts.sockets.close_wait = 99;
  EXPECT_THAT(close_wait_leak(facts)->title,
              HasSubstr("99 connections in CLOSE_WAIT since before the window: "));
}

TEST(CloseWaitLeak, NamesThePeerThatMostAreWith) {
  Facts facts = healthy();
  facts.sockets.close_wait_throughout = 50;
  for (const char* remote : {"10.0.0.9:80", "10.0.0.9:443", "10.0.0.8:80"}) {
    sections::sockets::Socket socket;
    socket.state = "CLOSE_WAIT";
    socket.remote = remote;
    socket.earlier = sections::sockets::Earlier{"CLOSE_WAIT", {}, {}, {}};
    facts.sockets.sockets.push_back(socket);
  }
  EXPECT_THAT(close_wait_leak(facts)->title, HasSubstr(", 2 of them with 10.0.0.9"));
}

// As full at the window's start as at its end.
sections::sockets::Socket listener(std::uint64_t waiting, std::optional<std::uint64_t> backlog,
                                   const std::string& local = "0.0.0.0:80") {
  sections::sockets::Socket socket;
  socket.fd = 7;
  socket.state = "LISTEN";
  socket.local = local;
  socket.waiting_to_be_accepted = waiting;
  socket.backlog = backlog;
  socket.earlier = sections::sockets::Earlier{"LISTEN", std::nullopt, waiting, std::nullopt};
  return socket;
}

TEST(AcceptQueueFull, FiresFrom102AndNamesTheWorstListener) {
  Facts facts = healthy();
  facts.sockets.sockets = {listener(101, std::nullopt)};
  EXPECT_FALSE(accept_queue_full(facts));
  facts.sockets.sockets = {listener(102, std::nullopt)};
  EXPECT_TRUE(accept_queue_full(facts));
  facts.sockets.sockets.push_back(listener(500, std::nullopt, "0.0.0.0:443"));
  EXPECT_EQ(accept_queue_full(facts)->title,
            "500 connections waiting to be accepted on 0.0.0.0:443");
}

TEST(AcceptQueueFull, KnowsTheBacklog) {
  Facts facts = healthy();
  facts.sockets.sockets = {listener(511, 4096)};
  EXPECT_FALSE(accept_queue_full(facts));
  facts.sockets.sockets = {listener(15, 20)};
  EXPECT_FALSE(accept_queue_full(facts));
  facts.sockets.sockets = {listener(16, 20)};
  EXPECT_EQ(accept_queue_full(facts)->title,
            "16 connections waiting to be accepted on 0.0.0.0:80, which has room for 20");
}

TEST(AcceptQueueFull, IsSilentAboutABurst) {
  Facts facts = healthy();
  facts.sockets.sockets = {listener(20, 20)};
  facts.sockets.sockets[0].earlier->waiting_to_be_accepted = 15;
  EXPECT_FALSE(accept_queue_full(facts));
  facts.sockets.sockets[0].earlier.reset();
  EXPECT_FALSE(accept_queue_full(facts)) << "it was made within the window";
}

TEST(AcceptQueueFull, TakesASmallBacklogForFullOnlyWhenItOverflows) {
  Facts facts = healthy();
  facts.sockets.sockets = {listener(5, 5)};
  EXPECT_FALSE(accept_queue_full(facts));
  facts.sockets.sockets = {listener(6, 5)};
  EXPECT_TRUE(accept_queue_full(facts));
}

TEST(AcceptQueueFull, FiresOnceAListenerTurnsAnybodyAway) {
  Facts facts = healthy();
  facts.sockets.sockets = {listener(16, 20), listener(0, 4096)};
  facts.sockets.sockets[1].window.drops = 1;
  EXPECT_EQ(accept_queue_full(facts)->title, "1 connection turned away by 0.0.0.0:80");
  facts.sockets.sockets[0] = listener(0, 20);
  facts.sockets.network.accept_queue_overflows = 1;
  EXPECT_TRUE(accept_queue_full(facts));
  facts.sockets.network.accept_queue_overflows = 0;  // another queue was full
  EXPECT_FALSE(accept_queue_full(facts));
  facts.sockets.network.accept_queue_overflows.reset();
  // Dropped datagrams are something else.
  facts.sockets.sockets = {listener(0, 20)};
  facts.sockets.sockets[0].state = "UNCONNECTED";
  facts.sockets.sockets[0].window.drops = 1;
  EXPECT_FALSE(accept_queue_full(facts));
}

sections::files::File deleted_file(const char* path, Bytes position) {
  sections::files::File file;
  file.fd = 5;
  file.type = "file";
  file.path = path;
  file.deleted = true;
  file.position = position;
  return file;
}

TEST(BigDeletedFile, FiresFromOneGibibyte) {
  Facts facts = healthy();
  facts.files.files = {deleted_file("/var/log/app.log", {(1ULL << 30U) - 1})};
  EXPECT_FALSE(big_deleted_file(facts));
  facts.files.files = {deleted_file("/var/log/app.log", {1ULL << 30U})};
  ASSERT_TRUE(big_deleted_file(facts));
  EXPECT_THAT(big_deleted_file(facts)->next_step, HasSubstr("/proc/1234/fd/5"));
}

TEST(BigDeletedFile, IsSilentAboutWhatNeverHadAName) {
  for (const char* path : {"/memfd:buffer", "/dev/shm/x", "/tmp/#1234"}) {
    Facts facts = healthy();
    facts.files.files = {deleted_file(path, {4ULL << 30U})};
    EXPECT_FALSE(big_deleted_file(facts)) << path;
  }
}

}  // namespace
}  // namespace debug_process::diagnosis
