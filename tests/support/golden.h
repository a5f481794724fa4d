// A text against the file that says how it has to be. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace debug_process::support {

// `file` is in tests/golden. With UPDATE_GOLDEN=1 it is written instead, and the test is skipped:
// look at the difference before you commit it.
inline void expect_golden(const std::string& file, const std::string& rendered) {
  const std::string path = std::string(DEBUG_PROCESS_TESTS_DIR) + "/golden/" + file;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << rendered;
    GTEST_SKIP() << "wrote " << path;
  }
  std::ifstream golden(path, std::ios::binary);
  ASSERT_TRUE(golden) << path << " is not there: make it with UPDATE_GOLDEN=1";
  const std::string expected{std::istreambuf_iterator<char>(golden), {}};
  EXPECT_EQ(rendered, expected) << "If that is what you want: UPDATE_GOLDEN=1, then git diff";
}

}  // namespace debug_process::support
