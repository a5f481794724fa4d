// SPDX-License-Identifier: Apache-2.0
#include "redact/prose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace debug_process::redact {
namespace {

using report::Text;
using When = Prose::When;

class ProseTest : public testing::Test {
 protected:
  std::string path(const std::string& text) const { return tokens_.of(Text::path, text); }
  std::string address(const std::string& text) const { return tokens_.of(Text::address, text); }

  Tokens tokens_{derive_key("secret")};
  Prose prose_{tokens_};
};

TEST_F(ProseTest, FindsWholeWordsOnly) {
  prose_.replace("app", "N", When::unless_common);
  EXPECT_EQ(prose_.rewrite("app, (app) apple happ app_x app"), "N, (N) apple happ app_x N");
}

TEST_F(ProseTest, TakesTheLongest) {
  prose_.replace("my", "A", When::always);
  prose_.replace("my app", "B", When::always);
  prose_.replace("my apple", "C", When::always);
  EXPECT_EQ(prose_.rewrite("my apples, my app, my ap"), "A apples, B, A ap");
}

TEST_F(ProseTest, LeavesWhatIsOurs) {
  prose_.keep("read");
  prose_.replace("read", "N", When::unless_common);
  prose_.replace("of", "N", When::unless_common);
  prose_.replace("80", "N", When::unless_common);
  prose_.replace("read (12)", "N (12)", When::always);
  EXPECT_EQ(prose_.rewrite("read of 80: read (12)"), "read of 80: N (12)");
}

TEST_F(ProseTest, FindsPathsThatNobodyKnew) {
  EXPECT_EQ(prose_.rewrite("cannot open /srv/a: Permission denied"),
            "cannot open " + path("/srv/a") + ": Permission denied");
  EXPECT_EQ(prose_.rewrite("in '/a b', (/c) and x=/d."),
            "in '" + path("/a b") + "', (" + path("/c") + ") and x=" + path("/d") + ".");
}

TEST_F(ProseTest, KnowsWhereAPathWithBlanksEnds) {
  prose_.replace("/srv/my file", "P", When::always);
  prose_.replace("/srv", "Q", When::always);
  EXPECT_EQ(prose_.rewrite("(/srv/my file) /srv/other, /srv"), "(P) " + path("/srv/other") + ", Q");
}

TEST_F(ProseTest, LeavesUnitsAndTheKernelsFiles) {
  const std::string text =
      "12 kB/s, read/write, 1 / 2; stat -L /proc/12/fd/3; ls /proc/*/fd; /proc/PID/task. "
      "10:20:30 2026-01-31T23:59:59.123Z 6.18.44 0.50 0.40";
  EXPECT_EQ(prose_.rewrite(text), text);
}

TEST_F(ProseTest, FindsAddresses) {
  EXPECT_EQ(prose_.rewrite("connect failed (10.1.2.3:443)."),
            "connect failed (" + address("10.1.2.3:443") + ").");
  EXPECT_EQ(
      prose_.rewrite("tcp 127.0.0.1:80 -> [2001:db8::1]:99, 10.1.2.3."),
      "tcp 127.0.0.1:80 -> " + address("[2001:db8::1]:99") + ", " + address("10.1.2.3") + ".");
}

TEST_F(ProseTest, DoesNotReplaceWhatItHasPutThere) {
  prose_.replace("alpha", "path-beta", When::always);
  prose_.replace("beta", "X", When::always);
  EXPECT_EQ(prose_.rewrite("alpha beta"), "path-beta X");
}

}  // namespace
}  // namespace debug_process::redact
