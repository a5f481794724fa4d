// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include "sections/memory/gather.h"
#include "sections/memory/present.h"
#include "sections/memory/usage.h"
#include "unit/sections/fixture.h"

namespace debug_process::sections::memory {
namespace {

using namespace std::chrono_literals;
using report::Status;
using report::Value;

const Mapping* find(const Facts& facts, const std::string& category) {
  const auto found =
      std::find_if(facts.mappings.begin(), facts.mappings.end(),
                   [&category](const Mapping& mapping) { return mapping.category == category; });
  return found == facts.mappings.end() ? nullptr : &*found;
}

TEST(MemorySection, ReadsAFixture) {
  const Facts facts = gather(fixture_source(kHostile), {100, 3}, {150, 3});
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  EXPECT_EQ(facts.rss, kibibytes(63460));
  EXPECT_EQ(facts.swap, kibibytes(12));
  EXPECT_EQ(facts.anonymous, kibibytes(56428));
  EXPECT_EQ(facts.shared, kibibytes(32));
  EXPECT_EQ(facts.virtual_size, kibibytes(362024));
  EXPECT_EQ(facts.pss, kibibytes(1664));
  EXPECT_EQ(facts.uss, kibibytes(1664));
  EXPECT_EQ(facts.heap, kibibytes(900));
  EXPECT_EQ(facts.heap_size, kibibytes(1024));
  EXPECT_EQ(facts.stack, kibibytes(24 + 16));  // [stack], and the one that thread 4243 sleeps on
  EXPECT_EQ(facts.mapping_count, 12U);
  EXPECT_EQ(facts.page_faults_minor, 50U);
  EXPECT_EQ(facts.page_faults_major, 0U);
}

TEST(MemorySection, TellsWhatMappingsAreFor) {
  const Facts facts = gather(fixture_source(kHostile), {}, {});
  EXPECT_EQ(facts.mappings.front().category, "heap");
  for (const char* expected : {"anonymous", "stack", "file text", "file data", "shared memory",
                               "jit", "reserved", "named anonymous", "vdso"}) {
    EXPECT_NE(find(facts, expected), nullptr) << expected;
  }
  ASSERT_NE(find(facts, "thread stack"), nullptr);
  EXPECT_EQ(find(facts, "reserved")->rss, Bytes{0});
  EXPECT_EQ(find(facts, "named anonymous")->path, "[anon:arena Rss: 1 kB]");
}

const Category* find_category(const Facts& facts, const std::string& name) {
  const auto found =
      std::find_if(facts.categories.begin(), facts.categories.end(),
                   [&name](const Category& category) { return category.name == name; });
  return found == facts.categories.end() ? nullptr : &*found;
}

TEST(MemorySection, AddsUpToRss) {
  const Facts facts = gather(fixture_source(kInV2, "v2"), {}, {});
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  Bytes sum;
  for (const Category& category : facts.categories) sum += *category.rss;
  EXPECT_EQ(*facts.rss, kibibytes(143724));
  EXPECT_EQ(static_cast<std::int64_t>(sum.value) + *facts.unaccounted,
            static_cast<std::int64_t>(facts.rss->value));
  EXPECT_EQ(facts.unaccounted, 24 * 1024);
}

TEST(MemorySection, TellsArenasHugePagesAndSwap) {
  const Facts facts = gather(fixture_source(kInV2, "v2"), {}, {});
  ASSERT_NE(find_category(facts, "arena"), nullptr);
  EXPECT_EQ(find_category(facts, "arena")->rss, kibibytes(1000));
  EXPECT_EQ(find_category(facts, "heap")->swap, kibibytes(4096));
  EXPECT_EQ(find_category(facts, "hugetlb")->rss, Bytes{0}) << "not part of RSS";
  EXPECT_EQ(find_category(facts, "jit")->rss, kibibytes(60));
  EXPECT_EQ(facts.anonymous_huge, kibibytes(131072));
  EXPECT_EQ(facts.hugetlb, kibibytes(4096));
  EXPECT_EQ(facts.swap, kibibytes(4196));
  EXPECT_EQ(facts.categories.front().name, "named anonymous") << "the largest first";
  EXPECT_EQ(facts.mappings.front().path, "[anon:cache\x1b[31m slab]");
}

TEST(MemorySection, TellsHowNearTheLimitAndTheOomKillerAre) {
  const Source source = fixture_source(kInV2, "v2");
  const auto section = present(gather(source, snapshot(source), snapshot(source)));
  EXPECT_EQ(metric(section, "oom_score"), Value(std::int64_t{667}));
  EXPECT_EQ(metric(section, "oom_score_adj"), Value(std::int64_t{-500}));
  EXPECT_EQ(metric(section, "cgroup"), Value("922 MB of 1.0 GB (90.0%) in /kubepods.slice"));
  EXPECT_EQ(metric(section, "cgroup_limited"), Value(true));
}

TEST(MemorySection, IsPartialWhereTheLimitIsUnknown) {
  const Facts facts =
      gather(fixture_source(kInV2, "v2"), {}, snapshot(fixture_source(kInV2, "no")));
  EXPECT_EQ(facts.completeness.status, Status::partial);
  EXPECT_NE(facts.completeness.reason.find("memory limit: cannot find"), std::string::npos);
}

TEST(MemorySection, ReadsWhatIsResidentAtHardlyAnyCost) {
  EXPECT_TRUE(read_rss(fixture_source(kInV2)));
  EXPECT_FALSE(read_rss(fixture_source(kNobody)));
}

TEST(MemorySection, SaysHowFastItGrows) {
  Facts facts = gather(fixture_source(kInV2, "v2"), {}, {});
  EXPECT_TRUE(is_unknown(metric(present(facts), "growth_bytes_per_s")));
  facts.growth = Growth{11, Rate{2.0 * 1024 * 1024}, Rate{1}, Rate{3.0 * 1024 * 1024}};
  EXPECT_EQ(metric(present(facts), "growth"), Value("+2.0 MB/s (11 samples)"));
  facts.growth = Growth{11, Rate{-2048}, Rate{-4096}, Rate{-1}};
  EXPECT_EQ(metric(present(facts), "growth"), Value("-2.0 KB/s (11 samples)"));
  facts.growth = Growth{11, Rate{2048}, Rate{-1}, Rate{4096}};
  EXPECT_EQ(metric(present(facts), "growth"), Value("none that is sure (11 samples)"));
}

TEST(MemorySection, LeavesFaultsUnknownWithoutASnapshot) {
  const auto section = present(gather(fixture_source(kHostile), {}, {150, 3}));
  EXPECT_TRUE(is_unknown(metric(section, "page_faults_minor")));
}

TEST(MemorySection, TakesSnapshotsOfTheWholeProcess) {
  EXPECT_EQ(snapshot(fixture_source(kHostile)).minor_faults, 15330U);
  EXPECT_EQ(snapshot(fixture_source(kHostile)).major_faults, 3U);
  EXPECT_FALSE(snapshot(fixture_source(kNobody)).minor_faults);
}

TEST(MemorySection, EstimatesTheStallFromTheResidentPart) {
  EXPECT_EQ(smaps_estimate(kibibytes(1024 * 1024)), 22ms);
  EXPECT_GT(smaps_estimate({200ULL << 30}), 4s);
}

TEST(MemorySection, ReadsALivingThreadWhenTheLeaderIsAZombie) {
  const Facts facts = gather(fixture_source(kZombieLeader), {}, {});
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  EXPECT_EQ(facts.heap, kibibytes(900));
}

TEST(MemorySection, SaysWhyItIsUnavailable) {
  EXPECT_EQ(present(gather(fixture_source(kKernelThread), {}, {})).reason,
            "a kernel thread has no memory of its own");
  EXPECT_EQ(present(gather(fixture_source(kEnding), {}, {})).reason,
            "the process is ending: its memory is gone");
  EXPECT_EQ(present(gather(fixture_source(kNobody), {}, {})).reason, "the process had ended");
}

TEST(MemorySection, PresentsTheContractsKeys) {
  const auto section = present(gather(fixture_source(kHostile), {1, 1}, {2, 1}));
  EXPECT_TRUE(is_well_formed(section));
  for (const char* key : {"rss_bytes", "pss_bytes", "uss_bytes", "swap_bytes", "heap_bytes",
                          "stack_bytes", "anonymous_bytes", "file_bytes", "shared_bytes",
                          "virtual_bytes", "page_faults_minor", "page_faults_major"}) {
    EXPECT_FALSE(is_unknown(metric(section, key))) << key;
    EXPECT_NE(metric(section, key), Value("no such metric")) << key;
  }
  EXPECT_EQ(section.tables[0].id, "categories");
  EXPECT_EQ(section.tables[1].id, "mappings");
}

TEST(MemorySection, TellsOurselves) {
  Source source;
  source.pid = ::getpid();
  const Snapshot start = snapshot(source);
  const Facts facts = gather(source, start, snapshot(source));
  EXPECT_GT(facts.rss.value_or(Bytes{}), Bytes{0});
  EXPECT_LE(facts.page_faults_minor.value_or(0), 10000U);
  ASSERT_NE(find(facts, "stack"), nullptr);
}

}  // namespace
}  // namespace debug_process::sections::memory
