// Threads, memory and disk I/O as they are shown, with hostile text in every field that a target
// chooses. UPDATE_GOLDEN=1 writes what is made now: look at the difference before you commit it.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "render/render.h"
#include "sections/disk/present.h"
#include "sections/memory/present.h"
#include "sections/threads/present.h"
#include "support/golden.h"

namespace debug_process::sections {
namespace {

using namespace std::chrono_literals;

// A name of a thread, a path, an [anon:name] or a cgroup can be all of this.
constexpr const char* kHostile = "\x1b[2J\x1b]0;owned\x07\r\n== Memory ==\t\xff<script>|`\"'";
constexpr Bytes kMiB{1 << 20};

Bytes mib(std::uint64_t count) {
  return {count * kMiB.value};
}

threads::Thread thread(pid_t tid, const char* name, char state) {
  threads::Thread thread;
  thread.tid = tid;
  thread.name = name;
  thread.state = state;
  thread.policy = "other";
  thread.observed = 5s;
  thread.calls = 0;
  thread.voluntary_switches = 10;
  thread.involuntary_switches = 3;
  thread.cpus_allowed = "0-3";
  return thread;
}

void spend(threads::Thread& thread, std::chrono::nanoseconds on_cpu,
           std::chrono::nanoseconds run_delay) {
  thread.on_cpu = on_cpu;
  thread.run_delay = run_delay;
  thread.blocked = *thread.observed - on_cpu - run_delay;
  thread.unaccounted = 0ns;
  thread.cpu = Ratio{std::chrono::duration<double>(on_cpu) / 5s};
}

threads::Facts sample_threads() {
  threads::Facts facts;
  threads::Thread busy = thread(1001, kHostile, 'R');
  spend(busy, 4s, 900ms);
  busy.user = 3900ms;
  busy.nice = 5;
  busy.place = threads::Place{true, {}, "", {}, {}};
  threads::Thread stuck = thread(1002, "writer", 'D');
  spend(stuck, 0s, 0s);
  stuck.policy = "fifo";
  stuck.realtime_priority = 50;
  stuck.place = threads::Place{false, "fsync", std::string("fd 7 /data/") + kHostile, 7,
                               "jbd2_log_wait_commit"};
  threads::Thread waiter = thread(1003, "worker", 'S');
  spend(waiter, 1ms, 0s);
  waiter.place = threads::Place{false, "futex", "0x7f5c00a0 (12 threads)", {}, "futex_do_wait"};
  threads::Thread unknown = thread(1004, "no account", 'S');
  unknown.observed.reset();
  unknown.calls.reset();
  facts.threads = {busy, stuck, waiter, unknown};
  facts.count = 4;
  facts.cpu = Ratio{0.8};
  facts.run_delay = Ratio{0.18};
  facts.quota = {true, 0.5, std::string("/kubepods/") + kHostile, 50, 48, 4200ms};
  facts.completeness.add_gap("what threads are blocked in: permission denied");
  return facts;
}

memory::Facts sample_memory() {
  memory::Facts facts;
  facts.rss = mib(300);
  facts.rss_peak = mib(310);
  facts.pss = mib(280);
  facts.uss = mib(270);
  facts.swap = mib(12);
  facts.heap = mib(40);
  facts.stack = mib(1);
  facts.anonymous = mib(290);
  facts.file = mib(8);
  facts.shared = mib(2);
  facts.virtual_size = mib(900);
  facts.hugetlb = mib(4);
  facts.anonymous_huge = mib(128);
  facts.unaccounted = -4096;
  facts.mapping_count = 3;
  facts.page_faults_minor = 1204;
  facts.page_faults_major = 3;
  facts.growth = memory::Growth{11, Rate{2.5e6}, Rate{2e6}, Rate{3e6}};
  facts.oom_score = 812;
  facts.oom_score_adj = 500;
  facts.limit.limited = true;
  facts.limit.limit = mib(512);
  facts.limit.group = std::string("/") + kHostile;
  facts.limit.own_group = facts.limit.group;
  facts.limit.current = mib(510);
  facts.limit.used = mib(500);
  facts.limit.used_ratio = Ratio{500.0 / 512};
  facts.limit.headroom = mib(12);
  facts.limit.limit_hits = 41;
  facts.limit.oom_kills = 1;
  facts.limit.oom_kills_ever = 2;
  facts.limit.pressure_some = Ratio{0.2};
  facts.limit.pressure_full = Ratio{0.1};
  facts.mappings = {
      {"named anonymous", std::string("[anon:") + kHostile + "]", 2, mib(256), mib(250), mib(240),
       mib(12)},
      {"heap", "[heap]", 1, mib(48), mib(40), mib(40), mib(0)},
      {"file data", std::string("/srv/") + kHostile + " (deleted)", 1, mib(10), mib(8), {}, {}}};
  for (const memory::Mapping& mapping : facts.mappings)
    facts.categories.push_back(
        {mapping.category, mapping.count, mapping.size, mapping.rss, mapping.pss, mapping.swap});
  return facts;
}

disk::Facts sample_disk() {
  disk::Facts facts;
  facts.storage = disk::Transfer{mib(1), mib(90)};
  facts.cancelled = mib(4);
  facts.calls = disk::Transfer{mib(20), mib(120)};
  facts.read_calls = 2000;
  facts.write_calls = 4000;
  facts.group = disk::Transfer{mib(1), mib(95)};
  facts.group_name = std::string("/") + kHostile;
  facts.group_pressure = {Ratio{0.4}, Ratio{0.3}};
  facts.host = disk::Transfer{mib(10), mib(100)};
  facts.host_pressure = {Ratio{0.5}, Ratio{0.1}};
  facts.read_share = Ratio{0.1};
  facts.write_share = Ratio{0.9};
  facts.disks = {
      {"sda", "disk", Ratio{0.97}, Rate{10}, Rate{800}, {mib(10), mib(100)}, 12ms, 9.5},
      {"dm-0", "stacked", Ratio{0.96}, Rate{10}, Rate{700}, {mib(10), mib(100)}, {}, {}}};
  return facts;
}

report::Report sample() {
  report::Report report;
  report.run.window = 5s;
  report.sections = {threads::present(sample_threads()), memory::present(sample_memory()),
                     disk::present(sample_disk())};
  return report;
}

class ResourcesGolden : public testing::TestWithParam<std::pair<const char*, render::Format>> {};

TEST_P(ResourcesGolden, IsWhatIsRendered) {
  const auto [name, format] = GetParam();
  const std::string rendered = render::render(sample(), format, {});
  support::expect_golden(name, rendered);
}

INSTANTIATE_TEST_SUITE_P(All, ResourcesGolden,
                         testing::Values(std::pair{"resources.txt", render::Format::text},
                                         std::pair{"resources.json", render::Format::json}));

TEST(ResourcesText, LetsNoControlCharacterThrough) {
  const std::string text = render::render(sample(), render::Format::text, {});
  for (const char byte : text)
    EXPECT_TRUE(byte == '\n' || static_cast<unsigned char>(byte) >= 0x20) << static_cast<int>(byte);
  // Nor a heading that no section of ours has made.
  std::size_t headings = 0;
  for (std::size_t at = text.find("\n== Memory"); at != std::string::npos;
       at = text.find("\n== Memory", at + 1))
    ++headings;
  EXPECT_EQ(headings, 1U);
}

}  // namespace
}  // namespace debug_process::sections
