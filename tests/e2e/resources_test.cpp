// Threads, memory and disk I/O against pmap, top and the kernel's own files, of the same moment.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "e2e/as_nobody.h"
#include "e2e/cgroup_v1.h"
#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::uint64_t kKib = 1024;

class Resources : public NeedsBpf {
 protected:
  static std::uint64_t sum(const Json& report, const std::string& table, const char* column) {
    std::uint64_t total = 0;
    for (const Json& row : rows(report, "memory", table))
      total += row.at(column).get<std::uint64_t>();
    return total;
  }
};

// The numbers of a line that begins with these words.
std::vector<std::uint64_t> numbers_behind(const std::string& text, const std::string& words) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(words)) continue;
    std::istringstream fields(line.substr(words.size()));
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t number = 0; fields >> number;) numbers.push_back(number);
    return numbers;
  }
  return {};
}

// The process sleeps, so what it has is the same for both; pmap reads before and after.
TEST_F(Resources, MemoryIsWhatPmapSays) {
  const auto pmap = find_program("pmap");
  if (!pmap) GTEST_SKIP() << "pmap is not installed (package procps)";
  const Workload target("many_mappings", {"2000"});
  const Result said = run({*pmap, "-x", std::to_string(target.pid())});
  const Json report = report_on(target.pid(), {"-d", "300ms"});
  const auto total = numbers_behind(said.out, "total kB");
  ASSERT_EQ(total.size(), 3U) << said.describe();
  EXPECT_EQ(sum(report, "mappings", "rss_bytes"), total[1] * kKib);
  EXPECT_EQ(sum(report, "categories", "rss_bytes"), total[1] * kKib);
  // pmap counts the page of the vsyscall, which is the kernel's, or leaves it out: by its version.
  EXPECT_NEAR(static_cast<double>(sum(report, "mappings", "size_bytes")),
              static_cast<double>(total[0] * kKib), 4.0 * kKib);
  EXPECT_EQ(
      row(report, "memory", "categories", {{"category", "anonymous"}}).at("rss_share_ratio") > 0.5,
      true);
}

TEST_F(Resources, MemoryIsWhatSmapsRollupSays) {
  const Workload target("many_mappings", {"2000"});
  const Json report = report_on(target.pid(), {"-d", "300ms"});
  const std::string rollup = read_text("/proc/" + std::to_string(target.pid()) + "/smaps_rollup");
  EXPECT_EQ(sum(report, "categories", "rss_bytes"), numbers_behind(rollup, "Rss:").at(0) * kKib);
  // The C library's pages are divided by who maps them, and others come and go meanwhile.
  EXPECT_NEAR(metric(report, "memory", "pss_bytes").get<double>(),
              static_cast<double>(numbers_behind(rollup, "Pss:").at(0) * kKib), 256.0 * kKib);
  EXPECT_EQ(metric(report, "memory", "rss_bytes").get<std::int64_t>(),
            static_cast<std::int64_t>(sum(report, "categories", "rss_bytes")) +
                metric(report, "memory", "unaccounted_bytes").get<std::int64_t>());
}

TEST_F(Resources, SeesMemoryGrow) {
  const auto bash = find_program("bash");
  if (!bash) GTEST_SKIP() << "bash is not installed";
  // A string that gets 200 KB longer some hundred times a second.
  Process target({*bash, "-c",
                  "printf -v more '%0200000d' 0; echo ready; "
                  "while read -t 0.01; (( $? > 128 )); do all+=$more; done"});
  target.wait_for_output("ready");
  const Json report = report_on(target.pid(), {"-d", "2s"});
  EXPECT_GE(metric(report, "memory", "growth_samples"), 5);
  EXPECT_GT(metric(report, "memory", "growth_bytes_per_s"), 0);
}

TEST_F(Resources, ThreadsAreThoseThatTopShows) {
  const auto top = find_program("top");
  if (!top) GTEST_SKIP() << "top is not installed (package procps)";
  const Workload target("many_threads", {"40"});
  const Result said =
      run({*top, "-H", "-b", "-n1", "-p", std::to_string(target.pid())}, {"COLUMNS=200"});
  std::set<pid_t> shown;
  std::istringstream lines(said.out);
  for (std::string line; std::getline(lines, line);)
    if (line.find("many_threads") != std::string::npos) shown.insert(std::atoi(line.c_str()));
  std::set<pid_t> reported;
  const Json report = report_on(target.pid(), {"-d", "300ms"});
  for (const Json& thread : rows(report, "threads", "threads")) {
    reported.insert(thread.at("tid").get<pid_t>());
    EXPECT_EQ(thread.at("state"), "S");
    EXPECT_EQ(thread.at("name"), "many_threads");
  }
  EXPECT_EQ(reported, shown) << said.describe();
}

TEST_F(Resources, TheTimeOfAThreadAddsUpToTheWindow) {
  const Workload target("busy_loop");
  const Json report = report_on(target.pid(), {"-d", "500ms"});
  const Json thread = row(report, "threads", "threads", {{"tid", target.pid()}});
  const auto part = [&](const char* key) { return thread.at(key).get<std::int64_t>(); };
  EXPECT_EQ(part("on_cpu_ns") + part("run_delay_ns") + part("blocked_ns") + part("unaccounted_ns"),
            part("observed_ns"));
  EXPECT_GE(part("observed_ns"), report.at("run").at("window_ns").get<std::int64_t>());
  EXPECT_EQ(part("blocked_ns"), 0) << "it never sleeps";
  EXPECT_GT(part("on_cpu_ns"), 0);
}

TEST_F(Resources, SaysWhatThreadsAreBlockedIn) {
  const Workload target("many_threads", {"3"});
  const Json report = report_on(target.pid(), {"-d", "300ms"});
  const auto waiting = rows(report, "threads", "threads", {{"syscall", "futex"}});
  ASSERT_EQ(waiting.size(), 3U);
  for (const Json& thread : waiting) {
    EXPECT_THAT(thread.at("object"), StartsWith("0x"));
    EXPECT_THAT(thread.at("object"), HasSubstr("(3 threads)"));
    EXPECT_THAT(thread.at("wait_channel"), StartsWith("futex"));
  }
  const Json leader = row(report, "threads", "threads", {{"tid", target.pid()}});
  EXPECT_EQ(leader.at("syscall"), "read");
  EXPECT_THAT(leader.at("object"), StartsWith("fd 0 pipe:["));
}

TEST_F(Resources, NamesThePeerThatAThreadWaitsFor) {
  const auto python = find_program("python3");
  if (!python) GTEST_SKIP() << "python3 is not installed";
  Process target({*python, "-c",
                  "import socket; s = socket.create_server(('127.0.0.1', 0)); "
                  "print('ready', s.getsockname()[1], flush=True); s.accept()"});
  target.wait_for_output("\n");
  const std::string port = target.out().substr(6, target.out().find('\n') - 6);
  const Json report = report_on(target.pid(), {"-d", "300ms"});
  const Json thread = row(report, "threads", "threads", {{"tid", target.pid()}});
  EXPECT_THAT(thread.at("object"), HasSubstr(" tcp 127.0.0.1:" + port));
}

TEST_F(Resources, CountsWhatAProcessWrites) {
  const auto bash = find_program("bash");
  if (!bash) GTEST_SKIP() << "bash is not installed";
  const TemporaryDirectory folder;
  const std::string file = folder.path() / "written";
  Process target(
      {*bash, "-c", "echo ready; read; printf '%08388608d' 0 > " + file + "; echo done; read"});
  target.wait_for_output("ready");
  Watch watch(target.pid());
  EXPECT_EQ(target.ask(), "done");
  const Json report = watch.end();
  EXPECT_GE(metric(report, "disk", "call_written_bytes"), 8388608);
  EXPECT_LT(metric(report, "disk", "call_written_bytes"), 8388608 + 65536);
  EXPECT_GE(metric(report, "disk", "write_calls"), 1);
  EXPECT_GE(metric(report, "disk", "host_written_bytes"), 0);
  EXPECT_NE(metric(report, "disk", "verdict"), nullptr);
}

TEST_F(Resources, SeesACgroupThrottle) {
  const Workload target("busy_loop");
  const Group group("cpu", target.pid());
  if (!group.made()) GTEST_SKIP() << "no cpu controller of cgroup version 1 here";
  if (!group.set("cpu.cfs_period_us", "20000") || !group.set("cpu.cfs_quota_us", "5000"))
    GTEST_SKIP() << "this kernel has no CPU quotas";
  ASSERT_TRUE(group.set("cgroup.procs", std::to_string(target.pid())));
  const Json report = report_on(target.pid(), {"-d", "1s"});
  EXPECT_EQ(metric(report, "threads", "cpu_limited"), true);
  EXPECT_DOUBLE_EQ(metric(report, "threads", "cpu_limit").get<double>(), 0.25);
  EXPECT_EQ(metric(report, "threads", "cpu_cgroup"), group.name());
  EXPECT_GT(metric(report, "threads", "cpu_throttled_periods"), 0);
  EXPECT_GT(metric(report, "threads", "cpu_throttled_ns"), 0);
}

TEST_F(Resources, SeesAMemoryLimit) {
  const Workload target("sleeper", {"100"});
  const Group group("memory", target.pid());
  if (!group.made()) GTEST_SKIP() << "no memory controller of cgroup version 1 here";
  ASSERT_TRUE(group.set("memory.limit_in_bytes", "67108864"));
  ASSERT_TRUE(group.set("cgroup.procs", std::to_string(target.pid())));
  const Json report = report_on(target.pid(), {"-d", "300ms"});
  EXPECT_EQ(metric(report, "memory", "cgroup_limited"), true);
  EXPECT_EQ(metric(report, "memory", "cgroup_limit_bytes"), 67108864);
  EXPECT_EQ(metric(report, "memory", "cgroup_limit_group"), group.name());
}

class ResourcesOfAnother : public AsNobody {};

TEST_F(ResourcesOfAnother, AreShownAsFarAsAnybodyMayKnow) {
  const Workload target("sleeper", {"100"});
  const Json report =
      parse_report(run(as_nobody({tool(), "--json", "-d", "300ms", std::to_string(target.pid())})));
  const Json& disk = report.at("sections").at("disk");
  EXPECT_EQ(disk.at("status"), "partial");
  EXPECT_THAT(disk.at("reason"),
              HasSubstr("what this process reads and writes: permission denied"));
  EXPECT_EQ(metric(report, "disk", "read_bytes"), nullptr);
  EXPECT_NE(metric(report, "disk", "host_read_bytes"), nullptr);
  const Json thread = row(report, "threads", "threads", {{"tid", target.pid()}});
  EXPECT_NE(thread.at("blocked_ns"), nullptr);
  EXPECT_EQ(thread.at("blocked_in"), nullptr);
  EXPECT_THAT(report.at("sections").at("threads").at("reason"),
              HasSubstr("what threads are blocked in: permission denied"));
  EXPECT_NE(metric(report, "memory", "rss_bytes"), nullptr);
}

}  // namespace
}  // namespace debug_process::e2e
