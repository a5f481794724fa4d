// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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

TEST_F(Output, FollowsALinkAndKeepsIt) {
  std::ofstream(in_folder("file")) << "before";
  fs::create_symlink("file", in_folder("link"));
  ASSERT_TRUE(check_writable(in_folder("link")));
  ASSERT_TRUE(write_file(in_folder("link"), "after"));
  EXPECT_TRUE(fs::is_symlink(in_folder("link")));
  EXPECT_EQ(read_file(in_folder("file")), "after");
  EXPECT_EQ(entries(), 2U);
}

TEST_F(Output, KeepsALinkToADescriptor) {
  // As /dev/stdout is one: also when what is behind it has no name any more.
  const std::string path = in_folder("file");
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_TRUE(fd);
  fs::create_symlink("/proc/self/fd/" + std::to_string(fd.get()), in_folder("link"));
  ASSERT_TRUE(write_file(in_folder("link"), "named"));
  EXPECT_TRUE(fs::is_symlink(in_folder("link")));
  EXPECT_EQ(read_file(path), "named");

  const UniqueFd again(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  fs::remove(path);
  fs::remove(in_folder("link"));
  fs::create_symlink("/proc/self/fd/" + std::to_string(again.get()), in_folder("link"));
  ASSERT_TRUE(write_file(in_folder("link"), "x"));
  EXPECT_TRUE(fs::is_symlink(in_folder("link")));
  char text[16]{};
  EXPECT_EQ(::pread(again.get(), text, sizeof(text), 0), 1);
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
