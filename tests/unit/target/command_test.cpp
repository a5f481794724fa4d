// SPDX-License-Identifier: Apache-2.0
#include "target/command.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace debug_process::target {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

class CommandTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "command_test.XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = ::getenv("PATH") != nullptr ? ::getenv("PATH") : "";
  }
  void TearDown() override {
    ::setenv("PATH", path_.c_str(), 1);
    fs::current_path(before_);
    fs::remove_all(folder_);
  }

  [[nodiscard]] std::string make_script(const std::string& name, const std::string& text,
                                        mode_t mode) const {
    const std::string path = folder_ / name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
  fs::path before_ = fs::current_path();
  std::string path_;
};

int errno_of(const Words& argv) {
  const auto command = Command::start(argv);
  return command ? 0 : command.error().errno_value;
}

// Runs it to its end.
int status_of(const Words& argv) {
  auto command = Command::start(argv);
  if (!command) return -1;
  if (!command->release()) return -1;
  return command->wait().value_or(-1);
}

TEST_F(CommandTest, IsFoundInPath) {
  const int status = status_of({"sh", "-c", "exit 7"});
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST_F(CommandTest, IsTakenWhereItsPathSays) {
  EXPECT_EQ(WEXITSTATUS(status_of({"/bin/sh", "-c", "exit 3"})), 3);
  fs::current_path(folder_);
  (void)make_script("run", "#!/bin/sh\nexit 4\n", 0755);
  EXPECT_EQ(WEXITSTATUS(status_of({"./run"})), 4);
}

TEST_F(CommandTest, AnEmptyPartOfPathIsTheCurrentFolder) {
  (void)make_script("run", "#!/bin/sh\nexit 5\n", 0755);
  fs::current_path(folder_);
  ::setenv("PATH", "/nonexistent:", 1);
  EXPECT_EQ(WEXITSTATUS(status_of({"run"})), 5);
}

TEST_F(CommandTest, TheFirstInPathThatMayBeExecutedIsTaken) {
  fs::create_directory(folder_ / "a");
  fs::create_directory(folder_ / "b");
  fs::create_directory(folder_ / "a/folder");
  (void)make_script("a/run", "#!/bin/sh\nexit 1\n", 0644);
  (void)make_script("b/run", "#!/bin/sh\nexit 6\n", 0755);
  ::setenv("PATH", ((folder_ / "a").string() + ":" + (folder_ / "b").string()).c_str(), 1);
  EXPECT_EQ(WEXITSTATUS(status_of({"run"})), 6);
  EXPECT_EQ(errno_of({"folder"}), ENOENT);
}

TEST_F(CommandTest, SaysWhenThereIsNoSuchProgram) {
  const auto command = Command::start({"no-such-program-here"});
  ASSERT_FALSE(command);
  EXPECT_EQ(command.error().errno_value, ENOENT);
  EXPECT_THAT(command.error().message(), testing::HasSubstr("no-such-program-here"));
  EXPECT_EQ(errno_of({"/no/such/program"}), ENOENT);
  EXPECT_EQ(errno_of({""}), ENOENT);
}

TEST_F(CommandTest, SaysWhenItMayNotBeExecuted) {
  EXPECT_EQ(errno_of({make_script("data", "text", 0644)}), EACCES);
  EXPECT_EQ(errno_of({folder_}), EISDIR);
  EXPECT_EQ(errno_of({"/dev/null"}), EACCES);
  ::setenv("PATH", folder_.c_str(), 1);
  EXPECT_EQ(errno_of({"data"}), EACCES);
}

TEST_F(CommandTest, SaysWhenItCannotBeRunAfterAll) {
  auto command = Command::start({make_script("odd", "no program at all\n", 0755)});
  ASSERT_TRUE(command);
  const auto released = command->release();
  ASSERT_FALSE(released);
  EXPECT_EQ(released.error().errno_value, ENOEXEC);
  EXPECT_EQ(WEXITSTATUS(command->wait().value_or(-1)), 127);
}

TEST_F(CommandTest, GetsItsArgumentsAsTheyAre) {
  const std::string out = folder_ / "out";
  EXPECT_EQ(status_of({"sh", "-c", "printf '<%s>' \"$@\" > " + out, "sh", "a b", "", "-x", "\n"}),
            0);
  EXPECT_EQ(text_of("out"), "<a b><><-x><\n>");
}

TEST_F(CommandTest, DoesNothingBeforeItsRelease) {
  const std::string mark = folder_ / "mark";
  pid_t pid = 0;
  {
    auto command = Command::start({"touch", mark});
    ASSERT_TRUE(command);
    pid = command->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  // Forgotten: the child has ended without having done anything, and has been waited for.
  EXPECT_EQ(::waitpid(pid, nullptr, 0), -1);
  EXPECT_EQ(errno, ECHILD);
  EXPECT_FALSE(fs::exists(mark));
}

TEST_F(CommandTest, EndsWhenWeDieBeforeItsRelease) {
  const std::string mark = folder_ / "mark";
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t tool = ::fork();
  ASSERT_GE(tool, 0);
  if (tool == 0) {
    auto command = Command::start({"touch", mark});
    ::_exit(command ? 0 : 1);  // without any destructor, as a kill would
  }
  int status = 0;
  ASSERT_EQ(::waitpid(tool, &status, 0), tool);
  EXPECT_EQ(status, 0);
  // The pipe's last writer is the command's child: this returns when it has ended.
  ::close(ends[1]);
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 0);
  ::close(ends[0]);
  EXPECT_FALSE(fs::exists(mark));
}

TEST_F(CommandTest, SurvivesAChildThatWasKilledBeforeItsRelease) {
  auto command = Command::start({"true"});
  ASSERT_TRUE(command);
  command->send(SIGKILL);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(command->pid()), &info, WEXITED | WNOWAIT), 0);
  const auto released = command->release();
  ASSERT_FALSE(released);
  EXPECT_EQ(released.error().errno_value, EPIPE);
  EXPECT_EQ(WTERMSIG(command->wait().value_or(0)), SIGKILL);
}

TEST_F(CommandTest, DoesNotInheritWhatWeDoWithSignals) {
  struct sigaction handle {};
  handle.sa_handler = [](int) {};
  struct sigaction before[2];
  const int signals[2] = {SIGINT, SIGTERM};
  for (int i = 0; i < 2; ++i) ::sigaction(signals[i], &handle, &before[i]);
  for (const char* name : {"INT", "TERM"}) {
    const int status = status_of({"sh", "-c", std::string("kill -") + name + " $$; exit 0"});
    EXPECT_TRUE(WIFSIGNALED(status)) << name;
  }
  for (int i = 0; i < 2; ++i) ::sigaction(signals[i], &before[i], nullptr);
}

TEST_F(CommandTest, KeepsIgnoredSignalsIgnored) {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  for (const char* name : {"HUP", "INT", "PIPE"}) {  // as nohup(1) and shells in the background do
    const int number = std::string(name) == "HUP"   ? SIGHUP
                       : std::string(name) == "INT" ? SIGINT
                                                    : SIGPIPE;
    struct sigaction before {};
    ::sigaction(number, &ignore, &before);
    EXPECT_EQ(status_of({"sh", "-c", std::string("kill -") + name + " $$; exit 0"}), 0) << name;
    ::sigaction(number, &before, nullptr);
  }
}

// As a parent that never waits for its children leaves it to us. Ignored, the kernel would reap the
// command before we have its status.
TEST_F(CommandTest, HasAStatusEvenIfWeCameToIgnoreTheEndOfChildren) {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  struct sigaction before {};
  ::sigaction(SIGCHLD, &ignore, &before);
  EXPECT_EQ(WEXITSTATUS(status_of({"sh", "-c", "exit 3"})), 3);
  // The command has it as we had it: signal 17 of the mask.
  ::sigaction(SIGCHLD, &ignore, nullptr);
  EXPECT_EQ(status_of({"grep", "-qE", "^SigIgn:.*[13579bdf][0-9a-f]{4}$", "/proc/self/status"}), 0);
  ::sigaction(SIGCHLD, &before, nullptr);
}

TEST_F(CommandTest, HasNoStatusWhenAnotherHasTakenIt) {
  auto command = Command::start({"sh", "-c", "exit 3"});
  ASSERT_TRUE(command);
  ASSERT_TRUE(command->release());
  ASSERT_EQ(::waitpid(command->pid(), nullptr, 0), command->pid());
  EXPECT_EQ(command->wait(), std::nullopt);
  EXPECT_EQ(command->wait(), std::nullopt);
}

TEST_F(CommandTest, InheritsNoDescriptorOfOurs) {
  const std::string out = folder_ / "out";
  EXPECT_EQ(status_of({"sh", "-c", "ls -l /proc/$$/fd > " + out}), 0);
  EXPECT_THAT(text_of("out"), testing::Not(testing::HasSubstr("socket:")));
}

TEST_F(CommandTest, TellsHowItEnded) {
  auto command = Command::start({"sh", "-c", "kill -TERM $$"});
  ASSERT_TRUE(command);
  ASSERT_TRUE(command->release());
  EXPECT_EQ(WTERMSIG(command->wait().value_or(0)), SIGTERM);
  EXPECT_EQ(WTERMSIG(command->wait().value_or(0)), SIGTERM);  // a second time from memory
  command->send(SIGKILL);  // and to nobody who has its number by now
}

TEST_F(CommandTest, IsNotWaitedForAfterItsRelease) {
  // The tool may end before the command: its destructor does not hang.
  pid_t pid = 0;
  {
    auto command = Command::start({"sleep", "600"});
    ASSERT_TRUE(command);
    ASSERT_TRUE(command->release());
    pid = command->pid();
    const Command moved(std::move(*command));
    EXPECT_EQ(moved.pid(), pid);
  }
  EXPECT_EQ(::kill(pid, SIGKILL), 0);
  EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
}

}  // namespace
}  // namespace debug_process::target
