// SPDX-License-Identifier: Apache-2.0
#include "trace/open_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/kcmp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "proc/fdinfo.h"

namespace debug_process::trace {
namespace {

// One of every kind that takes no privilege and no hardware, closed with the test.
class Menagerie {
 public:
  Menagerie() {
    std::string name = (std::filesystem::temp_directory_path() / "open-files-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    folder_ = name;
    const std::string file = (folder_ / "with \x1b[31m and\nmore").string();
    keep(::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND, 0600));
    keep(::open(file.c_str(), O_WRONLY));
    keep(::dup(fds_.front()));
    if (::write(fds_.front(), "12345", 5) != 5 || ::flock(fds_.front(), LOCK_EX) != 0)
      throw std::runtime_error("cannot fill " + file);
    const std::string gone = (folder_ / "gone").string();
    keep(::open(gone.c_str(), O_RDWR | O_CREAT, 0600));
    ::unlink(gone.c_str());
    keep(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY));
    keep(::open(folder_.c_str(), O_PATH));
    keep(::open("/dev/null", O_RDWR));
    keep(::open(folder_.c_str(), O_TMPFILE | O_RDWR, 0600));
    keep(::eventfd(7, 0));
    keep(::timerfd_create(CLOCK_MONOTONIC, 0));
    keep(::memfd_create("memory", 0));
    const int poll = ::epoll_create1(0);
    epoll_event event{};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, fds_.back() - 2, &event);
    keep(poll);
    std::array<int, 2> pair{};
    if (::pipe(pair.data()) == 0) keep_both(pair);
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0) keep_both(pair);
  }
  ~Menagerie() {
    for (const int fd : fds_) ::close(fd);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  [[nodiscard]] bool holds(int fd) const {
    return std::find(fds_.begin(), fds_.end(), fd) != fds_.end();
  }
  Menagerie(const Menagerie&) = delete;
  Menagerie& operator=(const Menagerie&) = delete;

 private:
  void keep(int fd) {
    if (fd < 0) throw std::runtime_error("cannot open one of every kind");
    fds_.push_back(fd);
  }
  void keep_both(const std::array<int, 2>& pair) {
    for (const int fd : pair) keep(fd);
  }

  std::filesystem::path folder_;
  std::vector<int> fds_;
};

TEST(OpenFiles, AreTheSameFromTheIteratorAndFromProc) {
  const Menagerie menagerie;
  const proc::Procfs procfs;
  const auto fast = OpenFilesReader().read(procfs, ::getpid());
  if (!fast) GTEST_SKIP() << fast.error().message();
  const auto slow = proc::read_fd_table(procfs, ::getpid());
  ASSERT_TRUE(slow);
  std::map<int, proc::Fd> by_number;
  for (const proc::Fd& fd : fast->fds) by_number[fd.number] = fd;
  int compared = 0;
  for (const proc::Fd& fd : slow->fds) {
    // What is opened for reading the tables is in one of them only.
    if (!menagerie.holds(fd.number)) continue;
    SCOPED_TRACE(fd.link);
    const proc::Fd& other = by_number.at(fd.number);
    EXPECT_EQ(other.link, fd.link);
    EXPECT_EQ(other.type, fd.type);
    EXPECT_EQ(other.readable, fd.readable);
    EXPECT_EQ(other.writable, fd.writable);
    EXPECT_EQ(other.deleted, fd.deleted);
    EXPECT_EQ(other.inode, fd.inode);
    ASSERT_TRUE(other.open_file);
    // The same open file has the same address, and the inode is fdinfo's.
    for (const proc::Fd& third : fast->fds) {
      if (!menagerie.holds(third.number)) continue;
      const bool same =
          ::syscall(SYS_kcmp, ::getpid(), ::getpid(), KCMP_FILE, fd.number, third.number) == 0;
      EXPECT_EQ(other.open_file->file == third.open_file->file, same) << third.number;
    }
    const auto info =
        procfs.read("self/fdinfo/" + std::to_string(fd.number)).and_then(proc::parse_fdinfo);
    ASSERT_TRUE(info);
    if (info->inode) {
      EXPECT_EQ(other.open_file->inode, *info->inode);
    }
    EXPECT_EQ(other.open_file->position, info->position);
    for (const proc::Lock& lock : info->locks) EXPECT_EQ(lock.device, other.open_file->device);
    ++compared;
  }
  EXPECT_GE(compared, 16);
}

}  // namespace
}  // namespace debug_process::trace
