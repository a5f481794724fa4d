// What cannot be done is said in a clear sentence on standard error, with the exit status of the
// contract. SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

// A sentence: words, and none of what people should not have to read.
void expect_sentence(const Result& result) {
  EXPECT_GE(result.err.size(), 20U) << result.describe();
  for (const char* noise : {"terminate called", "what():", "std::", "libbpf:", "Assertion"}) {
    EXPECT_EQ(result.err.find(noise), std::string::npos) << result.err;
  }
}

void expect_refused(const std::vector<std::string>& arguments, int code) {
  SCOPED_TRACE(::testing::PrintToString(arguments));
  const Result result = run_tool(arguments);
  EXPECT_EQ(result.code, code) << result.describe();
  EXPECT_EQ(result.out, "");
  expect_sentence(result);
}

// Some other thread of this process than the first.
std::string other_thread(pid_t pid) {
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    const std::string tid = task.path().filename();
    if (tid != std::to_string(pid)) return tid;
  }
  throw std::runtime_error("only one thread");
}

TEST(BadInput, WordsThatAreNoPid) {
  for (const char* pid : {"abc", "0", "-1", "12x", "", "1.5", "99999999999", "0x10"}) {
    expect_refused({pid}, 2);
  }
}

TEST(BadInput, NeitherPidNorCommandOrBoth) {
  expect_refused({}, 2);
  expect_refused({"--"}, 2);
  expect_refused({"1", "--", "/bin/true"}, 2);
  expect_refused({"1", "2"}, 2);
}

TEST(BadInput, UnknownOptionsAndValues) {
  expect_refused({"--no-such-option", "1"}, 2);
  expect_refused({"--backend", "magic", "1"}, 2);
  expect_refused({"--format", "rtf", "1"}, 2);
  expect_refused({"--sections", "memory,nonsense", "1"}, 2);
  expect_refused({"--sections", ",", "1"}, 2);
  expect_refused({"--top", "-3", "1"}, 2);
  expect_refused({"--color", "mauve", "1"}, 2);
}

TEST(BadInput, DurationsThatMakeNoSense) {
  for (const char* duration : {"-5", "0", "abc", "5parsecs", "1e99", "", "99999999999h", "nan"}) {
    expect_refused({"-d", duration, "1"}, 2);
    expect_refused({std::string("--duration=") + duration, "1"}, 2);
  }
}

TEST(BadInput, APidThatIsNot) {
  // Above the largest that the kernel gives.
  expect_refused({"4194305"}, 3);
}

TEST(BadInput, APidThatJustWent) {
  pid_t pid = 0;
  {
    const Workload gone("sleeper");
    pid = gone.pid();
  }
  expect_refused({std::to_string(pid)}, 3);
}

TEST(BadInput, AZombie) {
  Workload zombie("exits_soon", {"exit", "0"});
  zombie.send_line();
  const std::string stat = "/proc/" + std::to_string(zombie.pid()) + "/stat";
  ASSERT_TRUE(wait_until([&] { return read_text(stat).find(") Z ") != std::string::npos; }));
  const Result result = run_tool({"-d", "200ms", std::to_string(zombie.pid())});
  EXPECT_THAT(result.code.value_or(-1), AnyOf(0, 3)) << result.describe();
  EXPECT_THAT(result.out + result.err, HasSubstr("ombie"));
}

TEST(BadInput, AThreadsNumberNamesItsProcess) {
  const Workload blocked("blocked");
  const Result result = run_tool({"-d", "200ms", other_thread(blocked.pid())});
  EXPECT_THAT(result.code.value_or(-1), AnyOf(2, 3)) << result.describe();
  EXPECT_THAT(result.err, HasSubstr("thread"));
  EXPECT_THAT(result.err, HasSubstr(std::to_string(blocked.pid())));
}

TEST(BadInput, AKernelThread) {
  constexpr unsigned long kKernelThread = 0x0020'0000;  // PF_KTHREAD
  std::error_code none;
  if (!std::filesystem::exists("/proc/2/stat", none)) GTEST_SKIP() << "no kernel threads seen here";
  const std::string stat = read_text("/proc/2/stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 9; ++field) fields >> skipped;
  unsigned long flags = 0;
  fields >> flags;
  if ((flags & kKernelThread) == 0) GTEST_SKIP() << "process 2 is no kernel thread here";
  const Result result = run_tool({"-d", "200ms", "2"});
  EXPECT_THAT(result.code.value_or(-1), AnyOf(0, 2, 3, 4)) << result.describe();
  EXPECT_THAT(result.out + result.err, HasSubstr("kernel thread"));
}

TEST(BadInput, AnOutputFileThatCannotBeWrittenIsSaidBeforeTheWindow) {
  const Workload target("sleeper");
  const std::string file = "/no/such/directory/report.json";
  const Result result = run_tool({"-d", "45s", "-o", file, std::to_string(target.pid())});
  EXPECT_EQ(result.code, 2) << result.describe();
  EXPECT_LT(result.elapsed, 45s);
  EXPECT_THAT(result.err, HasSubstr(file));
}

TEST(BadInput, AnOutputThatIsADirectory) {
  const TemporaryDirectory folder;
  const Workload target("sleeper");
  expect_refused({"-d", "200ms", "-o", folder.path().string(), std::to_string(target.pid())}, 2);
}

TEST(BadInput, CommandsThatCannotBeStarted) {
  const TemporaryDirectory folder;
  const auto script = folder.path() / "not-executable";
  std::ofstream(script) << "#!/bin/sh\n";
  expect_refused({"--", "/no/such/command"}, 127);
  expect_refused({"--", "no-such-command-in-path"}, 127);
  expect_refused({"--", script.string()}, 126);
  expect_refused({"--", folder.path().string()}, 126);
}

}  // namespace
}  // namespace debug_process::e2e
