// SPDX-License-Identifier: Apache-2.0
#include "sections/files/detail.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "sections/files/bpf_names.h"
#include "util/signals.h"
#include "util/units.h"

namespace debug_process::sections::files {
namespace {

// "1 lock", "2 locks".
std::string count_of(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string clock_name(int clock) {
  switch (clock) {
    case 0:
      return "realtime";
    case 1:
      return "monotonic";
    case 7:
      return "boottime";
    case 8:
      return "realtime alarm";
    case 9:
      return "boottime alarm";
    default:
      return fmt::format("clock {}", clock);
  }
}

std::string of_timer(const proc::Timer& timer) {
  std::string text = timer.clock ? clock_name(*timer.clock) : "";
  if (timer.left)
    append(text, timer.left->count() == 0 ? "not armed" : format_duration(*timer.left) + " left");
  if (timer.interval && timer.interval->count() > 0)
    append(text, "every " + format_duration(*timer.interval));
  if (timer.ticks.value_or(0) > 0) append(text, count_of(*timer.ticks, "tick") + " not read");
  return text;
}

std::string of_signals(std::uint64_t mask) {
  if (mask == 0) return "no signals";
  constexpr int kSignals = 64;
  // All but a few are told by those.
  constexpr int kMany = 48;
  const bool is_inverse = __builtin_popcountll(mask) > kMany;
  std::string names;
  for (int number = 1; number <= kSignals; ++number)
    if ((((is_inverse ? ~mask : mask) >> (number - 1)) & 1) != 0)
      append(names, signal_name(number));
  if (!is_inverse) return names;
  return names.empty() ? "all signals" : "all signals but " + names;
}

std::string of_ring(const proc::Ring& ring) {
  std::string text;
  const auto entries = [](std::uint32_t mask) { return std::uint64_t{mask} + 1; };
  if (ring.sq_mask) append(text, fmt::format("SQ {}", entries(*ring.sq_mask)));
  if (ring.submissions.value_or(0) > 0)
    text += fmt::format(" ({} not submitted)", *ring.submissions);
  if (ring.cq_mask) append(text, fmt::format("CQ {}", entries(*ring.cq_mask)));
  if (ring.completions.value_or(0) > 0) text += fmt::format(" ({} not reaped)", *ring.completions);
  if (ring.polls > 0) append(text, count_of(ring.polls, "poll") + " pending");
  if (ring.files.value_or(0) > 0) append(text, count_of(*ring.files, "registered file"));
  if (ring.buffers.value_or(0) > 0) append(text, count_of(*ring.buffers, "registered buffer"));
  return text;
}

std::string of_bpf(const proc::Bpf& bpf) {
  std::string text;
  if (bpf.map_type) text = bpf_map_type_name(*bpf.map_type) + " map";
  if (bpf.program_type) text = bpf_program_type_name(*bpf.program_type) + " program";
  if (bpf.link_type) text = *bpf.link_type + " link";
  if (bpf.map_id) text += fmt::format(" {}", *bpf.map_id);
  if (bpf.link_id) text += fmt::format(" {}", *bpf.link_id);
  if (bpf.link_type && bpf.program_id) append(text, "program");
  if (bpf.program_id) text += fmt::format(" {}", *bpf.program_id);
  if (bpf.max_entries)
    append(text, fmt::format("up to {} {}", *bpf.max_entries,
                             *bpf.max_entries == 1 ? "entry" : "entries"));
  return text;
}

std::string of_locks(const std::vector<proc::Lock>& locks) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(locks.size(), kShown); ++i) append(text, describe(locks[i]));
  if (locks.size() > kShown)
    text += fmt::format(" and {}", count_of(locks.size() - kShown, "more lock"));
  return text;
}

std::string of_process(pid_t pid) {
  if (pid < 0) return "ended process";
  return pid == 0 ? "process of another PID namespace" : fmt::format("process {}", pid);
}

constexpr std::array<std::string_view, 12> kTypesWithDetail{
    "eventpoll", "eventfd",  "inotify", "fanotify", "pidfd",    "timerfd",
    "signalfd",  "io_uring", "bpf-map", "bpf-prog", "bpf_link", "userfaultfd"};

}  // namespace

bool has_detail(std::string_view type) {
  return std::find(kTypesWithDetail.begin(), kTypesWithDetail.end(), type) !=
         kTypesWithDetail.end();
}

std::string describe(const proc::Lock& lock) {
  std::string mode = lock.mode;
  for (char& letter : mode) letter = static_cast<char>(std::tolower(letter));
  if (lock.type == "FLOCK") return mode + " flock";
  if (lock.type == "LEASE" || lock.type == "DELEG")
    return fmt::format("{} {}{}", mode, lock.type == "LEASE" ? "lease" : "delegation",
                       lock.state == "BREAKING" ? " (breaking)" : "");
  return fmt::format("{}{} lock {}-{}", lock.type == "OFDLCK" ? "OFD " : "", mode, lock.start,
                     lock.end ? fmt::format("{}", *lock.end) : "EOF");
}

std::string detail_of(const proc::Fdinfo& info, std::string_view type) {
  std::string text;
  if (type == "eventfd" && info.eventfd_count)
    text = fmt::format("count {}{}", *info.eventfd_count, info.semaphore ? ", semaphore" : "");
  if (type == "pidfd" && info.pid) text = of_process(*info.pid);
  if (type == "timerfd") text = of_timer(info.timer);
  if (type == "signalfd" && info.signals) text = of_signals(*info.signals);
  if (type == "io_uring") text = of_ring(info.ring);
  if (type.starts_with("bpf")) text = of_bpf(info.bpf);
  if (type == "userfaultfd" && info.faults.value_or(0) > 0)
    text = count_of(*info.faults, "fault") + " not read";
  if (info.interface && !info.interface->empty()) text = "interface " + *info.interface;
  append(text, of_locks(info.locks));
  return text;
}

void append(std::string& detail, std::string_view more) {
  if (!detail.empty() && !more.empty()) detail += ", ";
  detail += more;
}

}  // namespace debug_process::sections::files
