// Rules about those who write: each on a process that does what it is about, as its first finding.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/script.h"

namespace debug_process::e2e {
namespace {

using ::testing::HasSubstr;

class WriteRules : public NeedsBpf {
 protected:
  void SetUp() override {
    NeedsBpf::SetUp();
    if (IsSkipped()) return;
    if (const auto reason = why_no_script()) GTEST_SKIP() << *reason;
  }
};

// Some 10,000 lines a second, once it is no longer warming up.
constexpr const char* kFlood =
    "time.sleep(10)\n"
    "ready()\n"
    "while True:\n"
    "  for i in range(250): os.write(log, b'x' * 99 + b'\\n')\n"
    "  time.sleep(0.02)\n";

TEST_F(WriteRules, LogFloodOfAFileThatIsAppendedTo) {
  const TemporaryDirectory folder;
  const Script target(
      "log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)\n" + std::string(kFlood),
      {folder.path() / "app.log"});
  const Json report = report_on(target.pid(), {"-d", "3s"});
  const Json finding = first_finding(report);
  EXPECT_EQ(finding.at("rule"), "log-flood") << report.at("findings").dump(2);
  EXPECT_THAT(finding.at("title"), HasSubstr("app.log (fd 3)"));
}

TEST_F(WriteRules, PipeFullWhereNobodyReads) {
  const Script target(
      "reader, writer = os.pipe()\n"
      "ready()\n"
      "while True: os.write(writer, b'x' * 4096)\n");
  const Json report = report_on(target.pid(), {"-d", "3s"});
  const Json finding = first_finding(report);
  EXPECT_EQ(finding.at("rule"), "pipe-full") << report.at("findings").dump(2);
  EXPECT_THAT(finding.at("title"), HasSubstr("full pipe (fd 4 pipe:["));
}

}  // namespace
}  // namespace debug_process::e2e
