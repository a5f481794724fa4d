// What threads are blocked in, in a /proc made up for each test.
// SPDX-License-Identifier: Apache-2.0
#include "sections/threads/place.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "trace/abi/abi.h"

namespace debug_process::sections::threads {
namespace {

namespace fs = std::filesystem;

class PlaceTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "place_test.XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    source_.pid = 10;
    source_.procfs = proc::Procfs(root_);
    fs::create_directories(root_ / "10/task/11");
    fs::create_directories(root_ / "10/fd");
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    std::ofstream(root_ / path, std::ios::binary) << text;
  }
  // In a call by name, with addresses of a 64-bit program.
  void call(std::string_view name, const std::string& args) const {
    const auto number = trace::abi::syscall_number(trace::abi::Abi::native, name);
    ASSERT_TRUE(number) << name;
    write("10/task/11/syscall",
          fmt::format("{} {} 0x7ffd00001000 0x7f0000500123\n", *number, args));
  }
  void memory_at(std::uint64_t address, const std::string& bytes) const {
    std::ofstream memory(root_ / "10/mem", std::ios::binary);
    memory.seekp(static_cast<std::streamoff>(address));
    memory << bytes;
  }
  Place read() { return *PlaceReader(source_).read(11); }

  fs::path root_;
  Source source_;
};

TEST_F(PlaceTest, NamesADescriptorByItsLink) {
  call("epoll_wait", "0x4 0x7ffd0000 0x400 0xffffffff 0x0 0x8");
  fs::create_symlink("anon_inode:[eventpoll]", root_ / "10/fd/4");
  write("10/task/11/wchan", "ep_poll");
  const Place place = read();
  EXPECT_EQ(place.syscall, "epoll_wait");
  EXPECT_EQ(place.object, "fd 4 anon_inode:[eventpoll]");
  EXPECT_EQ(place.fd, 4);
  EXPECT_EQ(place.wait_channel, "ep_poll");
}

TEST_F(PlaceTest, ReadsAPathFromTheThreadsMemory) {
  call("openat", "0xffffff9c 0x5010 0x0 0x0 0x0 0x0");
  memory_at(0x5010, std::string("/mnt/n\x1b[2Jfs/x\0garbage", 22));
  EXPECT_EQ(read().object, "/mnt/n\x1b[2Jfs/x");
}

TEST_F(PlaceTest, CutsAPathThatDoesNotEnd) {
  call("openat", "0xffffff9c 0x5fc0 0x0 0x0 0x0 0x0");
  memory_at(0x5fc0, std::string(200, 'a'));
  EXPECT_EQ(read().object, std::string(64, 'a') + "...") << "not beyond the page";
}

TEST_F(PlaceTest, ReadsThePeerOfAConnect) {
  call("connect", "0x5 0x6000 0x10 0x0 0x0 0x0");
  memory_at(0x6000, std::string("\x02\0\0\x50\x0a\0\0\x01\0\0\0\0\0\0\0\0", 16));
  EXPECT_EQ(read().object, "fd 5 to 10.0.0.1:80");
}

TEST_F(PlaceTest, DoesWithoutMemoryThatCannotBeRead) {
  call("openat", "0xffffff9c 0x5010 0x0 0x0 0x0 0x0");
  EXPECT_EQ(read().syscall, "openat");
  EXPECT_EQ(read().object, "");
}

TEST_F(PlaceTest, TellsLocksAndChildren) {
  call("futex", "0x7f5c00a0 0x80 0x2 0x0 0x0 0x0");
  EXPECT_EQ(read().object, "0x7f5c00a0");
  call("wait4", "0xffffffffffffffff 0x0 0x0 0x0 0x0 0x0");
  EXPECT_EQ(read().object, "any child");
  call("wait4", "0x4d2 0x0 0x0 0x0 0x0 0x0");
  EXPECT_EQ(read().object, "pid 1234");
  call("poll", "0x7ffd0000 0x3 0xffffffff 0x0 0x0 0x0");
  EXPECT_EQ(read().object, "3 fds");
}

// struct pollfd: the descriptor, and twice two bytes of events.
std::string pollfd_of(signed char fd) {
  return std::string(fd < 0 ? 4 : 1, static_cast<char>(fd)) + std::string(fd < 0 ? 4 : 7, '\0');
}

TEST_F(PlaceTest, NamesTheOnlyDescriptorThatIsPolled) {
  fs::create_symlink("socket:[42]", root_ / "10/fd/5");
  memory_at(0x6000, pollfd_of(5) + pollfd_of(-1) + pollfd_of(6));
  call("poll", "0x6000 0x1 0x1388 0x0 0x0 0x0");
  EXPECT_EQ(read().fd, 5);
  EXPECT_EQ(read().object, "fd 5 socket:[42]");
  call("ppoll", "0x6000 0x2 0x0 0x0 0x0 0x0");
  EXPECT_EQ(read().fd, 5) << "-1 stands for none";
  call("poll", "0x6000 0x3 0x1388 0x0 0x0 0x0");
  EXPECT_FALSE(read().fd);
  EXPECT_EQ(read().object, "3 fds");
}

TEST_F(PlaceTest, KnowsAThreadThatRuns) {
  write("10/task/11/syscall", "running\n");
  EXPECT_TRUE(read().running);
}

TEST_F(PlaceTest, TellsTheKernelsFunctionOutsideOfACall) {
  write("10/task/11/syscall", "-1 0x7ffd00001000 0x7f0000500123\n");
  write("10/task/11/wchan", "do_page_fault");
  const Place place = read();
  EXPECT_FALSE(place.syscall);
  EXPECT_EQ(place.wait_channel, "do_page_fault");
}

TEST_F(PlaceTest, FailsForAThreadThatIsGone) {
  EXPECT_FALSE(PlaceReader(source_).read(12));
}

}  // namespace
}  // namespace debug_process::sections::threads
