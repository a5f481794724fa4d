// However the tool ends, nothing of it stays, and the target goes on.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "e2e/harness.h"
#include "e2e/leftovers.h"

namespace debug_process::e2e {
namespace {

class LeaveNoTrace : public NeedsBpf {
 protected:
  void SetUp() override {
    NeedsBpf::SetUp();
    if (IsSkipped()) return;
    bpftool_ = find_program("bpftool");
    if (!bpftool_) GTEST_SKIP() << "bpftool is not installed (package bpftool)";
  }

  std::optional<std::string> bpftool_;
};

TEST_F(LeaveNoTrace, AfterSigkillWhileWatching) {
  Workload counter("counter");
  Watch watch(counter.pid());
  const auto objects = bpf_objects_of(watch.tool().pid());
  EXPECT_FALSE(objects.empty());
  watch.tool().kill(SIGKILL);
  EXPECT_EQ(watch.tool().wait().signal, SIGKILL);
  expect_gone(objects, *bpftool_);
  expect_goes_on(counter);
}

TEST_F(LeaveNoTrace, AfterAnOrdinaryRun) {
  Workload counter("counter");
  Watch watch(counter.pid());
  const auto objects = bpf_objects_of(watch.tool().pid());
  const unsigned long before = ask_count(counter);
  ASSERT_TRUE(wait_until([&] { return ask_count(counter) > before; }));
  EXPECT_GT(calls(watch.end(), "getppid"), 0U);
  expect_gone(objects, *bpftool_);
  expect_goes_on(counter);
}

}  // namespace
}  // namespace debug_process::e2e
