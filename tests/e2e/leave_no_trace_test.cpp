// However the tool ends, nothing of it stays, and the target goes on.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

// Object ids, as "prog 12", that a process holds through its descriptors: fdinfo has
// "prog_id:\t12".
std::set<std::string> bpf_objects_of(pid_t pid) {
  std::set<std::string> objects;
  std::error_code gone;
  const std::filesystem::path folder = "/proc/" + std::to_string(pid) + "/fdinfo";
  for (const auto& entry : std::filesystem::directory_iterator(folder, gone)) {
    std::istringstream lines(read_text(entry.path()));
    for (std::string line; std::getline(lines, line);) {
      for (const std::string kind : {"prog", "map", "link"}) {
        if (line.starts_with(kind + "_id:")) {
          objects.insert(kind + " " + std::to_string(std::stoi(line.substr(kind.size() + 4))));
        }
      }
    }
  }
  return objects;
}

std::set<std::string> bpf_objects_of_machine(const std::string& bpftool) {
  std::set<std::string> objects;
  for (const std::string kind : {"prog", "map", "link"}) {
    for (const auto& object : Json::parse(run({bpftool, "-j", kind, "list"}).out)) {
      objects.insert(kind + " " + std::to_string(object.at("id").get<int>()));
    }
  }
  return objects;
}

std::string status_line(pid_t pid, const std::string& key) {
  std::istringstream lines(read_text("/proc/" + std::to_string(pid) + "/status"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(key + ":")) return line;
  }
  return "";
}

unsigned long ask_count(Workload& counter) {
  return std::stoul(counter.ask().substr(std::string("count ").size()));
}

class LeaveNoTrace : public NeedsBpf {
 protected:
  void SetUp() override {
    NeedsBpf::SetUp();
    if (IsSkipped()) return;
    bpftool_ = find_program("bpftool");
    if (!bpftool_) GTEST_SKIP() << "bpftool is not installed (package bpftool)";
  }

  // The kernel frees what is no longer used after a grace period of its own.
  void expect_gone(const std::set<std::string>& objects) {
    std::set<std::string> left;
    const bool all_gone = wait_until([&] {
      left.clear();
      const auto there = bpf_objects_of_machine(*bpftool_);
      for (const auto& object : objects) {
        if (there.contains(object)) left.insert(object);
      }
      return left.empty();
    });
    EXPECT_TRUE(all_gone) << left.size() << " objects left, first: " << *left.begin();
  }

  void expect_goes_on(Workload& counter) {
    EXPECT_EQ(status_line(counter.pid(), "State").find("T ("), std::string::npos);
    EXPECT_EQ(status_line(counter.pid(), "State").find("t ("), std::string::npos);
    EXPECT_EQ(status_line(counter.pid(), "TracerPid"), "TracerPid:\t0");
    const unsigned long before = ask_count(counter);
    EXPECT_TRUE(wait_until([&] { return ask_count(counter) > before; }));
  }

  std::optional<std::string> bpftool_;
};

TEST_F(LeaveNoTrace, AfterSigkillAtRandomMoments) {
  constexpr int kTimes = 20;
  constexpr int kLongestMs = 300;
  std::mt19937 generator(20'240'131);
  std::uniform_int_distribution<int> moment(0, kLongestMs);
  Workload counter("counter");
  std::set<std::string> seen;
  for (int time = 0; time < kTimes; ++time) {
    Process tool({tool_path(), "-d", "60s", std::to_string(counter.pid())});
    // Not to wait for anything: the moment is what is tested.
    std::this_thread::sleep_for(std::chrono::milliseconds(moment(generator)));
    tool.kill(SIGSTOP);
    ASSERT_TRUE(wait_until(
        [&] { return status_line(tool.pid(), "State").find("T (") != std::string::npos; }));
    seen.merge(bpf_objects_of(tool.pid()));
    tool.kill(SIGKILL);
    EXPECT_EQ(tool.wait().signal, SIGKILL);
  }
  EXPECT_FALSE(seen.empty()) << "no moment was late enough: nothing was tested";
  expect_gone(seen);
  expect_goes_on(counter);
}

TEST_F(LeaveNoTrace, AfterSigkillWhileWatching) {
  Workload counter("counter");
  Watch watch(counter.pid());
  const auto objects = bpf_objects_of(watch.tool().pid());
  EXPECT_FALSE(objects.empty());
  watch.tool().kill(SIGKILL);
  EXPECT_EQ(watch.tool().wait().signal, SIGKILL);
  expect_gone(objects);
  expect_goes_on(counter);
}

TEST_F(LeaveNoTrace, AfterAnOrdinaryRun) {
  Workload counter("counter");
  Watch watch(counter.pid());
  const auto objects = bpf_objects_of(watch.tool().pid());
  const unsigned long before = ask_count(counter);
  ASSERT_TRUE(wait_until([&] { return ask_count(counter) > before; }));
  EXPECT_GT(calls(watch.end(), "getppid"), 0U);
  expect_gone(objects);
  expect_goes_on(counter);
}

}  // namespace
}  // namespace debug_process::e2e
