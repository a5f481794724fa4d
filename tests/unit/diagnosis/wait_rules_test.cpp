// Rules about threads that wait for a quota, a lock or storage, and about how many there are.
// SPDX-License-Identifier: Apache-2.0
#include "unit/diagnosis/ill_facts.h"

namespace debug_process::diagnosis {
namespace {

TEST(CgroupCpuThrottling, NamesTheGroupAndItsQuota) {
  const auto finding = cgroup_cpu_throttling(ill::cgroup_cpu_throttling());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_EQ(
      finding->title,
      "throttled by the CPU quota of 0.50 CPUs of /kubepods/pod1: 4.00 s in 90 of 100 periods");
  EXPECT_EQ(finding->lost, 4s);
}

TEST(CgroupCpuThrottling, FiresAboveAQuarterOfThePeriodsOrFromATwentiethOfTheTime) {
  Facts facts = ill::cgroup_cpu_throttling();
  facts.threads.quota.throttled = 499ms;
  facts.threads.quota.throttled_periods = 25;
  EXPECT_FALSE(cgroup_cpu_throttling(facts));
  facts.threads.quota.throttled_periods = 26;
  EXPECT_TRUE(cgroup_cpu_throttling(facts));
  facts.threads.quota.throttled_periods = 1;
  facts.threads.quota.throttled = 500ms;
  EXPECT_TRUE(cgroup_cpu_throttling(facts));
}

TEST(CgroupCpuThrottling, IsSilentWithFewPeriodsOrNone) {
  Facts facts = ill::cgroup_cpu_throttling();
  facts.threads.quota.periods = facts.threads.quota.throttled_periods = 10;
  EXPECT_TRUE(cgroup_cpu_throttling(facts));
  facts.threads.quota.periods = facts.threads.quota.throttled_periods = 9;
  EXPECT_FALSE(cgroup_cpu_throttling(facts));
  facts.threads.quota = {};
  EXPECT_FALSE(cgroup_cpu_throttling(facts));
}

TEST(CgroupCpuThrottling, OnlyTellsWhereOthersOfTheGroupPayForIt) {
  Facts facts = ill::cgroup_cpu_throttling();
  facts.threads.threads[0].run_delay = 499ms;
  EXPECT_EQ(cgroup_cpu_throttling(facts)->severity, Severity::info);
  facts.threads.threads[0].run_delay = 500ms;
  EXPECT_EQ(cgroup_cpu_throttling(facts)->severity, Severity::warning);
  facts.threads.threads[0].run_delay.reset();
  EXPECT_EQ(cgroup_cpu_throttling(facts)->severity, Severity::info);
}

TEST(CpuStarvation, GoesWithTheThrottlingThatExplainsIt) {
  const Facts explained = ill::cgroup_cpu_throttling();  // 4 s of 5 s
  ASSERT_TRUE(cpu_starvation(explained));
  const auto one = diagnose(explained);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].rule, "cgroup-cpu-throttling");
  EXPECT_THAT(one[0].explanation, HasSubstr("What follows from it: a thread waits for a CPU"));
  Facts others_too = explained;
  others_too.threads.quota.throttled = 2s;
  EXPECT_EQ(diagnose(others_too).size(), 2U);
}

TEST(LockContention, NamesTheLock) {
  const auto finding = lock_contention(ill::lock_contention());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_EQ(finding->title,
            "4 threads contend for one lock (futex 0x7f00): 90.0% of their time is spent waiting "
            "for it");
}

TEST(LockContention, FiresFromThreeThreadsAHundredWaitsASecondAndATenthOfTheirTime) {
  Facts facts = ill::lock_contention();
  auto& lock = (*facts.syscalls.futexes)[0];
  lock = {0x7f00, 1000, 1000, 3s, 3, 3};
  EXPECT_TRUE(lock_contention(facts));
  lock.waits = 999;
  EXPECT_FALSE(lock_contention(facts));
  lock.waits = 1000;
  lock.waited = 2999ms;
  EXPECT_FALSE(lock_contention(facts));
  lock = {0x7f00, 1000, 1000, 3s, 2, 2};
  EXPECT_FALSE(lock_contention(facts));
}

TEST(LockContention, IsSilentAboutAPoolThatWaitsForWork) {
  Facts facts = ill::lock_contention();
  // One thread hands out the work, and never waits for it.
  (*facts.syscalls.futexes)[0] = {0x7f00, 5000, 5000, 36s, 4, 0};
  EXPECT_FALSE(lock_contention(facts));
  (*facts.syscalls.futexes)[0].waiters_that_wake = 2;
  EXPECT_FALSE(lock_contention(facts));
  (*facts.syscalls.futexes)[0].waiters_that_wake = 3;
  EXPECT_TRUE(lock_contention(facts));
}

TEST(LockContention, IsSilentAboutABarrier) {
  Facts facts = ill::lock_contention();
  // The last to come wakes the other three.
  (*facts.syscalls.futexes)[0] = {0x7f00, 6000, 2000, 36s, 4, 4};
  EXPECT_FALSE(lock_contention(facts));
}

TEST(LockContention, LooksPastWhatIsNoLock) {
  Facts facts = ill::lock_contention();
  auto& futexes = *facts.syscalls.futexes;
  futexes.insert(futexes.begin(), {0x1000, 100, 100, 100s, 10, 0});
  ASSERT_TRUE(lock_contention(facts));
  EXPECT_THAT(lock_contention(facts)->title, HasSubstr("0x7f00"));
}

TEST(LockContention, IsSilentWhereNothingIsKnown) {
  Facts facts = ill::lock_contention();
  facts.syscalls.inflated_latencies = true;
  EXPECT_FALSE(lock_contention(facts));
  facts.syscalls.inflated_latencies = false;
  facts.syscalls.futexes.reset();
  EXPECT_FALSE(lock_contention(facts));
}

TEST(LockConvoy, TakesTheContentionOver) {
  const auto findings = diagnose(ill::lock_convoy());
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, "lock-convoy");
  EXPECT_THAT(findings[0].explanation, HasSubstr("4 threads contend for one lock"));
}

TEST(LockConvoy, FiresFromFiveThousandSwitchesASecond) {
  Facts facts = ill::lock_convoy();
  auto& lock = (*facts.syscalls.futexes)[0];
  lock.waits = lock.wakes = 25'000;
  for (auto& thread : facts.threads.threads) thread.voluntary_switches = 12'500;
  EXPECT_TRUE(lock_convoy(facts));
  facts.threads.threads[0].voluntary_switches = 12'499;
  EXPECT_FALSE(lock_convoy(facts));
}

TEST(LockConvoy, IsSilentWhereSwitchesHaveOtherCausesOrAllCpusAreUsed) {
  Facts other = ill::lock_convoy();
  other.threads.threads[0].voluntary_switches = 300'000;
  EXPECT_FALSE(lock_convoy(other));
  Facts busy = ill::lock_convoy();
  busy.threads.cpu = Ratio{2.0};
  EXPECT_FALSE(lock_convoy(busy));
  Facts fewer_wakes = ill::lock_convoy();
  (*fewer_wakes.syscalls.futexes)[0].wakes = 179'999;
  EXPECT_FALSE(lock_convoy(fewer_wakes));
  Facts unknown = ill::lock_convoy();
  unknown.threads.threads[1].voluntary_switches.reset();
  EXPECT_FALSE(lock_convoy(unknown));
}

TEST(ThreadExplosion, SaysHowManyTheyHaveBecome) {
  const auto finding = thread_explosion(ill::thread_explosion());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_EQ(finding->title, "threads become more and more: 10 at first, 110 after 10.0 s");
}

TEST(ThreadExplosion, IsSilentAboutAPoolThatIsBeingFilled) {
  Facts young = ill::thread_explosion();
  young.process.uptime = 9s;
  EXPECT_FALSE(thread_explosion(young));
  Facts full = ill::thread_explosion();
  full.intervals.intervals.back().threads = full.intervals.intervals[18].threads;
  EXPECT_FALSE(thread_explosion(full));
}

TEST(ThreadExplosion, FiresFromFiftyMoreThatAreATenthAMinute) {
  Facts facts = ill::thread_explosion();
  const auto grow_by = [&](std::uint64_t first, double step) {
    facts.intervals.threads_at_start = first;
    double threads = static_cast<double>(first);
    for (auto& interval : facts.intervals.intervals)
      interval.threads = static_cast<std::uint64_t>(threads += step);
  };
  grow_by(100, 2.5);
  EXPECT_TRUE(thread_explosion(facts));
  facts.intervals.threads_at_start = 101;
  EXPECT_FALSE(thread_explosion(facts));
  grow_by(3000, 2.5);  // 300 a minute
  EXPECT_TRUE(thread_explosion(facts));
  grow_by(3001, 2.5);
  EXPECT_FALSE(thread_explosion(facts));
}

TEST(ThreadExplosion, FiresFromFourFifthsOfThePidsLimit) {
  Facts facts = healthy();
  facts.threads.pids = {799, 1000, "/app"};
  EXPECT_FALSE(thread_explosion(facts));
  facts.threads.pids.current = 800;
  ASSERT_TRUE(thread_explosion(facts));
  EXPECT_EQ(thread_explosion(facts)->severity, Severity::warning);
  facts.threads.pids.current = 950;
  EXPECT_EQ(thread_explosion(facts)->severity, Severity::critical);
}

TEST(ThreadExplosion, OnlyTellsOfAThreadForEachRequest) {
  Facts facts = healthy();
  facts.threads.exited_thread_count = 100;
  ASSERT_TRUE(thread_explosion(facts));
  EXPECT_EQ(thread_explosion(facts)->severity, Severity::info);
  facts.threads.exited_thread_count = 99;
  EXPECT_FALSE(thread_explosion(facts));
}

TEST(FsyncBound, WarnsWhereTheOnlyThreadWaits) {
  const auto finding = fsync_bound(ill::fsync_bound());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_EQ(finding->title,
            "8.00 s of thread time waits for fsync: 1,000 calls, 8.00 ms on average");
}

TEST(FsyncBound, FiresFromAFifthOfTheTime) {
  Facts facts = ill::fsync_bound();
  set_latency(facts.syscalls.rows[0], 2ms);
  EXPECT_TRUE(fsync_bound(facts));
  set_latency(facts.syscalls.rows[0], 1999us);
  EXPECT_FALSE(fsync_bound(facts));
}

TEST(FsyncBound, FiresFromAP99OfFiftyMilliseconds) {
  Facts facts = ill::fsync_bound();
  auto& row = facts.syscalls.rows[0];
  row.calls = 100;
  add_intervals(facts);
  set_latency(row, 1ms);
  EXPECT_FALSE(fsync_bound(facts));
  row.latency = {};
  for (int i = 0; i < 98; ++i) row.latency.add(1ms);
  for (int i = 0; i < 2; ++i) row.latency.add(60ms);
  ASSERT_TRUE(fsync_bound(facts));
  EXPECT_EQ(fsync_bound(facts)->severity, Severity::info);  // 2% of a thread's time
  row.latency.add(400ms);
  EXPECT_EQ(fsync_bound(facts)->severity, Severity::warning);
}

TEST(FsyncBound, OnlyTellsWhereABackgroundThreadMayDoIt) {
  Facts facts = ill::fsync_bound();
  add_thread(facts, 0.5).calls = 50'000;
  ASSERT_TRUE(fsync_bound(facts));
  EXPECT_EQ(fsync_bound(facts)->severity, Severity::info);
  set_latency(facts.syscalls.rows[0], 12ms);  // more than one thread can be in
  EXPECT_EQ(fsync_bound(facts)->severity, Severity::warning);
}

TEST(FsyncBound, LeavesWaitsForACpuToOthers) {
  Facts facts = ill::fsync_bound();  // 8 s
  facts.threads.threads[0].run_delay = 6s;
  EXPECT_TRUE(fsync_bound(facts));
  facts.threads.threads[0].run_delay = 6001ms;
  EXPECT_FALSE(fsync_bound(facts));
}

TEST(LockContention, LeavesWaitsForACpuToOthers) {
  Facts facts = ill::lock_contention();  // 36 s of 40 s
  for (auto& thread : facts.threads.threads) thread.run_delay = 8s;
  EXPECT_TRUE(lock_contention(facts));
  facts.threads.threads[0].run_delay = 8001ms;
  EXPECT_FALSE(lock_contention(facts));
}

TEST(FsyncBound, IsSilentAboutOneCheckpoint) {
  Facts facts = ill::fsync_bound();
  facts.syscalls.rows[0].calls = 9;
  set_latency(facts.syscalls.rows[0], 1s);
  EXPECT_FALSE(fsync_bound(facts));
  Facts burst = ill::fsync_bound();
  add_burst(burst);
  EXPECT_FALSE(fsync_bound(burst));
}

TEST(SlowStorage, FiresFromAFifthOfAThreadsTime) {
  Facts facts = ill::slow_storage();
  facts.threads.threads[0].block_io_delay = 2s;
  ASSERT_TRUE(slow_storage(facts));
  EXPECT_EQ(slow_storage(facts)->severity, Severity::warning);
  facts.threads.threads[0].block_io_delay = 1999ms;
  EXPECT_FALSE(slow_storage(facts));
}

// Where the kernel keeps no account of it, by the calls that took long.
Facts slow_reads() {
  Facts facts = healthy();
  add_calls(facts, "pread64", 1'000, 5s);
  add_thread(facts, 0.1).calls = 1'000;
  auto& io = *add_file(facts, 3, "file", "/data/table").io;
  io.calls = io.transfers = 1'000;
  io.read = Bytes{8'192'000};
  io.total = 5s;
  io.latency.scale = 2;
  for (int i = 0; i < 1'000; ++i) io.latency.add(5ms);
  facts.disk.storage = {Bytes{8'192'000}, Bytes{0}};
  facts.disk.host_pressure.some = Ratio{0.5};
  return facts;
}

TEST(SlowStorage, TellsBySlowCallsWhereTheKernelKeepsNoAccount) {
  ASSERT_TRUE(slow_storage(slow_reads()));
  EXPECT_THAT(slow_storage(slow_reads())->title, HasSubstr("/data/table"));
}

TEST(SlowStorage, TakesNoMoreThanTheMachineWaitedForIo) {
  Facts facts = slow_reads();
  facts.disk.host_pressure.some = Ratio{0.2};
  EXPECT_TRUE(slow_storage(facts));
  facts.disk.host_pressure.some = Ratio{0.19};  // the rest was a lock, or a named pipe
  EXPECT_FALSE(slow_storage(facts));
  facts.disk.host_pressure.some.reset();
  EXPECT_FALSE(slow_storage(facts));
}

TEST(SlowStorage, IsSilentWhereStorageIsNotTouchedOrAnswersAtOnce) {
  Facts cached = slow_reads();
  cached.disk.storage = sections::disk::Transfer{};
  EXPECT_FALSE(slow_storage(cached));
  Facts fast = slow_reads();
  fast.files.files[0].io->latency = {};
  fast.files.files[0].io->latency.scale = 2;
  for (int i = 0; i < 100'000; ++i) fast.files.files[0].io->latency.add(50us);
  EXPECT_FALSE(slow_storage(fast));
}

TEST(SlowStorage, LeavesFsyncAndLocksToOthers) {
  for (const char* call : {"fsync", "flock"}) {
    Facts facts = slow_reads();
    auto& row = add_calls(facts, call, 1'000);
    set_latency(row, 5ms);
    EXPECT_FALSE(slow_storage(facts)) << call;
  }
}

TEST(HungIo, SaysWhereAndForHowLong) {
  const auto finding = hung_io(ill::hung_io());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::critical);
  EXPECT_EQ(finding->title,
            "I/O is stuck: worker (77) is in read fd 7 /mnt/nfs/data for 10.0 s at least");
}

TEST(HungIo, IsCriticalFromTenSeconds) {
  Facts facts = ill::hung_io();
  facts.window = 9999ms;
  EXPECT_EQ(hung_io(facts)->severity, Severity::warning);
  facts.window = 1999ms;
  EXPECT_FALSE(hung_io(facts));
}

TEST(HungIo, IsSilentAboutAThreadThatRanOnce) {
  Facts facts = ill::hung_io();
  facts.threads.threads[0].timeslices = 1;
  EXPECT_FALSE(hung_io(facts));
  facts.threads.threads[0].timeslices.reset();
  EXPECT_TRUE(hung_io(facts));  // by its switches
  facts.threads.threads[0].involuntary_switches.reset();
  EXPECT_FALSE(hung_io(facts));
}

TEST(HungIo, IsSilentAboutOtherUninterruptibleWaits) {
  Facts vfork = ill::hung_io();
  vfork.threads.threads[0].place->syscall = "vfork";
  vfork.threads.threads[0].place->wait_channel = "wait_for_vfork_done";
  EXPECT_FALSE(hung_io(vfork));
  Facts frozen = ill::hung_io();
  frozen.threads.threads[0].place->wait_channel = "__refrigerator";
  EXPECT_FALSE(hung_io(frozen));
  Facts sleeping = ill::hung_io();
  sleeping.threads.threads[0].state = 'S';
  EXPECT_FALSE(hung_io(sleeping));
  Facts unknown = ill::hung_io();
  unknown.threads.threads[0].place.reset();
  EXPECT_FALSE(hung_io(unknown));
}

}  // namespace
}  // namespace debug_process::diagnosis
