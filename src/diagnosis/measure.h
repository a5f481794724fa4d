// What many rules ask of the facts, and the guards they share.
//
// A finding cites a metric as "<section>.<key>" and a cell of a table as
// "<section>.<table>[<row>].<column>". SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diagnosis/rule.h"
#include "util/clock.h"

namespace debug_process::diagnosis {

// Rates over less are chance: a burst of a few milliseconds would pass for a storm.
inline constexpr std::chrono::seconds kShortestWindow{2};
// Below this many events a share of them means nothing.
inline constexpr std::uint64_t kFewestEvents = 100;
// A younger process loads libraries, fills caches and touches its memory for the first time.
inline constexpr std::chrono::seconds kWarmUp{10};

// What costs less is good to know and no more: Severity::info.
inline constexpr double kWorthOfCpu = 0.01;     // CPU time, of one CPU
inline constexpr double kWorthOfThread = 0.05;  // wall time, of one thread

// The time over which system calls were counted: the window where that is not known.
[[nodiscard]] double observed_seconds(const Facts& facts);
[[nodiscard]] double per_second(std::uint64_t events, const Facts& facts);
[[nodiscard]] bool window_is_long_enough(const Facts& facts);
[[nodiscard]] bool is_warming_up(const Facts& facts);

// What is not there was not made: no filter left it out.
[[nodiscard]] bool counts_all_calls(const Facts& facts);
// Calls are compared with those of them that failed: not when only failed ones were counted.
[[nodiscard]] bool counts_successes(const Facts& facts);
// What was not seen in slices of the window hardly happened at all.
[[nodiscard]] bool silence_tells(const Facts& facts);
// Time in calls is the target's own, without what a tracer added.
[[nodiscard]] bool times_are_own(const Facts& facts);

// Whether time that was lost is worth a warning. Unknown time is not.
[[nodiscard]] Severity severity_of_cpu_time(std::optional<std::chrono::nanoseconds> lost,
                                            const Facts& facts);
[[nodiscard]] Severity severity_of_thread_time(std::optional<std::chrono::nanoseconds> lost,
                                               const Facts& facts);

using Names = std::initializer_list<std::string_view>;

using Interval = sections::intervals::Interval;
// Whether it is so in more than half of the intervals of which `holds` can tell (nullopt: of this
// one not). A guard: where nothing is known of any it holds no rule back.
[[nodiscard]] bool in_most_intervals(
    const Facts& facts, const std::function<std::optional<bool>(std::size_t index)>& holds);
// Whether calls of these names came at that rate, or faster, in most intervals. The same.
[[nodiscard]] bool in_most_intervals(const Facts& facts, Names names, double calls_per_second);

// What a number was at the window's two ends, when it grew all the way: in four of five intervals
// and in the last one, and never shrank below where it began. nullopt: it did not, or is unknown.
struct Growth {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};
[[nodiscard]] std::optional<Growth> grows_throughout(
    const Facts& facts, std::optional<std::uint64_t> at_start,
    std::optional<std::uint64_t> Interval::*number);

using Thread = sections::threads::Thread;
// Of one CPU: what it used, and what it would have used had others not been in its way.
[[nodiscard]] double wanted_cpu(const Thread& thread);
// Calls are not known by thread and name. Of `calls` system calls of one kind this thread made at
// least so many: what it made beyond all calls of other kinds.
[[nodiscard]] std::uint64_t surely_made(const Thread& thread, std::uint64_t calls,
                                        const Facts& facts);
// CPU time of the threads nine tenths of whose calls are surely such ones: of a loop around them.
[[nodiscard]] std::chrono::nanoseconds cpu_of_loops_around(std::uint64_t calls, const Facts& facts);
// Of time in calls, what no wait for a CPU explains: a thread that has been woken is in its call
// until it comes to one. At least so much.
[[nodiscard]] std::chrono::nanoseconds without_waits_for_cpu(std::chrono::nanoseconds time,
                                                             const Facts& facts);
// How many threads made a call. Unknown where that was not counted.
[[nodiscard]] std::optional<std::size_t> calling_threads(const Facts& facts);
// A cell of the table of threads.
[[nodiscard]] report::Evidence cite(const Thread& thread, std::string_view column,
                                    report::Value value);

struct CallTotals {
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  std::uint64_t restarts = 0;
  std::optional<std::uint64_t> zeros;  // returned 0; unknown where one of them does not tell
  std::chrono::nanoseconds time{0};    // wall time, over all threads
  Histogram latency;
};

// Of the calls of these names, over all ABIs.
[[nodiscard]] CallTotals calls_of(const Facts& facts, Names names);

using ErrorRow = sections::errors::Row;

// The failures of these kinds, most frequent first. No names: of all system calls.
[[nodiscard]] std::vector<const ErrorRow*> failures(const Facts& facts,
                                                    std::initializer_list<int> errnos,
                                                    Names names = {});
[[nodiscard]] std::uint64_t count(const std::vector<const ErrorRow*>& rows);

// "accept4 failed 998 times with EMFILE", and " (fd 3)" where an example is known.
[[nodiscard]] std::string describe(const ErrorRow& row);
[[nodiscard]] report::Evidence cite(const ErrorRow& row);
// A cell of the table of system calls.
[[nodiscard]] report::Evidence cite_calls(std::string_view syscall, std::uint64_t calls);
// Of those of these names that were called, most calls first.
[[nodiscard]] std::vector<const sections::syscalls::Row*> called(const Facts& facts, Names names);
[[nodiscard]] std::vector<report::Evidence> cite_calls(const Facts& facts, Names names);

// "1 thread", "2 threads".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

}  // namespace debug_process::diagnosis
