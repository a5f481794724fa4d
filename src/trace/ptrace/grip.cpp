// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/grip.h"

#include <algorithm>

namespace debug_process::trace::ptrace {
namespace {

// Of our own: a thread of the tool begins and ends, and looks at all threads.
constexpr std::uint64_t kLeast = 8;

}  // namespace

void Grip::pause_begins(std::chrono::nanoseconds burst, std::chrono::nanoseconds pause) {
  const double shares =
      static_cast<double>(pause.count()) / std::max(static_cast<double>(burst.count()), 1.0);
  constexpr double kMost = 1e12;
  expected_ = static_cast<std::uint64_t>(std::min(static_cast<double>(events_) * shares, kMost));
  events_ = 0;
}

bool Grip::costs_more_than_letting_go(std::size_t threads) const {
  return std::max(events_, expected_) > threads + kLeast;
}

}  // namespace debug_process::trace::ptrace
