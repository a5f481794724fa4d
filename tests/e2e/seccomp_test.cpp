// Under a seccomp filter, as in a container: which backend is left, and that the filter is named.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Rules = std::vector<std::string>;

constexpr const char* kForbidden =
    "the capabilities are there, and a seccomp filter is in force (Seccomp: 2), which may forbid "
    "bpf(2)";
constexpr const char* kRemedy = "docker run --security-opt seccomp=unconfined";

// Root, and all else that BPF needs.
class Seccomp : public NeedsBpf {
 protected:
  // LeakSanitizer needs the calls that are forbidden here.
  [[nodiscard]] static Result run_under(const Rules& rules,
                                        const std::vector<std::string>& arguments) {
    std::vector<std::string> argv{workload_path("with_seccomp")};
    argv.insert(argv.end(), rules.begin(), rules.end());
    argv.insert(argv.end(), {"--", tool_path()});
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run(argv, {"ASAN_OPTIONS=detect_leaks=0"});
  }

  [[nodiscard]] Result report_under(const Rules& rules) const {
    return run_under(rules, {"--json", "-d", "300ms", std::to_string(target_.pid())});
  }

  void expect_refused(const Rules& rules, const std::string& backend,
                      const std::string& cause) const {
    const Result result =
        run_under(rules, {"--backend", backend, "-d", "300ms", std::to_string(target_.pid())});
    EXPECT_EQ(result.code, 4) << result.describe();
    EXPECT_THAT(result.err, HasSubstr(cause));
    EXPECT_EQ(result.out, "");
  }

  Workload target_{"sleeper", {"50"}};
};

std::string reason_of(const Json& report) {
  return report.at("run").at("backend_reason").get<std::string>();
}

TEST_F(Seccomp, ThatForbidsBpfLeavesPtraceAndIsNamedWithTheRemedy) {
  const Rules rules{"bpf=EPERM", "perf_event_open=EPERM"};
  const Json report = parse_report(report_under(rules));
  EXPECT_EQ(report.at("run").at("backend"), "ptrace");
  EXPECT_THAT(reason_of(report), AllOf(HasSubstr(kForbidden), HasSubstr(kRemedy)));
  expect_refused(rules, "bpf", kForbidden);
  expect_refused(rules, "bpf", kRemedy);
}

TEST_F(Seccomp, ThatForbidsPtraceTooLeavesSampling) {
  const Rules rules{"bpf=EPERM", "perf_event_open=EPERM", "ptrace=EPERM"};
  const std::string cause = "a seccomp filter of this container may forbid ptrace";
  const Json report = parse_report(report_under(rules));
  EXPECT_EQ(report.at("run").at("backend"), "sampling");
  EXPECT_THAT(reason_of(report), AllOf(HasSubstr(kForbidden), HasSubstr(cause)));
  expect_refused(rules, "ptrace", cause);
}

TEST_F(Seccomp, ThatAnswersAsIfThereWereNoSuchCallIsNamed) {
  const std::string cause = "a seccomp filter is in force (Seccomp: 2), which may say of bpf(2)";
  const Json by_ptrace = parse_report(report_under({"bpf=ENOSYS"}));
  EXPECT_EQ(by_ptrace.at("run").at("backend"), "ptrace");
  EXPECT_THAT(reason_of(by_ptrace), AllOf(HasSubstr(cause), HasSubstr(kRemedy)));
  expect_refused({"bpf=ENOSYS"}, "bpf", cause);

  const Json by_sampling = parse_report(report_under({"bpf=ENOSYS", "ptrace=ENOSYS"}));
  EXPECT_EQ(by_sampling.at("run").at("backend"), "sampling");
  EXPECT_THAT(reason_of(by_sampling), HasSubstr("ptrace is not there"));
}

TEST_F(Seccomp, DoctorNamesItToo) {
  const Result result =
      run_under({"bpf=EPERM"}, {"doctor", "--json", std::to_string(target_.pid())});
  EXPECT_EQ(result.code, 0) << result.describe();  // ptrace sees calls too
  EXPECT_THAT(result.out, HasSubstr(kForbidden));
}

// The only way to lose a command's exit status from outside.
TEST_F(Seccomp, AnExitStatusThatTheKernelDoesNotTellIsNoSuccess) {
  const Result result = run_under({"wait4=ECHILD"}, {"--json", "--", "/bin/true"});
  EXPECT_EQ(result.code, 5) << result.describe();
  EXPECT_THAT(result.err, HasSubstr("cannot learn the exit status of /bin/true"));
  EXPECT_EQ(Json::parse(result.out).at("schema_version"), 1) << "the report stands";
}

}  // namespace
}  // namespace debug_process::e2e
