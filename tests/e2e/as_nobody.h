// The tool and workloads where a user without rights can run them, whatever the folder of the build
// is like. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "e2e/harness.h"

namespace debug_process::e2e {

inline constexpr const char* kNobody = "65534";

class AsNobody : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become another user";
    const auto setpriv = find_program("setpriv");
    if (!setpriv) GTEST_SKIP() << "setpriv is not installed (package util-linux)";
    namespace fs = std::filesystem;
    fs::permissions(folder_.path(), fs::perms(0755));
    fs::copy_file(tool_path(), tool());
    for (const char* name : {"sleeper", "blocked"})
      fs::copy_file(workload_path(name), workload(name));
    as_nobody_ = {*setpriv, std::string("--reuid=") + kNobody, std::string("--regid=") + kNobody,
                  "--clear-groups", "--inh-caps=-all"};
  }

  [[nodiscard]] std::string tool() const { return folder_.path() / "debug-process"; }
  // "sleeper" and "blocked"
  [[nodiscard]] std::string workload(const char* name) const { return folder_.path() / name; }

  [[nodiscard]] std::vector<std::string> as_nobody(const std::vector<std::string>& argv) const {
    std::vector<std::string> result = as_nobody_;
    result.insert(result.end(), argv.begin(), argv.end());
    return result;
  }

  TemporaryDirectory folder_;
  std::vector<std::string> as_nobody_;
};

}  // namespace debug_process::e2e
