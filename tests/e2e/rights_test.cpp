// What the tool may still do while it watches and while it writes, and where it writes to.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "e2e/as_nobody.h"
#include "e2e/harness.h"
#include "e2e/sanitized.h"
#include "util/capabilities.h"

namespace debug_process::e2e {
namespace {

namespace fs = std::filesystem;

const CapabilitySet kReading{CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH};
const CapabilitySet kWatching = kReading | CapabilitySet{CAP_BPF, CAP_PERFMON};
const CapabilitySet kWriting{CAP_DAC_OVERRIDE, CAP_FOWNER};

// The value of a line of status; empty: none.
std::string status_value(const std::string& status, const std::string& key) {
  std::istringstream lines(status);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(key + ":\t")) return line.substr(key.size() + 2);
  return "";
}

CapabilitySet capabilities(const std::string& status, const std::string& kind) {
  return CapabilitySet(std::stoull(status_value(status, kind), nullptr, 16));
}

// Those of all its threads together, which can be raised again, too.
CapabilitySet held_by(pid_t pid) {
  CapabilitySet held;
  for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ostringstream text;
    text << std::ifstream(task.path() / "status").rdbuf();
    const std::string status = text.str();
    // It has ended since, and it may have been while it was read.
    if (status_value(status, "CapAmb").empty()) continue;
    for (const char* kind : {"CapEff", "CapPrm", "CapInh", "CapAmb"})
      held = held | capabilities(status, kind);
  }
  return held;
}

CapabilitySet had() {
  return capabilities(read_text("/proc/self/status"), "CapEff");
}

class RightsGivenUp : public NeedsBpf {
 protected:
  void SetUp() override {
    NeedsBpf::SetUp();
    if (!IsSkipped() && !(kWatching | kWriting | CapabilitySet{CAP_KILL}).without(had()).empty())
      GTEST_SKIP() << "needs more rights, to see that they are given up";
  }

  // The report, once what it holds while it watches has been looked at.
  static Json expect_held(const std::vector<std::string>& arguments, pid_t pid,
                          CapabilitySet expected) {
    std::vector<std::string> argv{tool_path(), "-v", "--json", "-d", "300s"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    argv.push_back(std::to_string(pid));
    Process tool(argv);
    tool.wait_for_error_output("watching");
    EXPECT_EQ(to_string(held_by(tool.pid())), to_string(expected));
    EXPECT_EQ(
        status_value(read_text("/proc/" + std::to_string(tool.pid()) + "/status"), "NoNewPrivs"),
        "1");
    tool.kill(SIGINT);
    const Result result = tool.wait();
    EXPECT_THAT(result.err, ::testing::HasSubstr("given up"));
    return parse_report(result);
  }
};

// All is there but for what a slow machine, as an emulated one, does not find in time: the
// processes at the other ends of pipes.
testing::AssertionResult lacks_no_right(const Json& section) {
  if (section.at("status") == "complete") return testing::AssertionSuccess();
  const std::string reason = section.at("reason").get<std::string>();
  const bool only_late = section.at("status") == "partial" &&
                         reason.find("not found within") != std::string::npos &&
                         reason.find("sudo") == std::string::npos;
  return only_late ? testing::AssertionSuccess() : testing::AssertionFailure() << reason;
}

TEST_F(RightsGivenUp, WhileItWatchesWithBpf) {
  const Workload target("sleeper", {"50"});
  const Json report = expect_held({}, target.pid(), kWatching);
  EXPECT_EQ(report.at("run").at("backend"), "bpf");
  for (const char* section : {"process", "syscalls", "threads", "files", "sockets", "memory"})
    EXPECT_TRUE(lacks_no_right(report.at("sections").at(section))) << section;
}

TEST_F(RightsGivenUp, WhileItWatchesWithAnotherBackend) {
  const Workload target("sleeper", {"50"});
  const auto expect_held_with = [&](const char* backend, CapabilitySet expected) {
    const Json report = expect_held({"--backend", backend}, target.pid(), expected);
    EXPECT_EQ(report.at("run").at("backend"), backend);
  };
  expect_held_with("sampling", kReading);
  // The tracer gives way to its target, and has to come back; it looks where in the kernel it is.
  expect_held_with("ptrace", kReading | (CapabilitySet{CAP_SYS_NICE, CAP_SYS_ADMIN} & had()));
}

TEST_F(RightsGivenUp, WhileItFollowsAndComparesWithAnother) {
  const Workload target("sleeper", {"50"});
  const Workload other("sleeper", {"50"});
  const Json report =
      expect_held({"--follow", "--vs", std::to_string(other.pid())}, target.pid(), kWatching);
  EXPECT_EQ(report.at("run").at("backend"), "bpf");
}

TEST_F(RightsGivenUp, ButForTheOneToEnterAnotherNetwork) {
  const auto unshare = find_program("unshare");
  if (!unshare) GTEST_SKIP() << "unshare is not installed (package util-linux)";
  if (run({*unshare, "--net", "/bin/true"}).code != 0)
    GTEST_SKIP() << "network namespaces are not allowed here";
  Process target({*unshare, "--net", workload_path("sleeper"), "50"});
  target.wait_for_output("ready");
  (void)expect_held({}, target.pid(), kWatching | CapabilitySet{CAP_SYS_ADMIN});
}

TEST_F(RightsGivenUp, AllButThoseToWriteOnceAllIsCollected) {
  if (has_sanitizer_thread()) GTEST_SKIP() << kSanitizerThread;
  const TemporaryDirectory folder;
  const std::string pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const Workload target("sleeper", {"50"});
  // It waits for a reader.
  Process tool({tool_path(), "--json", "-d", "300ms", "-o", pipe, std::to_string(target.pid())});
  EXPECT_TRUE(wait_until([&] { return held_by(tool.pid()) == kWriting; }))
      << to_string(held_by(tool.pid()));
  EXPECT_EQ(Json::parse(read_text(pipe)).at("target").at("pid"), target.pid());
  EXPECT_EQ(tool.wait().code, 0);
}

TEST_F(RightsGivenUp, AllButTheOneToPassSignalsOnWhileItWaitsForACommand) {
  if (has_sanitizer_thread()) GTEST_SKIP() << kSanitizerThread;
  Process tool({tool_path(), "-d", "300ms", "--", workload_path("sleeper"), "50"});
  tool.wait_for_error_output("waiting for the command");
  EXPECT_EQ(to_string(held_by(tool.pid())), "CAP_KILL");
  tool.kill(SIGTERM);
  EXPECT_EQ(tool.wait().code, 128 + SIGTERM);
}

TEST_F(RightsGivenUp, NotByTheCommand) {
  const Result alone = run({"/bin/cat", "/proc/self/status"});
  const TemporaryDirectory folder;
  const Result started =
      run_tool({"-o", folder.path() / "report", "--", "/bin/cat", "/proc/self/status"});
  for (const char* key : {"CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb", "NoNewPrivs"}) {
    EXPECT_EQ(status_value(started.out, key), status_value(alone.out, key)) << key;
    EXPECT_NE(status_value(alone.out, key), "") << key;
  }
}

TEST_F(RightsGivenUp, AllButThoseToReadFilesForAComparison) {
  const TemporaryDirectory folder;
  const std::string pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  // It waits for a writer.
  Process tool({tool_path(), "compare", pipe, "/nonexistent"});
  const CapabilitySet reading{CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE};
  EXPECT_TRUE(wait_until([&] { return held_by(tool.pid()) == reading; }))
      << to_string(held_by(tool.pid()));
  std::ofstream(pipe) << "[]";
  EXPECT_EQ(tool.wait().code, 2);
}

// Root of a container, as most engines have it, may not trace. The kernel lets it look into
// processes that may do no more than it: so it must give up nothing until it has looked.
TEST_F(RightsGivenUp, NothingWhereThatWouldShutUsOut) {
  const auto setpriv = find_program("setpriv");
  if (!setpriv) GTEST_SKIP() << "setpriv is not installed (package util-linux)";
  const auto contained = [&](std::vector<std::string> argv) {
    argv.insert(argv.begin(), {*setpriv, "--inh-caps=-all",
                               "--bounding-set=-all,+chown,+dac_override,+kill,+net_raw"});
    return argv;
  };
  Process target(contained({workload_path("sleeper"), "50"}));
  target.wait_for_output("ready");
  const Json report = parse_report(
      run(contained({tool_path(), "--json", "-d", "300ms", std::to_string(target.pid())})));
  EXPECT_EQ(metric(report, "files", "open"), 3);
  EXPECT_EQ(report.at("sections").at("memory").at("status"), "complete");
}

class OutputInAFolderForAll : public AsNobody {
 protected:
  static void give_away(const std::string& path) {
    const auto nobody = static_cast<uid_t>(std::stoul(kNobody));
    ASSERT_EQ(::lchown(path.c_str(), nobody, nobody), 0);
  }
  [[nodiscard]] Result report_to(const std::string& path) const {
    return run_tool({"-s", "-d", "100ms", "-o", path, std::to_string(::getpid())});
  }
};

TEST_F(OutputInAFolderForAll, FollowsNobodysLink) {
  const fs::path shared = folder_.path() / "shared";
  const std::string precious = folder_.path() / "precious";
  fs::create_directory(shared);
  fs::permissions(shared, fs::perms(01777));
  std::ofstream(precious) << "before";
  for (const std::string& target : {precious, std::string(folder_.path() / "new")}) {
    const std::string link = shared / "report";
    fs::create_symlink(target, link);
    give_away(link);
    const Result result = report_to(link);
    EXPECT_EQ(result.code, 0) << result.describe();
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(link)));
    EXPECT_THAT(read_text(link), ::testing::HasSubstr("Diagnosis: "));
    struct stat status {};
    ASSERT_EQ(::stat(link.c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, ::geteuid());
    fs::remove(link);
  }
  EXPECT_EQ(read_text(precious), "before");
  EXPECT_FALSE(fs::exists(folder_.path() / "new"));
}

TEST_F(OutputInAFolderForAll, OfAnotherUserIsRefusedBeforeTheWindow) {
  const fs::path shared = folder_.path() / "shared";
  fs::create_directory(shared);
  fs::permissions(shared, fs::perms(01777));
  const std::string pipe = shared / "report";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0666), 0);
  give_away(pipe);
  const Result result = report_to(pipe);
  EXPECT_EQ(result.code, 2) << result.describe();
  EXPECT_THAT(result.err, ::testing::HasSubstr("another user has put it into a folder for all"));
  EXPECT_EQ(result.out, "");
}

// Which needs a right that is given up where no file is named.
TEST_F(OutputInAFolderForAll, OfRootMayBeInAnotherUsersFolder) {
  const std::string theirs = folder_.path() / "theirs";
  fs::create_directory(theirs);
  give_away(theirs);
  fs::permissions(theirs, fs::perms(0700));
  const Result result = report_to(theirs + "/report");
  EXPECT_EQ(result.code, 0) << result.describe();
  EXPECT_THAT(read_text(theirs + "/report"), ::testing::HasSubstr("Diagnosis: "));
}

}  // namespace
}  // namespace debug_process::e2e
