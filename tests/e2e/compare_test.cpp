// compare and --baseline on a load whose faults can be chosen.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// Eight intervals.
const std::string kWindow = "4s";

// steady_load's arguments: rounds a second, us a write takes, opens a round that find nothing. Slow
// enough for a machine that has other work too.
using LoadArguments = std::vector<std::string>;
const LoadArguments kHealthy = {"50", "4000", "0"};
const LoadArguments kSlowWrites = {"50", "8000", "0"};
const LoadArguments kMissingFiles = {"50", "4000", "20"};
const LoadArguments kTwiceTheRate = {"100", "4000", "0"};

class Comparing : public NeedsBpf {
 protected:
  [[nodiscard]] std::string file(const std::string& name) const {
    return (folder_.path() / name).string();
  }
  std::string capture(const Workload& workload, const std::string& name) const {
    const Result result =
        run_tool({"-q", "--json", "-d", kWindow, "-o", file(name), std::to_string(workload.pid())});
    if (result.code != 0) throw std::runtime_error(result.describe());
    return file(name);
  }
  std::string capture(const LoadArguments& load, const std::string& name) const {
    const Workload workload("steady_load", load);
    return capture(workload, name);
  }

 private:
  TemporaryDirectory folder_;
};

std::vector<std::string> differences(const Json& report) {
  std::vector<std::string> keys;
  for (const Json& row : rows(report, "comparison", "differences"))
    keys.push_back(row.at("key").get<std::string>());
  return keys;
}

Json compared(const std::string& old_file, const std::string& new_file, int expected_code) {
  return parse_report(run_tool({"compare", "--json", old_file, new_file}), expected_code);
}

TEST_F(Comparing, TwoCapturesOfTheSameLoadFindsNothing) {
  const Workload workload("steady_load", kHealthy);
  const std::string before = capture(workload, "before.json");
  const Json report = compared(before, capture(workload, "after.json"), 0);
  EXPECT_THAT(differences(report), IsEmpty()) << report.at("sections").dump(1);
  EXPECT_GT(metric(report, "comparison", "tested"), 10);
}

TEST_F(Comparing, FindsEachFaultAndNothingElse) {
  const std::string healthy = capture(kHealthy, "healthy.json");
  const Json slow = compared(healthy, capture(kSlowWrites, "slow.json"), 1);
  EXPECT_THAT(differences(slow), ElementsAre("syscalls.syscalls[write].histogram"));
  const Json write = row(slow, "comparison", "differences", Json::object());
  EXPECT_EQ(write.at("verdict"), "worse");
  EXPECT_GT(write.at("change_ratio"), 1.3);
  EXPECT_LT(write.at("p_ratio"), 0.05);

  const Json missing = compared(healthy, capture(kMissingFiles, "missing.json"), 1);
  EXPECT_THAT(differences(missing), ElementsAre("errors.errors[openat ENOENT].calls"));
  EXPECT_THAT(row(missing, "comparison", "differences", Json::object()).at("why"),
              HasSubstr("/no/such/file"));

  const Json fast = compared(healthy, capture(kTwiceTheRate, "fast.json"), 1);
  EXPECT_THAT(differences(fast), ElementsAre("syscalls.calls_per_s"));
  EXPECT_EQ(row(fast, "comparison", "differences", Json::object()).at("verdict"), "changed");
}

TEST_F(Comparing, AReportWithItselfFindsNothingInAnyFormat) {
  const std::string healthy = capture(kHealthy, "healthy.json");
  const Result text = run_tool({"compare", healthy, healthy});
  EXPECT_EQ(text.code, 0);
  EXPECT_THAT(text.out, AllOf(StartsWith("Old: "), HasSubstr("\nComparison: no difference"),
                              HasSubstr("== Comparison: ")));
  EXPECT_EQ(text.err, "");
  const Result written = run_tool({"compare", "-o", file("out.txt"), healthy, healthy});
  EXPECT_EQ(written.code, 0);
  EXPECT_EQ(written.out, "");
  EXPECT_EQ(read_text(file("out.txt")), text.out);
}

TEST_F(Comparing, WithABaselineIsPartOfTheReport) {
  const std::string healthy = capture(kHealthy, "healthy.json");
  const Workload workload("steady_load", kMissingFiles);
  const Result result = run_tool({"-q", "--json", "-d", kWindow, "--sections", "process",
                                  "--baseline", healthy, std::to_string(workload.pid())});
  const Json report = parse_report(result);
  EXPECT_THAT(differences(report), Contains("errors.errors[openat ENOENT].calls"));
  EXPECT_EQ(report.at("sections").size(), 2U);
  EXPECT_EQ(report.at("summary").back().at("label"), "Comparison");
  EXPECT_THAT(report.at("summary").back().at("text").get<std::string>(),
              AllOf(HasSubstr(healthy), HasSubstr("ENOENT")));
}

Json versus(const Workload& sick, const Workload& healthy,
            const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"-q",    "--json", "-d",
                                        kWindow, "--vs",   std::to_string(healthy.pid())};
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.push_back(std::to_string(sick.pid()));
  return parse_report(run_tool(arguments));
}

TEST_F(Comparing, TwoReplicasInOneWindow) {
  const Workload healthy("steady_load", kHealthy);
  const Workload twin("steady_load", kHealthy);
  const Workload sick("steady_load", kSlowWrites);
  const Json same = versus(twin, healthy);
  EXPECT_THAT(differences(same), IsEmpty());
  EXPECT_EQ(metric(same, "comparison", "old"), "process " + std::to_string(healthy.pid()));
  const Json report = versus(sick, healthy);
  EXPECT_EQ(report.at("target").at("pid"), sick.pid());
  EXPECT_THAT(differences(report), ElementsAre("syscalls.syscalls[write].histogram"));
  EXPECT_EQ(row(report, "comparison", "differences", Json::object()).at("verdict"), "worse");
  EXPECT_EQ(losses(report), "");
}

TEST_F(Comparing, TwoReplicasWithAnyBackend) {
  const Workload healthy("steady_load", kHealthy);
  const Workload twin("steady_load", kHealthy);
  for (const char* backend : {"ptrace", "sampling"}) {
    const Json report = versus(twin, healthy, {"--backend", backend});
    EXPECT_EQ(report.at("run").at("backend"), backend);
    EXPECT_GT(metric(report, "comparison", "tested"), 5) << backend;
  }
  EXPECT_TRUE(healthy.running());
  EXPECT_TRUE(twin.running());
}

TEST_F(Comparing, TheSecondProcessMayEndInTheWindow) {
  const Workload twin("steady_load", kHealthy);
  Process brief({"/bin/sleep", "1"});
  const Result result = run_tool({"-q", "--json", "-d", "60s", "--vs", std::to_string(brief.pid()),
                                  std::to_string(twin.pid())});
  const Json report = parse_report(result);
  EXPECT_LT(report.at("run").at("window_ns"), 30'000'000'000);
  EXPECT_EQ(report.at("run").at("ended_by"), "window");
  EXPECT_EQ(run_tool({"--vs", "4194303", std::to_string(twin.pid())}).code, 3);
}

TEST(BadReports, AreRefusedWithTheirNameAndReason) {
  const TemporaryDirectory folder;
  const auto write = [&](const char* name, const std::string& text) {
    const std::string path = (folder.path() / name).string();
    std::ofstream(path) << text;
    return path;
  };
  const std::string good =
      write("good.json", R"({"schema_version": 1, "run": {}, "sections": {"memory": {}}})");
  struct Case {
    std::string path;
    const char* reason;
  };
  for (const Case& bad :
       {Case{write("text", "Command: sh\n"), "line 1"},
        Case{write("cut.json", R"({"schema_version": 1, "run")"), "not valid JSON"},
        Case{write("later.json", R"({"schema_version": 2, "run": {}})"), "schema_version is 2"},
        Case{write("deep.json", std::string(100'000, '[')), "nested"},
        Case{write("escape.json", "{\x1b[2J"), "not valid JSON"},
        Case{(folder.path() / "none.json").string(), "ENOENT"},
        Case{folder.path().string(), "EISDIR"}}) {
    for (const auto& arguments :
         {std::vector<std::string>{"compare", good, bad.path},
          std::vector<std::string>{"compare", bad.path, good},
          std::vector<std::string>{"--baseline", bad.path, std::to_string(::getpid())}}) {
      const Result result = run_tool(arguments);
      EXPECT_EQ(result.code, 2) << result.describe();
      EXPECT_THAT(result.err, AllOf(HasSubstr(bad.path), HasSubstr(bad.reason)));
      EXPECT_EQ(result.out, "");
      EXPECT_EQ(result.err.find('\x1b'), std::string::npos);
    }
  }
}

TEST(BadReports, WithNothingInCommonAreRefused) {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "summary.json").string();
  std::ofstream(path) << R"({"schema_version": 1, "run": {}, "sections": {}})";
  const Result result = run_tool({"compare", path, path});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("no sections"));
}

TEST(BadReports, AreTwo) {
  EXPECT_EQ(run_tool({"compare", "one.json"}).code, 2);
  EXPECT_EQ(run_tool({"compare", "1.json", "2.json", "3.json"}).code, 2);
  EXPECT_EQ(run_tool({"compare", "--help"}).code, 0);
}

}  // namespace
}  // namespace debug_process::e2e
