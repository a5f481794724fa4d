// A /proc of a few processes whose threads stand where the test puts them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "proc/procfs.h"

namespace debug_process::trace {

namespace fs = std::filesystem;

inline constexpr pid_t kPid = 100;

// In task/TID/syscall: read(0, ...), and a thread on a CPU.
inline constexpr const char* kInRead = "0 0x0 0x1 0x1 0x0 0x0 0x0 0x7ffd1c3c0000 0x7f2b9c3d0000";
inline constexpr const char* kRunning = "running";

struct Thread {
  std::string syscall = kInRead;
  char state = 'S';
  std::string wait_channel = "pipe_read";
  unsigned slices = 1;
  std::string name = "worker";
};

class FakeProc : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "fake_proc.XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }

  [[nodiscard]] proc::Procfs procfs() const { return proc::Procfs(root_); }

  static std::string stat(pid_t pid, const std::string& name, char state, pid_t ppid,
                          unsigned flags, unsigned start, unsigned threads) {
    return fmt::format("{} ({}) {} {} 1 1 0 -1 {} 0 0 0 0 0 0 0 0 20 0 {} 0 {} 0 0\n", pid, name,
                       state, ppid, flags, threads, start);
  }

  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }

  // `start` is the time it began at: with the pid it names the process.
  void put_process(pid_t pid, pid_t ppid = 1, char state = 'S', unsigned flags = 0,
                   unsigned start = 500, unsigned threads = 1) const {
    write(fmt::format("{}/stat", pid), stat(pid, "target", state, ppid, flags, start, threads));
  }

  void put_thread(pid_t tid, const Thread& thread, pid_t pid = kPid) const {
    const std::string task = fmt::format("{}/task/{}", pid, tid);
    write(task + "/stat", stat(tid, thread.name, thread.state, 1, 0, 500, 1));
    write(task + "/syscall", thread.syscall + "\n");
    write(task + "/wchan", thread.wait_channel);
    write(task + "/schedstat", fmt::format("1000 10 {}\n", thread.slices));
  }

  void remove(const std::string& file) const { fs::remove_all(root_ / file); }

  fs::path root_;
};

}  // namespace debug_process::trace
