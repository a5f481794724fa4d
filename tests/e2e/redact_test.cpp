// A report that can be shared names nothing, and can still be compared.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "e2e/harness.h"
#include "support/ndjson.h"

namespace debug_process::e2e {
namespace {

// Its directory, an argument, an open file and one that is not there have "zqx" in their names.
class Redacted : public NeedsBpf {
 protected:
  void SetUp() override {
    NeedsBpf::SetUp();
    if (IsSkipped()) return;
    const auto home = folder_.path() / "zqx home";
    std::filesystem::create_directory(home);
    target_ = std::make_unique<Process>(
        std::vector<std::string>{"/bin/sh", "-c",
                                 "cd \"$0\" && exec 7> 'zqx file' && echo ready && while :; do cat "
                                 "zqx-none; sleep 0.02; done "
                                 "2> /dev/null",
                                 home.string(), "--password=zqx"});
    target_->wait_for_output("ready");
  }

  [[nodiscard]] Result report(const std::string& format, const std::string& sections = "") const {
    std::vector<std::string> arguments = {"-f", "-d",       "500ms", "--top",
                                          "0",  "--format", format,  "--redact"};
    if (!sections.empty()) arguments.insert(arguments.end(), {"--sections", sections});
    arguments.push_back(std::to_string(target_->pid()));
    return run_tool(arguments);
  }

  TemporaryDirectory folder_;
  std::unique_ptr<Process> target_;
};

TEST_F(Redacted, NoFormatNamesAnything) {
  const Json plain = report_on(target_->pid(), {"-f", "-d", "500ms"});
  ASSERT_NE(plain.dump().find("zqx"), std::string::npos);
  for (const char* format : {"text", "json", "ndjson", "markdown"}) {
    const Result result = report(format);
    ASSERT_EQ(result.code, 0) << result.describe();
    EXPECT_EQ(result.out.find("zqx"), std::string::npos)
        << format << ": "
        << result.out.substr(std::max<std::size_t>(result.out.find("zqx"), 80) - 80, 200);
    EXPECT_EQ(result.out.find(folder_.path().string()), std::string::npos) << format;
  }
}

TEST_F(Redacted, SectionsThatAreLeftOutAreNotNamedEither) {
  const Result result = report("json", "host");
  ASSERT_EQ(result.code, 0) << result.describe();
  EXPECT_EQ(result.out.find("zqx"), std::string::npos) << result.out;
}

TEST_F(Redacted, TwoReportsCanBeCompared) {
  const Json first = parse_report(report("json"));
  const Json second = parse_report(report("json"));
  for (const char* key : {"command", "comm", "executable"})
    EXPECT_EQ(first.at("target").at(key), second.at("target").at(key));
  EXPECT_EQ(first.at("run").at("host"), second.at("run").at("host"));
  EXPECT_THAT(first.at("run").at("host").get<std::string>(), testing::StartsWith("host-"));
  const Json file = row(first, "files", "files", {{"fd", 7}});
  EXPECT_EQ(file.at("path"), row(second, "files", "files", {{"fd", 7}}).at("path"));
  EXPECT_EQ(file.at("type"), "file");
  EXPECT_GT(calls(first, "wait4"), 0U);
  const auto missing =
      rows(first, "errors", "objects", {{"syscall", "openat"}, {"errno", "ENOENT"}});
  ASSERT_FALSE(missing.empty());
  for (const Json& open : missing)
    EXPECT_THAT(open.at("object").get<std::string>(), testing::StartsWith("path-"));
}

class Lines : public NeedsBpf {};

TEST_F(Lines, HaveOneTypeForEachKeyAndTheFiveKeys) {
  const auto busy = Workload("many_threads", {"4"});
  const Result result =
      run_tool({"-f", "-d", "1s", "--format", "ndjson", std::to_string(busy.pid())});
  ASSERT_EQ(result.code, 0) << result.describe();
  const auto lines = testing_support::ndjson_lines(result.out);
  ASSERT_GT(lines.size(), 50U);
  for (const Json& line : lines)
    for (const char* key : {"record", "run_id", "host", "pid", "started_at"})
      EXPECT_EQ(line.at(key), key == std::string("record") ? line.at(key) : lines.front().at(key));
  EXPECT_THAT(testing_support::keys_of_several_types(lines), testing::IsEmpty());
}

}  // namespace
}  // namespace debug_process::e2e
