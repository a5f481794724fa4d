// SPDX-License-Identifier: Apache-2.0
#include "trace/usual_cycle.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace debug_process::trace {
namespace {

constexpr std::size_t kLongestCycle = 8;  // what fits a line, and a head
// A way less travelled than this share of a call's main way out is not "usual".
constexpr double kMinShareOfWaysOut = 0.10;
// A waiting call rarer than this share of all steps does not drive the process.
constexpr double kMinShareOfSteps = 0.005;

// Calls in which programs wait for work, the surest sign of a main loop first.
constexpr std::array<std::string_view, 17> kWaiting{
    "epoll_wait",      "epoll_pwait",  "epoll_pwait2", "poll",     "ppoll",
    "select",          "pselect6",     "_newselect",   "accept4",  "accept",
    "io_uring_enter",  "io_getevents", "recvmsg",      "recvfrom", "nanosleep",
    "clock_nanosleep", "futex"};

// The search is exponential in a graph where every call follows every other: enough for all that
// programs do, and bounded for those that do everything. The widest ways are tried first.
constexpr std::size_t kMostWaysTried = 50'000;

using Ways = std::map<SyscallKey, std::uint64_t>;
using Steps = std::map<SyscallKey, Ways>;

struct Cycle {
  std::vector<SyscallKey> calls;
  std::uint64_t weight = 0;  // calls that it explains
};

class Search {
 public:
  Search(const Steps& steps, SyscallKey anchor) : anchor_(anchor) {
    for (const auto& [from, out] : steps) {
      auto& ways = ways_[from];
      ways.assign(out.begin(), out.end());
      std::stable_sort(ways.begin(), ways.end(),
                       [](const auto& a, const auto& b) { return a.second > b.second; });
    }
    path_.push_back(anchor);
    follow(~std::uint64_t{0});
  }
  [[nodiscard]] const Cycle& best() const { return best_; }

 private:
  void follow(std::uint64_t narrowest) {
    const auto found = ways_.find(path_.back());
    if (found == ways_.end()) return;
    for (const auto& [next, count] : found->second) {
      const std::uint64_t width = std::min(narrowest, count);
      // No cycle through here, or through a narrower way, can explain more than the best one does.
      if (width * kLongestCycle <= best_.weight || tried_ == kMostWaysTried) return;
      ++tried_;
      if (next == anchor_) {
        keep_if_better(width);
      } else if (path_.size() < kLongestCycle &&
                 std::find(path_.begin(), path_.end(), next) == path_.end()) {
        path_.push_back(next);
        follow(width);
        path_.pop_back();
      }
    }
  }

  void keep_if_better(std::uint64_t width) {
    const std::uint64_t weight = width * path_.size();
    if (weight > best_.weight) best_ = {path_, weight};
  }

  std::map<SyscallKey, std::vector<std::pair<SyscallKey, std::uint64_t>>> ways_;
  SyscallKey anchor_;
  std::vector<SyscallKey> path_;
  std::size_t tried_ = 0;
  Cycle best_;
};

Steps steps_between_different_calls(const Activity& activity) {
  Steps steps;
  for (const Transition& step : activity.transitions)
    if (step.from != step.to) steps[step.from][step.to] += step.count;
  return steps;
}

std::uint64_t ways_out(const Ways& out) {
  std::uint64_t sum = 0;
  for (const auto& [to, count] : out) sum += count;
  return sum;
}

// Of equally frequent ones, that to which least leads: there a path without a cycle begins.
SyscallKey most_frequent(const Steps& steps) {
  Ways in;
  for (const auto& [from, out] : steps)
    for (const auto& [to, count] : out) in[to] += count;
  SyscallKey most;
  std::uint64_t most_out = 0;
  for (const auto& [from, out] : steps) {
    const std::uint64_t sum = ways_out(out);
    if (sum < most_out || (sum == most_out && in[from] >= in[most])) continue;
    most = from;
    most_out = sum;
  }
  return most;
}

SyscallKey choose_anchor(const Steps& steps) {
  std::uint64_t total = 0;
  std::map<std::string, SyscallKey, std::less<>> callers;
  for (const auto& [from, out] : steps) {
    total += ways_out(out);
    callers.emplace(abi::syscall_name(from.abi, from.number), from);
  }
  for (const std::string_view name : kWaiting) {
    const auto found = callers.find(name);
    if (found != callers.end() && static_cast<double>(ways_out(steps.at(found->second))) >=
                                      kMinShareOfSteps * static_cast<double>(total))
      return found->second;
  }
  return most_frequent(steps);
}

void drop_rare_ways(Steps& steps) {
  for (auto& [from, out] : steps) {
    std::uint64_t widest = 0;
    for (const auto& [to, count] : out) widest = std::max(widest, count);
    std::erase_if(out, [&](const auto& way) {
      return static_cast<double>(way.second) < kMinShareOfWaysOut * static_cast<double>(widest);
    });
  }
}

// The widest way out of each call until it ends or comes back.
std::vector<SyscallKey> widest_path(const Steps& steps, SyscallKey anchor) {
  std::vector<SyscallKey> path{anchor};
  while (path.size() < kLongestCycle) {
    const auto found = steps.find(path.back());
    if (found == steps.end() || found->second.empty()) break;
    const auto& out = found->second;
    const auto next = std::max_element(
        out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (std::find(path.begin(), path.end(), next->first) != path.end()) break;
    path.push_back(next->first);
  }
  return path;
}

// Steps that do not leave these calls.
std::uint64_t steps_within(const Activity& activity, const std::vector<SyscallKey>& calls) {
  const auto among = [&](SyscallKey key) {
    return std::find(calls.begin(), calls.end(), key) != calls.end();
  };
  std::uint64_t within = 0;
  for (const Transition& step : activity.transitions)
    if (among(step.from) && among(step.to)) within += step.count;
  return within;
}

// The call most often made twice in a row.
const Transition* most_repeated(const Activity& activity) {
  const Transition* most = nullptr;
  for (const Transition& step : activity.transitions)
    if (step.from == step.to && (most == nullptr || step.count > most->count)) most = &step;
  return most;
}

}  // namespace

std::vector<SyscallKey> usual_cycle(const Activity& activity) {
  Steps steps = steps_between_different_calls(activity);
  if (steps.empty()) {
    const auto most = std::max_element(activity.syscalls.begin(), activity.syscalls.end(),
                                       [](const auto& a, const auto& b) {
                                         return std::tie(a.calls, b.key) < std::tie(b.calls, a.key);
                                       });
    if (most == activity.syscalls.end()) return {};
    return {most->key};
  }
  const SyscallKey anchor = choose_anchor(steps);
  drop_rare_ways(steps);
  const Search search(steps, anchor);
  std::vector<SyscallKey> usual =
      search.best().calls.empty() ? widest_path(steps, anchor) : search.best().calls;
  // One call over and over may be all that matters, with a few others before and after.
  const Transition* const repeated = most_repeated(activity);
  if (repeated != nullptr && repeated->count > steps_within(activity, usual))
    return {repeated->from};
  return usual;
}

}  // namespace debug_process::trace
