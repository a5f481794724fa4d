// Rules about threads that do one thing over and over.
// SPDX-License-Identifier: Apache-2.0
#include "unit/diagnosis/ill_facts.h"

namespace debug_process::diagnosis {
namespace {

sections::syscalls::Row& only_row(Facts& facts) {
  return facts.syscalls.rows.at(0);
}

void set_calls(Facts& facts, std::uint64_t calls) {
  facts.syscalls.calls = only_row(facts).calls = calls;
  facts.threads.threads.at(0).calls = calls;
  add_intervals(facts);
}

TEST(ZeroTimeoutPolling, WarnsOfALoopOfEmptyPolls) {
  const auto finding = zero_timeout_polling(ill::zero_timeout_polling());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_EQ(finding->title,
            "worker (77) polls without waiting: epoll_wait at 100k/s, 95.0% of a CPU");
  EXPECT_EQ(finding->lost, 9500ms);
}

TEST(ZeroTimeoutPolling, FiresFromAThousandASecond) {
  Facts facts = ill::zero_timeout_polling();
  only_row(facts).zeros = 10'000;
  set_calls(facts, 10'000);
  EXPECT_TRUE(zero_timeout_polling(facts));
  set_calls(facts, 9'999);
  EXPECT_FALSE(zero_timeout_polling(facts));
}

TEST(ZeroTimeoutPolling, FiresFromNineEmptyOnesInTen) {
  Facts facts = ill::zero_timeout_polling();
  only_row(facts).zeros = 900'000;
  EXPECT_TRUE(zero_timeout_polling(facts));
  only_row(facts).zeros = 899'999;
  EXPECT_FALSE(zero_timeout_polling(facts));
  only_row(facts).zeros = std::nullopt;
  EXPECT_FALSE(zero_timeout_polling(facts));
}

TEST(ZeroTimeoutPolling, IsSilentWhereTheCallsWaited) {
  Facts facts = ill::zero_timeout_polling();
  set_latency(only_row(facts), 60us);  // a timeout, though a short one
  EXPECT_FALSE(zero_timeout_polling(facts));
}

TEST(ZeroTimeoutPolling, IsSilentBelowHalfACpuUnlessOthersTakeIt) {
  Facts facts = ill::zero_timeout_polling();
  auto& thread = facts.threads.threads[0];
  thread.cpu = Ratio{0.49};
  EXPECT_FALSE(zero_timeout_polling(facts));
  thread.run_delay = 100ms;  // 1%
  EXPECT_TRUE(zero_timeout_polling(facts));
}

TEST(ZeroTimeoutPolling, OnlyTellsOfPollsBetweenWork) {
  Facts facts = ill::zero_timeout_polling();
  // Another thread makes as many other calls: neither is a mere loop of polls.
  add_thread(facts, 0.2).calls = 20'000;
  facts.threads.threads[1].tid = 78;
  add_calls(facts, "read", 20'000);
  facts.threads.threads[0].calls = 30'000;
  only_row(facts).calls = 30'000;
  only_row(facts).zeros = 30'000;
  set_latency(only_row(facts), 500ns);  // 15 ms of 10 s
  facts.syscalls.calls = 50'000;
  add_intervals(facts);
  ASSERT_TRUE(zero_timeout_polling(facts));
  EXPECT_EQ(zero_timeout_polling(facts)->severity, Severity::info);
}

TEST(ZeroTimeoutPolling, IsSilentAboutABurst) {
  Facts facts = ill::zero_timeout_polling();
  add_burst(facts);
  EXPECT_FALSE(zero_timeout_polling(facts));
}

TEST(ReadyEventIgnored, NamesWhatMayBeReadyAllTheTime) {
  const auto finding = ready_event_ignored(ill::ready_event_ignored());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_THAT(finding->explanation, HasSubstr("descriptor 5 may be it: its peer has closed"));
}

TEST(ReadyEventIgnored, IsSilentWhereWakesMoveBytes) {
  Facts facts = ill::ready_event_ignored();
  facts.files.files[0].io->read = Bytes{99'999};
  EXPECT_TRUE(ready_event_ignored(facts));
  facts.files.files[0].io->read = Bytes{100'000};  // a tenth of a byte a wake
  EXPECT_FALSE(ready_event_ignored(facts));
  facts.files.files[0].io->read = Bytes{0};
  facts.files.io_known = false;
  EXPECT_FALSE(ready_event_ignored(facts));
}

TEST(ReadyEventIgnored, IsSilentWhereWakesAreAnsweredOtherwise) {
  Facts facts = ill::ready_event_ignored();
  add_calls(facts, "accept4", 100'000);
  facts.threads.threads[0].calls = 1'100'000;
  EXPECT_FALSE(ready_event_ignored(facts));
  add_errors(facts, "accept4", EMFILE, 100'000);  // and nothing comes of it
  EXPECT_TRUE(ready_event_ignored(facts));
}

TEST(ReadyEventIgnored, IsSilentWhereMemoryIsSharedWithTheKernel) {
  for (const auto& [type, path] :
       {std::pair("perf_event", "anon_inode:[perf_event]"),
        std::pair("bpf-map", "anon_inode:bpf-map"), std::pair("device", "/dev/video0")}) {
    Facts facts = ill::ready_event_ignored();
    add_file(facts, 9, type, path);
    EXPECT_FALSE(ready_event_ignored(facts)) << path;
  }
  Facts facts = ill::ready_event_ignored();
  add_file(facts, 9, "device", "/dev/null");
  EXPECT_TRUE(ready_event_ignored(facts));
}

TEST(ReadyEventIgnored, IsSilentWhereItWaitsForEvents) {
  Facts slow = ill::ready_event_ignored();
  set_latency(only_row(slow), 60us);
  EXPECT_FALSE(ready_event_ignored(slow));
  Facts idle = ill::ready_event_ignored();
  idle.threads.threads[0].cpu = Ratio{0.49};
  EXPECT_FALSE(ready_event_ignored(idle));
  Facts empty = ill::ready_event_ignored();
  only_row(empty).zeros = 100'001;
  EXPECT_FALSE(ready_event_ignored(empty));
}

TEST(ReadyEventIgnored, FiresFromAThousandASecond) {
  Facts facts = ill::ready_event_ignored();
  set_calls(facts, 10'000);
  EXPECT_TRUE(ready_event_ignored(facts));
  set_calls(facts, 9'999);
  EXPECT_FALSE(ready_event_ignored(facts));
}

TEST(TinyIo, NamesTheFile) {
  const auto finding = tiny_io(ill::tiny_io());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_EQ(finding->title,
            "/var/log/app.log is written a few bytes at a time: file (fd 3), 100k/s at 8 B each");
}

TEST(TinyIo, FiresFromAThousandASecondOfWhichHalfAreSmall) {
  Facts facts = ill::tiny_io();
  auto& io = *facts.files.files[0].io;
  io.transfers = 10'000;
  io.small_transfers = 5'000;
  EXPECT_TRUE(tiny_io(facts));
  io.small_transfers = 4'999;
  EXPECT_FALSE(tiny_io(facts));
  io.transfers = io.small_transfers = 9'999;
  EXPECT_FALSE(tiny_io(facts));
}

TEST(TinyIo, IsSilentBelowATenthOfACpu) {
  Facts facts = ill::tiny_io();
  facts.threads.cpu = Ratio{0.099};
  EXPECT_FALSE(tiny_io(facts));
}

TEST(TinyIo, OnlyTellsOfWhatCostsLittle) {
  Facts facts = ill::tiny_io();
  facts.files.files[0].io->total = 999ms;
  EXPECT_EQ(tiny_io(facts)->severity, Severity::info);
  facts.files.files[0].io->total = 1s;
  EXPECT_EQ(tiny_io(facts)->severity, Severity::warning);
}

TEST(TinyIo, IsSilentWhereSmallPiecesAreTheProtocol) {
  for (const char* type : {"eventfd", "timerfd", "signalfd", "device", "socket"}) {
    Facts facts = ill::tiny_io();
    facts.files.files[0].type = type;
    EXPECT_FALSE(tiny_io(facts)) << type;
  }
  Facts proc = ill::tiny_io();
  proc.files.files[0].path = "/proc/loadavg";
  EXPECT_FALSE(tiny_io(proc));
}

TEST(TinyIo, BlamesTheWriterOfAPipeAndNobodyForOneToItself) {
  Facts facts = ill::tiny_io();
  facts.files.files[0].type = "pipe";
  facts.files.files[0].path = "pipe:[42]";
  facts.files.files[0].mode = "r";
  EXPECT_FALSE(tiny_io(facts));
  facts.files.files[0].mode = "w";
  EXPECT_TRUE(tiny_io(facts));
  add_file(facts, 4, "pipe", "pipe:[42]", "r");
  EXPECT_FALSE(tiny_io(facts));
}

TEST(StatPolling, KnowsTheTimeZone) {
  const auto finding = stat_polling(ill::stat_polling());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->title, "the state of /etc/localtime is asked for at 50k/s");
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_THAT(finding->next_step, HasSubstr("TZ=:/etc/localtime"));
}

TEST(StatPolling, FiresFromTenASecond) {
  Facts facts = ill::stat_polling();
  (*facts.syscalls.lookups)[0].calls = 100;
  EXPECT_TRUE(stat_polling(facts));
  (*facts.syscalls.lookups)[0].calls = 99;
  EXPECT_FALSE(stat_polling(facts));
}

TEST(StatPolling, OnlyTellsOfWhatCostsLittle) {
  Facts facts = ill::stat_polling();
  facts.syscalls.rows[0].latency.sum = 499ms;
  EXPECT_EQ(stat_polling(facts)->severity, Severity::info);
  facts.syscalls.rows[0].latency.sum = 500ms;
  EXPECT_EQ(stat_polling(facts)->severity, Severity::warning);
  facts.syscalls.inflated_latencies = true;
  EXPECT_EQ(stat_polling(facts)->severity, Severity::info);
}

TEST(StatPolling, IsSilentAboutManyPathsAndTheUnknown) {
  Facts facts = ill::stat_polling();
  facts.syscalls.lookups->assign(10'000, {"/src/x", 50});
  EXPECT_FALSE(stat_polling(facts));
  facts.syscalls.lookups.reset();
  EXPECT_FALSE(stat_polling(facts));
  Facts burst = ill::stat_polling();
  add_burst(burst);
  EXPECT_FALSE(stat_polling(burst));
}

TEST(SleepPolling, SaysHowOftenAndHowLong) {
  const auto finding = sleep_polling(ill::sleep_polling());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_THAT(finding->title, HasSubstr("worker (77) sleeps and looks again: at 900/s, 1.06 ms"));
}

TEST(SleepPolling, NamesWhatItLooksFor) {
  Facts facts = ill::sleep_polling();  // 9,000 sleeps
  facts.syscalls.lookups.emplace();
  facts.syscalls.lookups->push_back({"/etc/app.conf", 9'000});
  EXPECT_THAT(sleep_polling(facts)->title, HasSubstr("looks again for /etc/app.conf: at"));
  facts.errors.objects.push_back({"stat", "ENOENT", ENOENT, "/run/app/ready", {}, 4'501});
  EXPECT_THAT(sleep_polling(facts)->title, HasSubstr("looks again for /run/app/ready: at"));
  facts.errors.objects[0].calls = 4'500;
  facts.syscalls.lookups.reset();
  EXPECT_THAT(sleep_polling(facts)->title, HasSubstr("looks again: at"));
}

TEST(SleepPolling, FiresFromFiftyASecondOfTenMilliseconds) {
  Facts facts = ill::sleep_polling();
  facts.threads.threads[0].on_cpu = 1ms;
  set_latency(only_row(facts), 10'100us);
  set_calls(facts, 500);
  ASSERT_TRUE(sleep_polling(facts));
  EXPECT_EQ(sleep_polling(facts)->severity, Severity::info);
  set_calls(facts, 499);
  EXPECT_FALSE(sleep_polling(facts));
  set_calls(facts, 500);
  set_latency(only_row(facts), 12ms);
  EXPECT_FALSE(sleep_polling(facts));
}

TEST(SleepPolling, IsSilentWhereWorkIsDoneBetweenSleeps) {
  Facts frames = ill::sleep_polling();
  frames.threads.threads[0].on_cpu = 900ms;  // 100 us each
  EXPECT_TRUE(sleep_polling(frames));
  frames.threads.threads[0].on_cpu = 901ms;
  EXPECT_FALSE(sleep_polling(frames));

  Facts paced = ill::sleep_polling();
  add_file(paced, 3, "socket", "socket:[1]").io->transfers = 4'500;
  EXPECT_FALSE(sleep_polling(paced));
  paced.files.files[0].io->transfers = 4'499;
  EXPECT_TRUE(sleep_polling(paced));
}

}  // namespace
}  // namespace debug_process::diagnosis
