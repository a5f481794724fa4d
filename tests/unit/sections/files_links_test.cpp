// How open files hang together: what watches what, both ends of pipes, duplicates, awaited locks.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sections/files/awaited_locks.h"
#include "sections/files/gather.h"
#include "sections/files/pipe_ends.h"
#include "sections/files/present.h"
#include "unit/sections/fixture.h"
#include "util/fd.h"

namespace debug_process::sections::files {
namespace {

using report::Status;
using report::Value;
using ::testing::EndsWith;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

Source ourselves() {
  Source source;
  source.pid = ::getpid();
  return source;
}

Facts gather_from(const Source& source) {
  return gather(source, proc::read_fd_table(source.procfs, source.pid));
}

const File& find(const Facts& facts, int fd) {
  return *std::find_if(facts.files.begin(), facts.files.end(),
                       [fd](const File& file) { return file.fd == fd; });
}

Value cell(const Facts& facts, int fd, const std::string& column) {
  const auto section = present(facts);
  const report::Table& files = table(section, "files");
  const auto at = std::find_if(files.columns.begin(), files.columns.end(),
                               [&column](const report::Column& one) { return one.key == column; });
  for (const auto& row : files.rows)
    if (row[0] == Value(std::int64_t{fd}))
      return row[static_cast<std::size_t>(at - files.columns.begin())];
  return "no such row";
}

std::string text(const Value& value) {
  const auto* const words = std::get_if<std::string>(&value);
  return words == nullptr ? "" : *words;
}

TEST(FilesWatched, AreNamedByWhatWeKnow) {
  const Facts facts = gather_from(fixture_source(kHostile));
  EXPECT_EQ(find(facts, 4).detail, "watches 3 socket, 5 socket");
  EXPECT_EQ(find(facts, 9).detail, "watches inode 63 on 254:0, /srv");
  ASSERT_EQ(facts.watched.size(), 4U);
  EXPECT_EQ(facts.watched[0].by, 4);
  EXPECT_EQ(facts.watched[0].fd, 3);
  EXPECT_EQ(facts.watched[0].path, "socket:[1001]");
  EXPECT_EQ(facts.watched[3].path, "/srv");
  const auto section = present(facts);
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(table(section, "watched").rows.size(), 4U);
}

TEST(FilesWatched, SayWhichNumbersAreAnotherFileNow) {
  const UniqueFd event(::eventfd(0, EFD_CLOEXEC));
  const UniqueFd poll(::epoll_create1(EPOLL_CLOEXEC));
  UniqueFd closed(::fcntl(event.get(), F_DUPFD_CLOEXEC, 300));
  const UniqueFd reused(::fcntl(event.get(), F_DUPFD_CLOEXEC, 301));
  epoll_event wanted{};
  for (const int fd : {event.get(), closed.get(), reused.get()})
    ASSERT_EQ(::epoll_ctl(poll.get(), EPOLL_CTL_ADD, fd, &wanted), 0);
  const int closed_number = closed.get();
  closed.reset();
  const UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_GE(::dup2(file.get(), reused.get()), 0);
  const Facts facts = gather_from(ourselves());
  EXPECT_EQ(find(facts, poll.get()).detail, "watches " + std::to_string(event.get()) +
                                                " eventfd, " + std::to_string(closed_number) +
                                                " (closed), " + std::to_string(reused.get()) +
                                                " (another file now)");
}

TEST(FilesWatched, AreCountedWhereTheyAreMany) {
  const UniqueFd poll(::epoll_create1(EPOLL_CLOEXEC));
  std::vector<UniqueFd> events;
  epoll_event wanted{};
  for (int i = 0; i < 23; ++i) {
    events.emplace_back(::eventfd(0, EFD_CLOEXEC));
    ASSERT_EQ(::epoll_ctl(poll.get(), EPOLL_CTL_ADD, events.back().get(), &wanted), 0);
  }
  const Facts facts = gather_from(ourselves());
  EXPECT_THAT(find(facts, poll.get()).detail, EndsWith("eventfd and 20 more"));
}

TEST(FilesWatched, HaveAPathWhereTheFileSystemIsLocal) {
  std::string folder = (fs::temp_directory_path() / "watched-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const UniqueFd notify(::inotify_init1(IN_CLOEXEC));
  ASSERT_GE(::inotify_add_watch(notify.get(), folder.c_str(), IN_CREATE), 0);
  const auto held = [&] {
    const UniqueFd open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return find(gather_from(ourselves()), notify.get()).detail;
  }();
  EXPECT_EQ(held, "watches " + folder);
  const std::string detail = find(gather_from(ourselves()), notify.get()).detail;
  fs::remove(folder);
  if (detail != "watches " + folder) {
    EXPECT_THAT(detail, HasSubstr("watches inode "));
    GTEST_SKIP() << "no handles here: " << detail;
  }
}

class FilesPipes : public ::testing::Test {
 protected:
  void SetUp() override {
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
  }
  UniqueFd reader_;
  UniqueFd writer_;
};

TEST_F(FilesPipes, OfTheProcessItselfAreNotLookedForElsewhere) {
  const Facts facts = gather_from(ourselves());
  EXPECT_EQ(text(cell(facts, reader_.get(), "detail")),
            "write end: fd " + std::to_string(writer_.get()));
  EXPECT_EQ(text(cell(facts, writer_.get(), "detail")),
            "read end: fd " + std::to_string(reader_.get()));
}

TEST_F(FilesPipes, AreFoundInAnotherProcess) {
  int ready[2] = {-1, -1};
  ASSERT_EQ(::pipe2(ready, O_CLOEXEC), 0);
  const UniqueFd wait_for_it(ready[0]);
  UniqueFd tell(ready[1]);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // It holds the read end, until the last writer is gone.
    writer_.reset();
    char byte = 0;
    if (::write(tell.get(), &byte, 1) != 1) ::_exit(1);
    while (::read(reader_.get(), &byte, 1) > 0) {
    }
    ::_exit(0);
  }
  reader_.reset();
  tell.reset();
  char byte = 0;
  ASSERT_EQ(::read(wait_for_it.get(), &byte, 1), 1);
  const Source source = ourselves();
  Facts facts = gather_from(source);
  EXPECT_EQ(text(cell(facts, writer_.get(), "detail")), "");  // not looked for yet
  HolderSearch search(source, std::chrono::seconds(60));
  look_for_ends(source, facts, search);
  search.run();
  add_ends(search, facts);
  EXPECT_EQ(cell(facts, writer_.get(), "peer_pid"), Value(std::int64_t{child}));
  EXPECT_EQ(text(cell(facts, writer_.get(), "peer_process")), "sections_tests");
  EXPECT_EQ(text(cell(facts, writer_.get(), "detail")),
            "read end: sections_tests (" + std::to_string(child) + ")");
  writer_.reset();
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST_F(FilesPipes, ThatTimeDidNotSufficeForAreSaid) {
  reader_.reset();
  const Source source = ourselves();
  Facts facts = gather_from(source);
  HolderSearch search(source, std::chrono::milliseconds(-1));
  look_for_ends(source, facts, search);
  search.run();
  add_ends(search, facts);
  EXPECT_EQ(text(cell(facts, writer_.get(), "detail")), "read end: not found");
  EXPECT_GE(facts.pipe_ends_not_found.value_or(0), 1U);
  EXPECT_EQ(facts.completeness.status, Status::partial);
  EXPECT_THAT(facts.completeness.reason, HasSubstr("the processes at the other end of "));
}

TEST(FilesDuplicates, AreToldFromFilesThatWereOpenedAgain) {
  const UniqueFd one(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const UniqueFd again(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const UniqueFd same(::fcntl(one.get(), F_DUPFD_CLOEXEC, 400));
  const Facts facts = gather_from(ourselves());
  if (facts.completeness.reason.find("cannot compare") != std::string::npos)
    GTEST_SKIP() << facts.completeness.reason;
  EXPECT_EQ(find(facts, same.get()).same_as, one.get());
  EXPECT_FALSE(find(facts, one.get()).same_as);
  EXPECT_FALSE(find(facts, again.get()).same_as);
  EXPECT_EQ(cell(facts, same.get(), "same_as_fd"), Value(std::int64_t{one.get()}));
  EXPECT_EQ(text(cell(facts, same.get(), "detail")), "same as fd " + std::to_string(one.get()));
  EXPECT_TRUE(is_unknown(cell(facts, again.get(), "same_as_fd")));
}

TEST(FilesDuplicates, AreFoundAmongManyThatAreAlike) {
  std::vector<UniqueFd> files;
  for (int i = 0; i < 100; ++i) files.emplace_back(::eventfd(0, EFD_CLOEXEC));
  std::vector<std::pair<int, int>> pairs;
  for (const int i : {0, 50, 99}) {
    files.emplace_back(::fcntl(files[static_cast<std::size_t>(i)].get(), F_DUPFD_CLOEXEC, 500));
    pairs.emplace_back(files.back().get(), files[static_cast<std::size_t>(i)].get());
  }
  const Facts facts = gather_from(ourselves());
  if (facts.completeness.reason.find("cannot compare") != std::string::npos)
    GTEST_SKIP() << facts.completeness.reason;
  for (const auto& [copy, original] : pairs) EXPECT_EQ(find(facts, copy).same_as, original);
  EXPECT_EQ(std::count_if(facts.files.begin(), facts.files.end(),
                          [](const File& file) { return file.type == "eventfd" && file.same_as; }),
            3);
}

TEST(FilesDuplicates, AreKnownAtNoCostWhereTheTableWasReadAtOnce) {
  proc::FdTable table;
  table.base = "4242";
  for (int i = 0; i < 3; ++i) {
    proc::Fd fd = proc::parse_fd_link(i, "/some/file");
    fd.open_file.emplace();
    fd.open_file->file = i == 1 ? 7 : 8;
    table.fds.push_back(fd);
  }
  const Facts facts = gather(fixture_source(kHostile), table);
  EXPECT_FALSE(find(facts, 0).same_as);
  EXPECT_FALSE(find(facts, 1).same_as);
  EXPECT_EQ(find(facts, 2).same_as, 0);
}

TEST(FilesLocks, ThatAreAwaitedAreToldOfTheDescriptor) {
  std::string root = (fs::temp_directory_path() / "locks-XXXXXX").string();
  ASSERT_NE(::mkdtemp(root.data()), nullptr);
  std::ofstream(root + "/locks") << "1: POSIX  ADVISORY  WRITE 1 fe:00:57 0 EOF\n"
                                    "1: -> POSIX  ADVISORY  WRITE 42 fe:00:57 5 14\n"
                                    "1: -> POSIX  ADVISORY  WRITE 43 fe:00:57 0 EOF\n";
  Source source;
  source.pid = 42;
  source.procfs = proc::Procfs(root);
  Facts facts;
  for (const int fd : {3, 4}) {
    File& file = facts.files.emplace_back();
    file.fd = fd;
    file.inode = 57;
  }
  add_awaited_locks(source, {4}, facts);
  EXPECT_EQ(facts.files[0].detail, "");
  EXPECT_EQ(facts.files[1].detail, "waits for write lock 5-14");
  fs::remove_all(root);
}

}  // namespace
}  // namespace debug_process::sections::files
