// SPDX-License-Identifier: Apache-2.0
#include "e2e/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace debug_process::e2e {
namespace {

constexpr unsigned kCloseOnExec = 1U << 2U;  // CLOSE_RANGE_CLOEXEC

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what);
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2: " + std::string(std::strerror(errno)));
  return {ends[0], ends[1]};
}

void close_fd(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

// Appends what is there; closes the descriptor at its end.
void read_available(int& fd, std::string& text) {
  std::array<char, 65536> buffer{};
  while (fd >= 0) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(got));
    } else if (got == 0) {
      close_fd(fd);
    } else if (errno != EINTR) {
      if (errno != EAGAIN) close_fd(fd);
      return;
    }
  }
}

// Of all children that are not destroyed yet.
std::vector<Streams*>& all_streams() {
  static std::vector<Streams*> all;
  return all;
}

void read_all_available() {
  for (Streams* const streams : all_streams()) {
    read_available(streams->out_fd, streams->out);
    read_available(streams->err_fd, streams->err);
  }
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const auto& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

std::string name_of(const std::string& assignment) {
  return assignment.substr(0, assignment.find('=') + 1);
}

std::vector<std::string> on_top_of_ours(std::vector<std::string> environment) {
  const std::vector<std::string> given = environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const bool replaced = std::any_of(given.begin(), given.end(), [&](const std::string& one) {
      return name_of(one) == name_of(*entry);
    });
    if (!replaced) environment.emplace_back(*entry);
  }
  return environment;
}

// Between fork and exec: only what is allowed there.
[[noreturn]] void become(char* const* argv, char* const* environment, const Pipe& in,
                         const Pipe& out, const Pipe& err, int failure_fd) {
  ::setpgid(0, 0);
  // What our own parent had us ignore is no matter of theirs.
  for (const int signal_number : {SIGINT, SIGQUIT, SIGTERM, SIGPIPE})
    ::signal(signal_number, SIG_DFL);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(in.read_end, STDIN_FILENO);
  ::dup2(out.write_end, STDOUT_FILENO);
  ::dup2(err.write_end, STDERR_FILENO);
  // Nothing that we were started with is theirs: tests count descriptors.
  ::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, kCloseOnExec);
  ::execvpe(argv[0], argv, environment);
  const int error = errno;
  if (::write(failure_fd, &error, sizeof error) < 0) ::_exit(126);
  ::_exit(127);
}

}  // namespace

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  while (!condition()) {
    if (Clock::now() > end) return false;
    read_all_available();
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

std::string Result::describe() const {
  std::string text = code     ? "exit status " + std::to_string(*code)
                     : signal ? "killed by signal " + std::to_string(*signal)
                              : "exit status not read yet";
  return text + "\nstandard error: " + err + "\nstandard output: " + out.substr(0, 4000);
}

Process::Process(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                 bool only_environment)
    : name_(argv.at(0)), started_(Clock::now()), streams_(std::make_unique<Streams>()) {
  start(argv, only_environment ? environment : on_top_of_ours(environment));
}

void Process::start(const std::vector<std::string>& argv, std::vector<std::string> environment) {
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Pipe failure = make_pipe();
  const auto argument_pointers = pointers(argv);
  const auto environment_pointers = pointers(environment);
  ::signal(SIGPIPE, SIG_IGN);  // a child that does not read is an error of send_line, not our end
  pid_ = ::fork();
  if (pid_ == 0) {
    become(argument_pointers.data(), environment_pointers.data(), in, out, err, failure.write_end);
  }
  close_fd(in.read_end);
  close_fd(out.write_end);
  close_fd(err.write_end);
  close_fd(failure.write_end);
  in_ = in.write_end;
  int error = 0;
  const bool failed = ::read(failure.read_end, &error, sizeof error) > 0;
  close_fd(failure.read_end);
  if (failed) {
    ::waitpid(pid_, nullptr, 0);
    close_fd(in_);
    close_fd(out.read_end);
    close_fd(err.read_end);
    fail(name_ + ": " + std::strerror(error));
  }
  pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  ::fcntl(out.read_end, F_SETFL, O_NONBLOCK);
  ::fcntl(err.read_end, F_SETFL, O_NONBLOCK);
  streams_->out_fd = out.read_end;
  streams_->err_fd = err.read_end;
  all_streams().push_back(streams_.get());
}

Process::~Process() {
  if (!reaped_) {
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::erase(all_streams(), streams_.get());
  close_fd(pidfd_);
  close_fd(in_);
  close_fd(streams_->out_fd);
  close_fd(streams_->err_fd);
}

// Reads what comes within `timeout`, from all; false once this process has ended.
bool Process::pump(std::chrono::milliseconds timeout) {
  std::vector<pollfd> watched{{.fd = pidfd_, .events = POLLIN, .revents = 0}};
  for (const Streams* const streams : all_streams()) {
    // poll ignores negative descriptors.
    watched.push_back({.fd = streams->out_fd, .events = POLLIN, .revents = 0});
    watched.push_back({.fd = streams->err_fd, .events = POLLIN, .revents = 0});
  }
  ::poll(watched.data(), watched.size(), static_cast<int>(timeout.count()));
  read_all_available();
  return (watched.front().revents & POLLIN) == 0;
}

std::string Process::describe() const {
  Result so_far;
  so_far.out = streams_->out;
  so_far.err = streams_->err;
  return so_far.describe();
}

void Process::wait_for(const std::string& stream, const std::string& text,
                       std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  while (stream.find(text) == std::string::npos) {
    const bool alive = pump(20ms);
    if (stream.find(text) != std::string::npos) return;
    if (!alive) fail(name_ + " ended without saying '" + text + "'\n" + describe());
    if (Clock::now() > end) fail(name_ + " did not say '" + text + "'\n" + describe());
  }
}

void Process::wait_for_output(const std::string& text, std::chrono::milliseconds deadline) {
  wait_for(streams_->out, text, deadline);
}

void Process::wait_for_error_output(const std::string& text, std::chrono::milliseconds deadline) {
  wait_for(streams_->err, text, deadline);
}

std::string Process::ask(const std::string& line) {
  read_all_available();
  const std::string& said = streams_->out;
  const std::size_t start = said.size();
  send_line(line);
  const auto end = Clock::now() + kDeadline;
  while (said.find('\n', start) == std::string::npos) {
    if (!pump(20ms)) fail(name_ + " ended without an answer\n" + describe());
    if (Clock::now() > end) fail(name_ + " does not answer\n" + describe());
  }
  return said.substr(start, said.find('\n', start) - start);
}

void Process::send_line(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(in_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    fail(name_ + " does not read its input");
  }
}

void Process::close_input() {
  close_fd(in_);
}

void Process::kill(int signal_number) {
  ::kill(pid_, signal_number);
}

bool Process::running() const {
  pollfd watched{.fd = pidfd_, .events = POLLIN, .revents = 0};
  return !reaped_ && ::poll(&watched, 1, 0) == 0;
}

Result Process::wait(std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  while (pump(100ms)) {
    if (Clock::now() > end) fail(name_ + " did not end in time\n" + describe());
  }
  Result result;
  result.elapsed = Clock::now() - started_;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  reaped_ = true;
  read_all_available();
  if (WIFEXITED(status)) result.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  result.out = streams_->out;
  result.err = streams_->err;
  return result;
}

Result run(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
           std::chrono::milliseconds deadline) {
  Process process(argv, environment);
  process.close_input();
  return process.wait(deadline);
}

}  // namespace debug_process::e2e
