// A large table of descriptors is read in another way, and gives the same rows.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

class OpenFiles : public NeedsBpf {};

TEST_F(OpenFiles, OfALargeTableAreTheSameWithAndWithoutBpf) {
  constexpr const char* kMany = "5000";  // more than are read one by one
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 6000) GTEST_SKIP() << "the limit of open files is below 6,000";
  Workload target("many_fds", {kMany});
  const Json fast = report_on(target.pid(), {"-d", "50ms", "--backend", "bpf"});
  const Json slow = report_on(target.pid(), {"-d", "50ms", "--backend", "sampling"});
  const auto expected = open_files(slow);
  const auto found = open_files(fast);
  ASSERT_EQ(found.size(), expected.size());
  ASSERT_GE(found.size(), 5000U);
  int different = 0;
  for (const auto& [fd, file] : expected) {
    const Json& other = found.at(fd);
    // Beyond the first 2,000 positions are not read one by one.
    if (file.at("position_bytes").is_null()
            ? other.at("path") != file.at("path") || other.at("same_as_fd") != file.at("same_as_fd")
            : other != file)
      if (++different < 5) ADD_FAILURE() << other << "\ninstead of\n" << file;
  }
  EXPECT_EQ(different, 0);
  EXPECT_EQ(metric(fast, "files", "open_socket"), metric(slow, "files", "open_socket"));
}

}  // namespace
}  // namespace debug_process::e2e
