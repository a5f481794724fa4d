// Children that nobody has waited for, in a /proc made up for each test.
// SPDX-License-Identifier: Apache-2.0
#include "sections/process/zombies.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace debug_process::sections::process {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Pids = std::vector<pid_t>;

class ZombiesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "zombies_test.XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    source_.pid = 10;
    source_.procfs = proc::Procfs(root_);
    fs::create_directories(root_ / "10/task/10");
    fs::create_directories(root_ / "10/task/11");
    process(20, 10, 'Z');
    process(21, 10, 'S');
    process(22, 10, 'Z');
    process(23, 1, 'Z');
  }
  void TearDown() override { fs::remove_all(root_); }

  void process(pid_t pid, pid_t parent, char state) const {
    fs::create_directories(root_ / std::to_string(pid));
    std::ofstream(root_ / std::to_string(pid) / "stat")
        << fmt::format("{} (a b) {} {}", pid, state, parent);
    for (int field = 5; field <= 52; ++field)
      std::ofstream(root_ / std::to_string(pid) / "stat", std::ios::app) << " 0";
  }
  void children(pid_t tid, const std::string& text) const {
    std::ofstream(root_ / "10/task" / std::to_string(tid) / "children") << text;
  }

  fs::path root_;
  Source source_;
};

TEST_F(ZombiesTest, AreFoundAmongTheChildrenOfEachThread) {
  children(10, "21 22 ");
  children(11, "20 \n");
  EXPECT_EQ(zombie_children(source_, 10s), (Pids{20, 22}));
}

TEST_F(ZombiesTest, AreFoundAmongAllProcessesWhereThreadsDoNotTell) {
  EXPECT_EQ(zombie_children(source_, 10s), (Pids{20, 22}));
}

TEST_F(ZombiesTest, AreUnknownWhereFindingThemTakesTooLong) {
  EXPECT_EQ(zombie_children(source_, -1ms), std::nullopt);
  source_.pid = 99;
  EXPECT_EQ(zombie_children(source_, 10s), std::nullopt) << "it has ended";
}

TEST(Zombies, AreComparedByTheirNumbers) {
  const Zombies zombies = compare(Pids{5, 6, 7}, Pids{5, 7, 8, 9});
  EXPECT_EQ(zombies.now, 4U);
  EXPECT_EQ(zombies.at_start, 3U);
  EXPECT_EQ(zombies.throughout, 2U);
  EXPECT_FALSE(compare(std::nullopt, Pids{5}).throughout);
}

}  // namespace
}  // namespace debug_process::sections::process
