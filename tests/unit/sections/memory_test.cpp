// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include "sections/memory/categories.h"
#include "sections/memory/gather.h"
#include "sections/memory/present.h"
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

std::string_view category(const std::string& line) {
  return category_of(*proc::parse_map_line(line), {});
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

TEST(MappingCategory, KnowsTheOddOnes) {
  EXPECT_EQ(category("1000-2000 rwxp 0 00:01 5 /memfd:doublemapper (deleted)"), "jit");
  EXPECT_EQ(category("1000-2000 rw-s 0 00:01 5 /dev/zero (deleted)"), "shared memory");
  EXPECT_EQ(category("1000-2000 rw-s 0 00:01 5 /SYSV00000000 (deleted)"), "shared memory");
  EXPECT_EQ(category("1000-2000 rw-p 0 00:0f 5 /anon_hugepage (deleted)"), "hugetlb");
  EXPECT_EQ(category("1000-2000 ---p 0 00:00 0 [anon:guard]"), "reserved");
  EXPECT_EQ(category("1000-2000 rw-s 0 00:0d 5 anon_inode:[io_uring]"), "other");
  EXPECT_EQ(category("1000-2000 --xp 0 00:00 0 [vsyscall]"), "vdso");
  EXPECT_EQ(category("1000-2000 rw-p 0 00:00 0 [stack:42]"), "thread stack");
  EXPECT_EQ(category("1000-2000 rw-p 0 00:00 0"), "anonymous");
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
  EXPECT_EQ(section.tables[0].id, "mappings");
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
