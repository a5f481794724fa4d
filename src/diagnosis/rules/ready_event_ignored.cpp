// epoll says that something is ready, the program does nothing about it, and epoll says it again.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using std::chrono::nanoseconds;

constexpr double kWakesPerSecond = 1000;  // of one thread
constexpr double kMostly = 0.90;
constexpr double kCpu = 0.50;  // who handles events as they come sleeps between them
constexpr nanoseconds kAtOnce = std::chrono::microseconds(50);
// What wakes a thread for a reason leaves a trace: a byte that is moved, a connection, a child.
constexpr double kHandledPerWake = 0.1;

const Names kWaits = {"epoll_wait", "epoll_pwait", "epoll_pwait2"};
// Answers to an event that move no bytes.
const Names kOtherAnswers = {"accept", "accept4", "wait4", "waitid", "ioctl", "io_uring_enter"};

// Data that is handed over in shared memory: nothing but the wake-up is seen of it.
bool delivers_without_calls(const sections::files::File& file) {
  static constexpr std::array kTypes{"perf_event", "bpf-map",  "bpf_link",
                                     "io_uring",   "kvm-vcpu", "userfaultfd"};
  if (std::find(kTypes.begin(), kTypes.end(), file.type) != kTypes.end()) return true;
  const auto is_terminal = [](const std::string& path) {
    return path.starts_with("/dev/pts/") || path.starts_with("/dev/tty") || path == "/dev/ptmx" ||
           path == "/dev/console";
  };
  static constexpr std::array kHarmless{"/dev/null", "/dev/zero", "/dev/full", "/dev/random",
                                        "/dev/urandom"};
  return file.type == "device" && !is_terminal(file.path) &&
         std::find(kHarmless.begin(), kHarmless.end(), file.path) == kHarmless.end();
}

bool may_deliver_without_calls(const Facts& facts) {
  return std::any_of(facts.files.files.begin(), facts.files.files.end(), delivers_without_calls) ||
         std::any_of(facts.sockets.sockets.begin(), facts.sockets.sockets.end(),
                     [](const auto& socket) {
                       return socket.protocol == "packet" || socket.protocol == "xdp";
                     });
}

// Unknown where calls were not added up by open file.
std::optional<std::uint64_t> bytes_moved(const Facts& facts) {
  if (!facts.files.io_known || !facts.files.io_filter.empty()) return std::nullopt;
  std::uint64_t bytes = 0;
  for (const auto& file : facts.files.files)
    if (file.io) bytes += (file.io->read + file.io->written).value;
  for (const auto& closed : facts.files.closed) bytes += (closed.io.read + closed.io.written).value;
  return bytes;
}

struct Suspect {
  std::string words;
  std::vector<report::Evidence> evidence;
};

// What would be ready all the time.
Suspect find_suspect(const Facts& facts) {
  for (const auto& socket : facts.sockets.sockets) {
    const std::string cell = fmt::format("sockets.sockets[{}].", socket.fd);
    if (socket.state == "CLOSE_WAIT")
      return {fmt::format("; descriptor {} may be it: its peer has closed", socket.fd),
              {{cell + "state", socket.state}}};
    if (socket.waiting_to_be_accepted.value_or(0) > 0)
      return {fmt::format("; descriptor {} may be it: connections wait to be accepted", socket.fd),
              {{cell + "accept_queue", *socket.waiting_to_be_accepted}}};
    if (socket.recv_queue.value_or(Bytes{}) > Bytes{} && !socket.is_listening())
      return {fmt::format("; descriptor {} may be it: it has data that nobody reads", socket.fd),
              {{cell + "recv_queue_bytes", *socket.recv_queue}}};
  }
  return {};
}

Finding ignored(const Facts& facts, const Thread& thread, const CallTotals& waits) {
  Suspect suspect = find_suspect(facts);
  Finding finding{
      "",
      severity_of_thread_time(thread.on_cpu, facts),
      fmt::format("{} ({}) is woken for nothing: epoll reports an event at {} and nothing is moved",
                  thread.name, thread.tid, format_rate({per_second(waits.calls, facts)})),
      fmt::format("A descriptor is ready, its event is not handled, and so epoll_wait returns at "
                  "once every time{}. Mostly that is a hang-up, an error or EPOLLOUT that nobody "
                  "looks at.",
                  suspect.words),
      cite_calls(facts, kWaits),
      fmt::format("strace -p {} -e trace=epoll_wait,epoll_pwait shows the events; remove that "
                  "descriptor from the set, or close it",
                  thread.tid),
      thread.on_cpu};
  finding.evidence.push_back(cite(thread, "cpu_ratio", report::to_value(thread.cpu)));
  for (auto& item : suspect.evidence) finding.evidence.push_back(std::move(item));
  return finding;
}

}  // namespace

std::optional<Finding> ready_event_ignored(const Facts& facts) {
  if (!window_is_long_enough(facts) || !counts_all_calls(facts)) return std::nullopt;
  const CallTotals waits = calls_of(facts, kWaits);
  if (waits.calls < kFewestEvents || !waits.zeros) return std::nullopt;
  const std::uint64_t without = *waits.zeros + waits.errors + waits.restarts;
  const std::uint64_t wakes = waits.calls - std::min(waits.calls, without);
  const auto share_of_wakes = [wakes](std::uint64_t events) {
    return static_cast<double>(events) / static_cast<double>(std::max<std::uint64_t>(wakes, 1));
  };
  if (static_cast<double>(wakes) < kMostly * static_cast<double>(waits.calls)) return std::nullopt;
  const auto nearly_all = waits.latency.quantile(kMostly);
  if (!nearly_all || *nearly_all > kAtOnce) return std::nullopt;
  const auto bytes = bytes_moved(facts);
  if (!bytes || share_of_wakes(*bytes) >= kHandledPerWake) return std::nullopt;
  const CallTotals answers = calls_of(facts, kOtherAnswers);
  if (share_of_wakes(answers.calls - std::min(answers.calls, answers.errors)) >= kHandledPerWake)
    return std::nullopt;
  if (may_deliver_without_calls(facts)) return std::nullopt;
  if (!in_most_intervals(facts, kWaits, kWakesPerSecond)) return std::nullopt;
  for (const Thread& thread : facts.threads.threads) {
    if (wanted_cpu(thread) < kCpu) continue;
    if (per_second(surely_made(thread, waits.calls, facts), facts) >= kWakesPerSecond)
      return ignored(facts, thread, waits);
  }
  return std::nullopt;
}

}  // namespace debug_process::diagnosis
