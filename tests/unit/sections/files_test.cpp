// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "sections/files/gather.h"
#include "sections/files/present.h"
#include "unit/sections/fixture.h"
#include "util/fd.h"

namespace debug_process::sections::files {
namespace {

using report::Status;
using report::Value;

Facts gather_from(const Source& source) {
  return gather(source, proc::read_fd_table(source.procfs, source.pid));
}

const File& find(const Facts& facts, int fd) {
  return *std::find_if(facts.files.begin(), facts.files.end(),
                       [fd](const File& file) { return file.fd == fd; });
}

TEST(FilesSection, ReadsAFixtureWithHostileNames) {
  const Facts facts = gather_from(fixture_source(kHostile));
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  EXPECT_EQ(facts.open, 18U);
  EXPECT_EQ(facts.limit_soft, 1024U);
  EXPECT_EQ(facts.limit_hard, 1048576U);
  EXPECT_EQ(facts.deleted, 1U);
  EXPECT_EQ(facts.by_type.at("socket"), 7U);
  EXPECT_EQ(facts.by_type.at("pipe"), 2U);
  EXPECT_EQ(find(facts, 6).path, "/var/log/a\x1b[2Jb\nc.log (deleted)");
  EXPECT_EQ(find(facts, 6).position, Bytes{4096});
  EXPECT_EQ(find(facts, 6).append, true);
  EXPECT_EQ(find(facts, 7).append, false);
  EXPECT_FALSE(find(facts, 3).append) << "a socket";
  EXPECT_EQ(find(facts, 7).detail, "write lock 0-EOF");
  EXPECT_EQ(find(facts, 12).type, "directory");
  EXPECT_EQ(find(facts, 4).type, "eventpoll");
  EXPECT_EQ(find(facts, 4).detail, "watches 3 socket, 5 socket");
  EXPECT_EQ(find(facts, 15).type, "namespace");
  EXPECT_FALSE(find(facts, 3).position);
}

TEST(FilesSection, PutsFirstWhatInterestsAPerson) {
  const Facts facts = gather_from(fixture_source(kHostile));
  EXPECT_EQ(facts.files.front().fd, 6);  // deleted
  EXPECT_EQ(facts.files[1].fd, 7);       // a file
  EXPECT_EQ(facts.files.back().type, "socket");
}

TEST(FilesSection, TellsModesAndTemporaryFiles) {
  const UniqueFd reader(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd writer(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const UniqueFd directory(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const UniqueFd path(::open("/etc", O_PATH | O_CLOEXEC));
  const UniqueFd temporary(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  Source source;
  source.pid = ::getpid();
  const Facts facts = gather_from(source);
  EXPECT_EQ(find(facts, reader.get()).mode, "r");
  EXPECT_EQ(find(facts, writer.get()).mode, "w");
  EXPECT_EQ(find(facts, path.get()).mode, "");
  EXPECT_EQ(find(facts, directory.get()).type, "directory");
  if (!temporary) GTEST_SKIP() << "/tmp has no O_TMPFILE";
  EXPECT_EQ(find(facts, temporary.get()).type, "file");
  EXPECT_EQ(find(facts, temporary.get()).mode, "rw");
  EXPECT_TRUE(find(facts, temporary.get()).deleted);
}

TEST(FilesSection, ReadsALivingThreadWhenTheLeaderIsAZombie) {
  const Facts facts = gather_from(fixture_source(kZombieLeader));
  ASSERT_EQ(facts.files.size(), 1U);
  EXPECT_EQ(facts.files[0].position, Bytes{9});
}

TEST(FilesSection, IsUnavailableWhenTheProcessIsGone) {
  const auto section = present(gather_from(fixture_source(kNobody)));
  EXPECT_EQ(section.status, Status::unavailable);
  EXPECT_EQ(section.reason, "the process had ended");
}

TEST(FilesSection, KeepsTheLimitsWhenPermissionIsDenied) {
  const auto section = present(gather(
      fixture_source(kHostile), fail(Error{"open directory", "/proc/4242/fd", EACCES, {}, {}})));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(section.status, Status::partial);
  EXPECT_NE(section.reason.find("run with sudo"), std::string::npos);
  EXPECT_EQ(metric(section, "limit_soft"), Value(std::uint64_t{1024}));
  EXPECT_TRUE(is_unknown(metric(section, "deleted")));
  EXPECT_TRUE(is_unknown(metric(section, "open_socket")));
}

TEST(FilesSection, SaysWhenThereWereTooManyToReadAll) {
  proc::FdTable table;
  table.base = "4242";
  for (int fd = 100; fd < 2200; ++fd) table.fds.push_back(proc::parse_fd_link(fd, "/some/file"));
  const Facts facts = gather(fixture_source(kHostile), table);
  EXPECT_EQ(facts.open, 2100U);
  EXPECT_EQ(facts.completeness.status, Status::partial);
  EXPECT_NE(facts.completeness.reason.find("100"), std::string::npos);
}

TEST(FilesSection, ReadsFirstWhatTellsMost) {
  proc::FdTable table;
  table.base = "4242";
  for (int fd = 100; fd < 2200; ++fd) table.fds.push_back(proc::parse_fd_link(fd, "/some/file"));
  table.fds.push_back(proc::parse_fd_link(11, "anon_inode:[eventfd]"));
  EXPECT_EQ(find(gather(fixture_source(kHostile), table), 11).detail, "count 31");
}

TEST(FilesSection, PresentsTheContractsKeys) {
  const auto section = present(gather_from(fixture_source(kHostile)));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(metric(section, "open"), Value(std::uint64_t{18}));
  EXPECT_EQ(metric(section, "deleted"), Value(std::uint64_t{1}));
  EXPECT_EQ(section.tables[0].id, "files");
  EXPECT_EQ(section.tables[0].rows.size(), 18U);
}

}  // namespace
}  // namespace debug_process::sections::files
