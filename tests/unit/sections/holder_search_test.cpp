// Who holds pipes and sockets open.
// SPDX-License-Identifier: Apache-2.0
#include "sections/holder_search.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/fdinfo.h"
#include "unit/sections/fixture.h"
#include "util/fd.h"

namespace debug_process::sections {
namespace {

using ::testing::HasSubstr;

TEST(HolderSearch, FindsSeveralInOnePass) {
  const Source source = fixture_source(kZombieLeader);
  HolderSearch search(source, std::chrono::seconds(60));
  search.look_for("pipe:[700]", End::reads);  // links in a fixture are of both ends
  search.look_for("pipe:[700]", End::writes);
  search.look_for("socket:[1004]");
  search.look_for("socket:[31337]");
  search.run();
  ASSERT_NE(search.find("pipe:[700]", End::reads), nullptr);
  EXPECT_EQ(search.find("pipe:[700]", End::reads)->pid, kHostile);
  EXPECT_NE(search.find("pipe:[700]", End::writes), nullptr);
  EXPECT_EQ(search.find("pipe:[700]"), nullptr);  // that was not looked for
  ASSERT_NE(search.find("socket:[1004]"), nullptr);
  EXPECT_EQ(search.find("socket:[1004]")->pid, kHostile);
  EXPECT_EQ(search.find("socket:[31337]"), nullptr);
}

TEST(HolderSearch, DoesNotLookAtTheTargetAmongOthers) {
  Source source = fixture_source(kZombieLeader);
  source.pid = kHostile;
  HolderSearch search(source, std::chrono::seconds(60));
  search.look_for("socket:[1004]");
  search.add_own("socket:[2000]");
  search.run(Among::others);
  EXPECT_EQ(search.find("socket:[1004]"), nullptr);
  ASSERT_NE(search.find("socket:[2000]"), nullptr);
  EXPECT_EQ(search.find("socket:[2000]")->pid, kHostile);
  search.run();
  EXPECT_NE(search.find("socket:[1004]"), nullptr);
}

TEST(HolderSearch, SaysWhenTimeWasOut) {
  const Source source = fixture_source(kZombieLeader);
  HolderSearch search(source, std::chrono::milliseconds(-1));
  search.look_for("pipe:[700]");
  search.run();
  EXPECT_EQ(search.find("pipe:[700]"), nullptr);
  Completeness completeness;
  search.add_gap("the processes at the other end of 1 pipe", completeness);
  EXPECT_EQ(completeness.status, report::Status::partial);
  EXPECT_THAT(completeness.reason, HasSubstr("the other end of 1 pipe: not found within"));
}

TEST(HolderSearch, SaysNothingWhenAllWereLookedAt) {
  const Source source = fixture_source(kZombieLeader);
  HolderSearch search(source, std::chrono::seconds(60));
  search.look_for("pipe:[31337]");
  search.run();
  Completeness completeness;
  search.add_gap("the processes", completeness);
  EXPECT_EQ(completeness.status, report::Status::complete);
}

TEST(HolderSearch, TellsTheEndsOfAPipeApart) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  Source source;
  source.pid = ::getpid();
  const std::string link =
      source.procfs.read_link(fmt::format("{}/fd/{}", source.pid, reader.get())).value();
  writer.reset();
  HolderSearch search(source, std::chrono::seconds(60));
  search.look_for(link, End::reads);
  search.look_for(link, End::writes);
  search.run();
  ASSERT_NE(search.find(link, End::reads), nullptr);
  EXPECT_EQ(search.find(link, End::reads)->pid, ::getpid());
  EXPECT_EQ(search.find(link, End::writes), nullptr);
}

TEST(HolderSearch, TakesAPathForTheSameFileOnlyWhenItIs) {
  const UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Source source;
  source.pid = ::getpid();
  const auto search_for = [&source](std::pair<std::uint64_t, std::uint64_t> id) {
    HolderSearch search(source, std::chrono::seconds(5));
    search.look_for("/dev/null", End::reads, id);
    search.run();
    return search.find("/dev/null", End::reads) != nullptr;
  };
  const auto info =
      source.procfs.read(fmt::format("self/fdinfo/{}", file.get())).and_then(proc::parse_fdinfo);
  ASSERT_TRUE(info);
  if (!info->mount_id || !info->inode) GTEST_SKIP() << "fdinfo has no inode before Linux 5.14";
  EXPECT_TRUE(search_for({*info->mount_id, *info->inode}));
  EXPECT_FALSE(search_for({*info->mount_id, *info->inode + 1}));
}

}  // namespace
}  // namespace debug_process::sections
