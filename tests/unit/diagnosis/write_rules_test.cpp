// Who writes too much, and who cannot go on writing.
// SPDX-License-Identifier: Apache-2.0
#include "unit/diagnosis/ill_writes.h"

namespace debug_process::diagnosis {
namespace {

using ill::log_file, ill::pipe, ill::stuck, ill::writing;

TEST(LogFlood, FiresOnAFileThatIsAppendedTo) {
  const auto finding = log_flood(writing(log_file()));
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_EQ(finding->title,
            "2k/s small writes, 100% of all, are appended to /var/log/app.log (fd 5)");
  EXPECT_EQ(finding->lost, 1200ms);
}

TEST(LogFlood, FiresFromAThousandASecond) {
  EXPECT_TRUE(log_flood(writing(log_file(), 1000)));
  EXPECT_FALSE(log_flood(writing(log_file(), 999)));
}

TEST(LogFlood, FiresFromThirtyPercentOfTheWrites) {
  Facts facts = writing(log_file(), 3000);
  add_calls(facts, "sendto", 70'000);
  EXPECT_TRUE(log_flood(facts));
  add_calls(facts, "writev", 1);
  EXPECT_FALSE(log_flood(facts));
}

TEST(LogFlood, IsNoWarningWhereItCostsLittle) {
  Facts facts = writing(log_file());
  facts.files.files[0].io->total = 999ms;
  EXPECT_EQ(log_flood(facts)->severity, Severity::info);
}

TEST(LogFlood, IsSilentAboutABurst) {
  Facts facts = writing(log_file(), 2000);
  for (std::size_t i = 0; i < 5; ++i) facts.syscalls.rows[0].intervals[i].calls = 0;
  EXPECT_FALSE(log_flood(facts));
}

TEST(LogFlood, IsSilentAboutAJournalAndAboutData) {
  Facts facts = writing(log_file());
  add_calls(facts, "fdatasync", 1);
  EXPECT_FALSE(log_flood(facts)) << "what is synced is no log";
  facts = writing(log_file());
  facts.files.files[0].io->written = Bytes{20'000ULL * 4097};
  EXPECT_FALSE(log_flood(facts)) << "blocks, not lines";
  facts = writing(log_file());
  facts.files.files[0].append = false;
  EXPECT_FALSE(log_flood(facts)) << "it is written, not appended to";
}

TEST(LogFlood, IsSilentAboutAProgramsOutput) {
  EXPECT_FALSE(log_flood(writing(pipe(1)))) << "as of grep";
  EXPECT_TRUE(log_flood(writing(pipe(2))));
  EXPECT_FALSE(log_flood(writing(pipe(3)))) << "to a process of its own";
  Facts server = writing(pipe(1));
  server.sockets.listening = 1;
  EXPECT_TRUE(log_flood(server));
}

TEST(LogFlood, IsSilentAboutAYoungProcess) {
  Facts facts = writing(log_file());
  facts.process.uptime = 9s;
  EXPECT_FALSE(log_flood(facts));
}

TEST(PipeFull, FiresFromASecond) {
  EXPECT_FALSE(pipe_full(stuck(pipe(1), 999ms)));
  const auto finding = pipe_full(stuck(pipe(1), 1s));
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->title, "1 thread has been writing to a full pipe (fd 1 pipe:[42]) for 1.00 s");
  EXPECT_THAT(finding->next_step, HasSubstr("'pipe:[42]'"));
  EXPECT_EQ(finding->lost, 1s);
}

TEST(PipeFull, CountsOnlyTheWindowAsLost) {
  EXPECT_EQ(pipe_full(stuck(pipe(1), 60s))->lost, 10s);
}

TEST(PipeFull, KnowsTheKernelsFunctionWithoutTheDescriptor) {
  Facts facts = stuck(log_file(), 2s);
  facts.threads.threads.clear();
  EXPECT_FALSE(pipe_full(facts));
  for (const char* function : {"pipe_write", "anon_pipe_write"}) {
    facts.syscalls.in_flight[0].wait_channel = function;
    EXPECT_TRUE(pipe_full(facts)) << function;
  }
}

TEST(PipeFull, IsSilentAboutASlowDisk) {
  EXPECT_FALSE(pipe_full(stuck(log_file(), 2s)));
}

}  // namespace
}  // namespace debug_process::diagnosis
