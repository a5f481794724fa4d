// Commands run by the tests: their output, their exit, and never one left behind.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace debug_process::e2e {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Long enough for a loaded machine; only a test that fails waits for so long.
inline constexpr std::chrono::milliseconds kDeadline = 60s;

// True as soon as `condition` is; false when it still is not after `deadline`.
[[nodiscard]] bool wait_until(const std::function<bool()>& condition,
                              std::chrono::milliseconds deadline = kDeadline);

struct Result {
  std::optional<int> code;    // exit(code), or
  std::optional<int> signal;  // killed by it
  std::string out;
  std::string err;
  std::chrono::nanoseconds elapsed{0};

  [[nodiscard]] std::string describe() const;
};

// What a child says, as far as it was read. Read for all children whenever one of them is waited
// for: a server whose log nobody reads stops answering once the pipe is full.
struct Streams {
  int out_fd = -1;
  int err_fd = -1;
  std::string out;
  std::string err;
};

// A child with pipes for its three standard streams, in a process group of its own, which the
// destructor kills and reaps. Throws std::runtime_error where something takes longer than its
// deadline or cannot be started.
class Process {
 public:
  // `environment` is put on top of ours ("NAME=value"), or replaces it with `only_environment`.
  explicit Process(const std::vector<std::string>& argv,
                   const std::vector<std::string>& environment = {}, bool only_environment = false);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] const std::string& out() const { return streams_->out; }
  [[nodiscard]] const std::string& err() const { return streams_->err; }

  void wait_for_output(const std::string& text, std::chrono::milliseconds deadline = kDeadline);
  void wait_for_error_output(const std::string& text,
                             std::chrono::milliseconds deadline = kDeadline);
  // Sends a line and returns the next line of its standard output.
  std::string ask(const std::string& line = "");
  void send_line(const std::string& line = "");
  void close_input();
  void kill(int signal_number);
  // Reads what it says until it ends. Once only.
  Result wait(std::chrono::milliseconds deadline = kDeadline);
  [[nodiscard]] bool running() const;

 private:
  void start(const std::vector<std::string>& argv, std::vector<std::string> environment);
  bool pump(std::chrono::milliseconds timeout);
  void wait_for(const std::string& stream, const std::string& text,
                std::chrono::milliseconds deadline);
  [[nodiscard]] std::string describe() const;

  std::string name_;
  Clock::time_point started_;
  pid_t pid_ = -1;
  int pidfd_ = -1;
  int in_ = -1;
  std::unique_ptr<Streams> streams_;
  bool reaped_ = false;
};

[[nodiscard]] Result run(const std::vector<std::string>& argv,
                         const std::vector<std::string>& environment = {},
                         std::chrono::milliseconds deadline = kDeadline);

}  // namespace debug_process::e2e
