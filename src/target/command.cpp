// SPDX-License-Identifier: Apache-2.0
#include "target/command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace debug_process::target {
namespace {

constexpr int kNeverRan = 127;

bool is_program(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  if (!S_ISREG(status.st_mode)) {
    errno = S_ISDIR(status.st_mode) ? EISDIR : EACCES;
    return false;
  }
  return ::access(path.c_str(), X_OK) == 0;
}

// execvp(3) tries one execve after the other, which would be counted: search first.
Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (is_program(name)) return name;
    return fail_errno("execute", name);
  }
  const char* const variable = ::getenv("PATH");
  std::string_view rest = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
  int refusal = ENOENT;
  while (true) {
    const auto colon = rest.find(':');
    const std::string folder(rest.substr(0, colon));
    const std::string path = (folder.empty() ? "." : folder) + "/" + name;
    if (is_program(path)) return path;
    // A folder that may not be searched says nothing of what is in it.
    if (errno == EACCES && ::access(path.c_str(), F_OK) == 0) refusal = EACCES;
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  return fail({"execute", name, refusal, refusal == ENOENT ? "not found in PATH" : "", {}});
}

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("make a pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// A socket, not a pipe: into it one can write without SIGPIPE should the child have been killed
// meanwhile.
Result<Pipe> make_go_ahead() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail_errno("make a socket pair");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// The file is there and may be executed: that was looked at before.
std::string why_not(int error) {
  if (error == ENOENT)
    return "the interpreter that its first line names, or its loader, is missing";
  if (error == ENOEXEC) return "it is no program, and has no #! line";
  return {};
}

// Ignored, as we may have inherited it, it would have the kernel reap the command, and its exit
// status would be lost. Returns what was inherited, for the command.
struct sigaction stop_ignoring_child_ends() {
  struct sigaction inherited {};
  ::sigaction(SIGCHLD, nullptr, &inherited);
  if (inherited.sa_handler != SIG_IGN) return inherited;
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &usual, nullptr);
  return inherited;
}

// Between fork and execve only calls that are safe there: signal-safety(7).
[[noreturn]] void run_child(int go, int failure, const struct sigaction& child_ends,
                            const char* program, char* const* argv) {
  char byte = 0;
  ssize_t got = 0;
  do got = ::read(go, &byte, 1);
  while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(kNeverRan);
  // What was ignored stays so, as with strace and time; our handlers end with the execve.
  ::sigaction(SIGCHLD, &child_ends, nullptr);
  ::execv(program, argv);
  const int error = errno;
  (void)!::write(failure, &error, sizeof(error));
  ::_exit(kNeverRan);
}

}  // namespace

Result<Command> Command::start(const std::vector<std::string>& argv) {
  const auto program = find_program(argv.front());
  if (!program) return tl::unexpected(program.error());
  auto go = make_go_ahead();
  if (!go) return tl::unexpected(go.error());
  auto failure = make_pipe();
  if (!failure) return tl::unexpected(failure.error());
  std::vector<char*> arguments;
  arguments.reserve(argv.size() + 1);
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  Command command;
  command.name_ = argv.front();
  const struct sigaction child_ends = stop_ignoring_child_ends();
  command.pid_ = ::fork();
  if (command.pid_ < 0) return fail_errno("fork for", argv.front());
  if (command.pid_ == 0) {
    go->write.reset();
    run_child(go->read.get(), failure->write.get(), child_ends, program->c_str(), arguments.data());
  }
  command.go_ = std::move(go->write);
  command.failure_ = std::move(failure->read);
  return command;
}

Command::Command(Command&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      wait_status_(other.wait_status_),
      reaped_by_another_(other.reaped_by_another_),
      released_(other.released_),
      name_(std::move(other.name_)),
      go_(std::move(other.go_)),
      failure_(std::move(other.failure_)) {}

Command::~Command() {
  if (pid_ < 0 || released_) return;
  go_.reset();
  (void)wait();
}

Result<void> Command::release() {
  const char byte = 1;
  if (::send(go_.get(), &byte, 1, MSG_NOSIGNAL) != 1)
    return fail_errno("start", "the command", "it was killed before it began");
  released_ = true;
  go_.reset();
  int error = 0;
  ssize_t got = 0;
  do got = ::read(failure_.get(), &error, sizeof(error));
  while (got < 0 && errno == EINTR);
  failure_.reset();
  if (got != sizeof(error)) return {};
  (void)wait();
  return fail({"execute", name_, error, {}, why_not(error)});
}

void Command::send(int signal_number) const {
  if (!wait_status_ && !reaped_by_another_) ::kill(pid_, signal_number);
}

std::optional<int> Command::wait() {
  if (wait_status_ || reaped_by_another_) return wait_status_;
  int status = 0;
  pid_t got = 0;
  do got = ::waitpid(pid_, &status, 0);
  while (got < 0 && errno == EINTR);
  if (got == pid_)
    wait_status_ = status;
  else
    reaped_by_another_ = true;
  return wait_status_;
}

}  // namespace debug_process::target
