// The demo server of scripts/quickstart: its fault is found, and comes first.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

class Demo : public NeedsBpf {};

TEST_F(Demo, ServersFaultIsTheFirstFinding) {
  if (!std::filesystem::exists("/usr/bin/python3")) GTEST_SKIP() << "python3 is not installed";
  const TemporaryDirectory folder;
  const std::string port_file = (folder.path() / "port").string();
  Process server({DEBUG_PROCESS_DEMO_SERVER, "serve", port_file});
  Process load({DEBUG_PROCESS_DEMO_SERVER, "load", port_file});
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(port_file); }));

  const Json report = report_on(server.pid(), {"-d", "2s"});

  ASSERT_FALSE(report.at("findings").empty());
  const Json& finding = report.at("findings").front();
  EXPECT_EQ(finding.at("rule"), "no-space") << finding;
  EXPECT_NE(finding.at("title").get<std::string>().find("/dev/full"), std::string::npos) << finding;
}

}  // namespace
}  // namespace debug_process::e2e
