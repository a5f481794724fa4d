// SPDX-License-Identifier: Apache-2.0
#include "cli/log.h"

#include <gtest/gtest.h>

namespace debug_process::cli {
namespace {

TEST(LogText, DrivesNoTerminal) {
  EXPECT_EQ(log_text("a\x1b]8;;http://evil.example\x07z"), "a\\x1b]8;;http://evil.example\\x07z");
  EXPECT_EQ(log_text("a\r\xe2\x80\xae\xff"), "a\\r\\u202e\\xff");
}

TEST(LogText, ForgesNoOtherMessage) {
  EXPECT_EQ(log_text("a\ndebug-process: all is well"), "a\n  debug-process: all is well");
}

}  // namespace
}  // namespace debug_process::cli
