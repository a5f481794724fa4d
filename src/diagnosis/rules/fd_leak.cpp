// Files are opened and not closed, all the time.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string_view>
#include <vector>

#include "diagnosis/measure.h"
#include "diagnosis/over_time.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr std::uint64_t kFewest = 20;
constexpr double kShareOfOpens = 0.10;
// Of the growth. A proxy opens a connection of its own for each that comes.
constexpr double kIncoming = 0.40;

std::uint64_t opened(const Facts& facts) {
  const CallTotals opens = calls_of(
      facts,
      {"open",           "openat",    "openat2",    "creat",        "socket",       "accept",
       "accept4",        "dup",       "dup2",       "dup3",         "fcntl",        "epoll_create",
       "epoll_create1",  "eventfd",   "eventfd2",   "memfd_create", "inotify_init", "inotify_init1",
       "timerfd_create", "signalfd4", "pidfd_open", "recvmsg"});
  // Two each.
  const CallTotals pairs = calls_of(facts, {"pipe", "pipe2", "socketpair"});
  return opens.calls - std::min(opens.calls, opens.errors) +
         2 * (pairs.calls - std::min(pairs.calls, pairs.errors));
}

// Clients that come and stay: how many there are is theirs to say.
bool is_connection_ramp(const Facts& facts, std::uint64_t growth) {
  const std::uint64_t now = facts.sockets.incoming.value_or(0);
  const std::uint64_t before = facts.sockets.incoming_at_start.value_or(0);
  return now > before &&
         static_cast<double>(now - before) >= kIncoming * static_cast<double>(growth);
}

struct Group {
  std::string type;
  std::uint64_t growth = 0;
};

std::optional<Group> fastest_growing(const Facts& facts) {
  if (!facts.files.by_type_at_start) return std::nullopt;
  std::optional<Group> top;
  for (const auto& [type, now] : facts.files.by_type) {
    const auto found = facts.files.by_type_at_start->find(type);
    const std::uint64_t before = found == facts.files.by_type_at_start->end() ? 0 : found->second;
    if (now > before && (!top || now - before > top->growth)) top = Group{type, now - before};
  }
  return top;
}

// ", 813 of them /etc/hostname": the same file again and again; "" where they are different ones.
std::string most_frequent_path(const Facts& facts, const Group& group) {
  std::map<std::string_view, std::uint64_t> paths;
  for (const auto& file : facts.files.files)
    if (file.type == group.type) ++paths[file.path];
  const auto most = std::max_element(
      paths.begin(), paths.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == paths.end() || most->second < kFewest || most->second * 2 < group.growth) return {};
  return fmt::format(" ({} open: {})", format_count(most->second), most->first);
}

}  // namespace

std::optional<Finding> fd_leak(const Facts& facts) {
  if (!window_is_long_enough(facts) || is_warming_up(facts) || !counts_all_calls(facts))
    return std::nullopt;
  const std::vector<std::uint64_t> open = open_files_over_time(facts);
  const auto growth = steady_growth(open);
  if (!growth || *growth < kFewest || is_connection_ramp(facts, *growth)) return std::nullopt;
  if (static_cast<double>(*growth) < kShareOfOpens * static_cast<double>(opened(facts)))
    return std::nullopt;
  const auto top = fastest_growing(facts);
  if (!top) return std::nullopt;
  const double rate =
      static_cast<double>(*growth) / std::chrono::duration<double>(facts.window).count();
  std::string until;
  if (const auto limit = facts.files.limit_soft; limit && *limit > open.back()) {
    const double seconds = static_cast<double>(*limit - open.back()) / rate;
    until = fmt::format(", the limit in {}",
                        format_duration(std::chrono::seconds(static_cast<std::int64_t>(seconds))));
  }
  const std::string cell = fmt::format("files.types[{}].", top->type);
  return Finding{
      "",
      Severity::warning,
      fmt::format(
          "more and more open files: {} more within the window, most of them of type {}{}{}",
          format_count(*growth), top->type, most_frequent_path(facts, *top), until),
      "They are opened and not closed, at a rate that does not slow down. At the limit every open, "
      "socket and accept fails with EMFILE.",
      {{"intervals.open_files_at_start", open.front()},
       {"files.open", report::to_value(facts.files.open)},
       {cell + "open_at_start", facts.files.by_type.at(top->type) - top->growth},
       {cell + "open", facts.files.by_type.at(top->type)}},
      fmt::format("which ones: ls -l /proc/{0}/fd | sed 's/.*-> //' | sort | uniq -c | sort -n | "
                  "tail; who opens them: strace -f -k -e trace=open,openat,socket,accept4 -p {0}",
                  facts.process.pid)};
}

}  // namespace debug_process::diagnosis
