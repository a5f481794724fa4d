// From the calls that were seen of a thread in bursts to those that it made. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "trace/ptrace/price.h"

namespace debug_process::trace::ptrace {

// One thread, or several together, as far as they were watched.
struct Exposure {
  std::uint64_t calls = 0;
  std::uint64_t stops = 0;              // pairs of them, at calls that were asked for or not
  std::uint64_t events = 0;             // single stops, at signals and for new threads
  std::uint64_t reads_writes = 0;       // as the kernel counts them
  std::chrono::nanoseconds watched{0};  // how long calls of it were seen
  std::chrono::nanoseconds window{0};   // how long it was there in the window
  std::chrono::nanoseconds cpu_watched{0};
  std::chrono::nanoseconds lost{0};  // to stops that are none of a call's
  // The kernel's account of all of the window; nullopt: unknown.
  std::optional<std::chrono::nanoseconds> cpu;
  std::optional<std::uint64_t> all_reads_writes;
  // Share of the time that it had or wanted a CPU; nullopt: unknown, taken as all of it.
  std::optional<double> busy;

  Exposure& operator+=(const Exposure& other);
};

struct Estimate {
  double calls = 0;
  bool lower_bound = false;  // known to be too low, but not by how much
  // It has lost much of its time to stops, and is taken to have made up for that when it was idle.
  bool assumes_idle_time = false;
};

// Of these the first that can be known:
// - the kernel counts reads and writes all the time, and the thread makes enough of those;
// - its CPU time in bursts, without what the stops took of it, against that in all of the window;
//   of stops at signals and for new threads it is not known what they take: a few are let pass;
// - the time that it was watched. One that wants the CPU all the time makes fewer calls then, by
//   what each costs it; one that has idle time makes up for it there.
// `lost`: what stops of all kinds have cost it of the time that it was watched.
[[nodiscard]] Estimate estimate(const Exposure& thread, std::optional<Price> price,
                                std::chrono::nanoseconds lost);

}  // namespace debug_process::trace::ptrace
