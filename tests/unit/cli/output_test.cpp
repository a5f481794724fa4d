// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>

#include "util/fd.h"

namespace debug_process::cli {
namespace {

namespace fs = std::filesystem;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

class Output : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "output_test.XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }

  [[nodiscard]] std::string in_folder(const std::string& name) const { return folder_ / name; }
  // Temporary files left behind are among them.
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }

  fs::path folder_;
  fs::path before_ = fs::current_path();
};

TEST_F(Output, MakesAFileWithTheRightsOfAnyNewOne) {
  const mode_t before = ::umask(027);
  const auto written = write_file(in_folder("new"), "text\n");
  ::umask(before);
  ASSERT_TRUE(written) << written.error().message();
  EXPECT_EQ(read_file(in_folder("new")), "text\n");
  EXPECT_EQ(mode_of(in_folder("new")), 0640U);
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Output, LeavesTheUmask) {
  const mode_t before = ::umask(027);
  ASSERT_TRUE(write_file(in_folder("new"), ""));
  EXPECT_EQ(::umask(before), 027U);
}

TEST_F(Output, ReplacesAFileAndKeepsItsRights) {
  const std::string path = in_folder("old");
  std::ofstream(path) << "a long text that was there before";
  ASSERT_EQ(::chmod(path.c_str(), 0604), 0);
  ASSERT_TRUE(write_file(path, "short"));
  EXPECT_EQ(read_file(path), "short");
  EXPECT_EQ(mode_of(path), 0604U);
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Output, IsSeenWholeOrNotAtAll) {
  // Who has the old file open keeps reading the old one.
  const std::string path = in_folder("old");
  std::ofstream(path) << "before";
  std::ifstream reader(path);
  ASSERT_TRUE(write_file(path, "after!"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "before");
}

TEST_F(Output, WritesAnEmptyAndALargeText) {
  ASSERT_TRUE(write_file(in_folder("empty"), ""));
  EXPECT_EQ(fs::file_size(in_folder("empty")), 0U);
  const std::string large(8 << 20, 'x');
  ASSERT_TRUE(write_file(in_folder("large"), large));
  EXPECT_EQ(read_file(in_folder("large")), large);
}

TEST_F(Output, ReplacesALinkAndNotWhatItPointsTo) {
  std::ofstream(in_folder("file")) << "before";
  for (const char* const target : {"file", "not there", "/dev/null", "."}) {
    fs::create_symlink(target, in_folder("link"));
    ASSERT_TRUE(check_writable(in_folder("link"))) << target;
    ASSERT_TRUE(write_file(in_folder("link"), "after")) << target;
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(in_folder("link")))) << target;
    EXPECT_EQ(read_file(in_folder("link")), "after") << target;
    fs::remove(in_folder("link"));
  }
  EXPECT_EQ(read_file(in_folder("file")), "before");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Output, LeavesAnotherNameOfTheFileAlone) {
  std::ofstream(in_folder("file")) << "before";
  fs::create_hard_link(in_folder("file"), in_folder("same"));
  ASSERT_TRUE(write_file(in_folder("same"), "after"));
  EXPECT_EQ(read_file(in_folder("file")), "before");
  EXPECT_EQ(read_file(in_folder("same")), "after");
}

TEST_F(Output, TakesOverNoRightToBecomeAnother) {
  const std::string path = in_folder("old");
  std::ofstream(path) << "before";
  ASSERT_EQ(::chmod(path.c_str(), 06755), 0);
  ASSERT_TRUE(write_file(path, "after"));
  EXPECT_EQ(mode_of(path), 0755U);
}

TEST_F(Output, WritesToAnOpenDescriptorWhereItStands) {
  const std::string path = in_folder("file");
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_TRUE(fd);
  ASSERT_EQ(::write(fd.get(), "so far, ", 8), 8);
  const std::string name = "/proc/self/fd/" + std::to_string(fd.get());
  fs::rename(path, in_folder("renamed"));
  ASSERT_TRUE(check_writable(name));
  ASSERT_TRUE(write_file(name, "so good"));
  EXPECT_EQ(read_file(in_folder("renamed")), "so far, so good");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Output, WritesToADeviceAsItIs) {
  ASSERT_TRUE(check_writable("/dev/null"));
  ASSERT_TRUE(write_file("/dev/null", "text"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(Output, WritesToAPipeAsItIs) {
  const std::string path = in_folder("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  auto reader = std::async(std::launch::async, [&path] { return read_file(path); });
  ASSERT_TRUE(check_writable(path));
  ASSERT_TRUE(write_file(path, "text"));
  EXPECT_EQ(reader.get(), "text");
  EXPECT_TRUE(fs::is_fifo(path));
}

// As another holder of a standard output may have made it.
TEST_F(Output, WaitsForAPipeThatDoesNotBlock) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  ASSERT_EQ(::fcntl(writing.get(), F_SETFL, O_NONBLOCK), 0);
  auto length = std::async(std::launch::async, [&] {
    std::string some(1 << 12, '\0');
    std::size_t all = 0;
    for (ssize_t got = 1; got > 0; all += static_cast<std::size_t>(std::max<ssize_t>(got, 0)))
      got = ::read(reading.get(), some.data(), some.size());
    return all;
  });
  const std::string text(1 << 20, 'x');
  EXPECT_TRUE(write_all(writing.get(), text, "pipe"));
  writing.reset();
  EXPECT_EQ(length.get(), text.size());
}

TEST_F(Output, RefusesADirectory) {
  const auto refused = check_writable(folder_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().errno_value, EISDIR);
  EXPECT_FALSE(write_file(folder_, "text"));
  EXPECT_EQ(entries(), 0U);
}

TEST_F(Output, RefusesAFolderThatIsNotThere) {
  const auto refused = check_writable(in_folder("no/file"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().errno_value, ENOENT);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("no/file"));
  EXPECT_FALSE(refused.error().hint.empty());
  EXPECT_FALSE(write_file(in_folder("no/file"), "text"));
  EXPECT_FALSE(check_writable(in_folder("no/")));
}

TEST_F(Output, RefusesAFolderThatIsNotWritable) {
  // To root all folders are: as nobody, in a child.
  const fs::path closed = folder_ / "closed";
  fs::create_directory(closed);
  ASSERT_EQ(::chmod(closed.c_str(), 0555), 0);
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && ::setresuid(kNobody, kNobody, kNobody) != 0) ::_exit(1);
    const auto refused = check_writable(closed / "report");
    if (refused || refused.error().errno_value != EACCES) ::_exit(2);
    ::_exit(write_file(closed / "report", "text") ? 3 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// What another user has put into a folder that all may write to, with the sticky bit or without.
class SharedFolder : public Output {
 protected:
  static constexpr uid_t kNobody = 65534;

  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to make what belongs to another user";
    Output::SetUp();
    share(01777);
  }

  void share(mode_t mode) const { ASSERT_EQ(::chmod(folder_.c_str(), mode), 0); }

  static void give_away(const std::string& path) {
    ASSERT_EQ(::lchown(path.c_str(), kNobody, kNobody), 0);
  }
};

TEST_F(SharedFolder, NoLinkIsFollowed) {
  const fs::path own = folder_ / "own";
  fs::create_directory(own);
  std::ofstream(own / "precious") << "before";
  for (const mode_t mode : {01777, 0777}) {
    share(mode);
    for (const char* const target : {"own/precious", "own/new"}) {
      const std::string link = in_folder("report");
      fs::create_symlink(target, link);
      give_away(link);
      ASSERT_TRUE(check_writable(link));
      ASSERT_TRUE(write_file(link, "after"));
      EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(link)));
      EXPECT_EQ(read_file(link), "after");
      fs::remove(link);
    }
  }
  EXPECT_EQ(read_file(own / "precious"), "before");
  EXPECT_FALSE(fs::exists(own / "new"));
}

// Its rights could be those that let him change ours afterwards.
TEST_F(SharedFolder, AFileIsReplacedAndItsRightsAreNotTakenOver) {
  const std::string path = in_folder("report");
  std::ofstream(path) << "before";
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  give_away(path);
  const mode_t before = ::umask(022);
  const auto written = write_file(path, "after");
  ::umask(before);
  ASSERT_TRUE(written) << written.error().message();
  EXPECT_EQ(mode_of(path), 0644U);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, ::geteuid());
}

TEST_F(SharedFolder, AFileThatOnlyItsUserMightReadIsReplacedByOneThatOnlyWeMay) {
  const std::string path = in_folder("report");
  std::ofstream(path) << "before";
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  give_away(path);
  ASSERT_TRUE(write_file(path, "after"));
  EXPECT_EQ(mode_of(path), 0600U);
}

TEST_F(SharedFolder, NoPipeIsWrittenTo) {
  const std::string path = in_folder("report");
  ASSERT_EQ(::mkfifo(path.c_str(), 0666), 0);
  give_away(path);
  const UniqueFd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(reader);
  for (const mode_t mode : {01777, 0777}) {
    share(mode);
    const auto refused = check_writable(path);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().errno_value, EACCES);
    EXPECT_FALSE(write_file(path, "secret"));
    char text[16];
    EXPECT_LE(::read(reader.get(), text, sizeof(text)), 0);
  }
  // In a folder of our own it was put on purpose.
  share(0755);
  ASSERT_TRUE(write_file(path, "text"));
  char text[16];
  EXPECT_EQ(::read(reader.get(), text, sizeof(text)), 4);
}

TEST_F(SharedFolder, AnotherUsersFileThatMayNotBeReplacedIsSaidBefore) {
  const std::string path = in_folder("report");
  std::ofstream(path) << "before";
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::setresuid(kNobody, kNobody, kNobody) != 0) ::_exit(1);
    const auto refused = check_writable(path);
    if (refused || refused.error().errno_value != EPERM) ::_exit(2);
    if (write_file(path, "after")) ::_exit(3);
    ::_exit(check_writable(in_folder("another")) ? 0 : 4);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(read_file(path), "before");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Output, CreatesNothingToFindOut) {
  EXPECT_TRUE(check_writable(in_folder("new")));
  EXPECT_EQ(entries(), 0U);
  fs::current_path(folder_);
  EXPECT_TRUE(check_writable("new"));
  EXPECT_EQ(entries(), 0U);
}

TEST_F(Output, SaysWhatCouldNotBeWritten) {
  const auto full = write_file("/dev/full", "text");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().errno_value, ENOSPC);
  EXPECT_EQ(full.error().message(), "cannot write /dev/full: No space left on device (ENOSPC)");
  const auto closed = write_all(-1, "text", "standard output");
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().errno_value, EBADF);
}

}  // namespace
}  // namespace debug_process::cli
