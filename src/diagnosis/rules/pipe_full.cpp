// A thread writes to a pipe that nobody empties.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <vector>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"
#include "diagnosis/waits.h"

namespace debug_process::diagnosis {

namespace {

constexpr std::chrono::seconds kLong{1};

// pipe_write, anon_pipe_write (6.15), fifo_pipe_write
bool sleeps_in_a_pipe(const InFlight& call) {
  return call.wait_channel && call.wait_channel->ends_with("pipe_write");
}

}  // namespace

std::optional<Finding> pipe_full(const Facts& facts) {
  std::vector<const InFlight*> stuck;
  const sections::files::File* pipe = nullptr;
  for (const InFlight* call : long_calls(facts, {"write", "writev"}, kLong)) {
    const auto* file = find_file(facts, descriptor_of(facts, *call));
    const bool is_pipe = file != nullptr && file->type == "pipe";
    if (!is_pipe && !sleeps_in_a_pipe(*call)) continue;
    if (is_pipe && pipe == nullptr) pipe = file;
    stuck.push_back(call);
  }
  if (stuck.empty()) return std::nullopt;
  const InFlight& longest = *stuck.front();
  const std::string name = pipe != nullptr ? fmt::format(" (fd {} {})", pipe->fd, pipe->path) : "";
  Finding finding{
      "",
      Severity::warning,
      fmt::format("{} {} been writing to a full pipe{} for {}{}", counted(stuck.size(), "thread"),
                  stuck.size() == 1 ? "has" : "have", name,
                  longest.started_before_window ? "more than " : "",
                  format_duration(*longest.elapsed)),
      "A pipe holds 64 KB as a rule, and whoever reads it has stopped to. The thread goes on when "
      "there is room again, and does nothing else meanwhile.",
      {{fmt::format("syscalls.in_flight[{}].elapsed_ns", longest.tid), *longest.elapsed}},
      pipe != nullptr
          ? fmt::format("find who reads it: ls -l /proc/[0-9]*/fd 2>/dev/null | grep -F '{}'; "
                        "then what keeps it from that",
                        pipe->inode ? fmt::format("pipe:[{}]", *pipe->inode) : "pipe:")
          : fmt::format("find the pipe: ls -l /proc/{}/fd; then who reads it, and what keeps it "
                        "from that",
                        facts.process.pid)};
  std::chrono::nanoseconds lost{0};
  for (const InFlight* call : stuck) lost += within_window(facts, *call);
  finding.lost = lost;
  return finding;
}

}  // namespace debug_process::diagnosis
