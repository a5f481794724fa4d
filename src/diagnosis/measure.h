// What many rules ask of the facts, and the guards they share.
//
// A finding cites a metric as "<section>.<key>" and a cell of a table as
// "<section>.<table>[<row>].<column>". SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "diagnosis/rule.h"

namespace debug_process::diagnosis {

// Rates over less are chance: a burst of a few milliseconds would pass for a storm.
inline constexpr std::chrono::seconds kShortestWindow{2};
// Below this many events a share of them means nothing.
inline constexpr std::uint64_t kFewestEvents = 100;
// A younger process loads libraries, fills caches and touches its memory for the first time.
inline constexpr std::chrono::seconds kWarmUp{10};

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

using Names = std::initializer_list<std::string_view>;

struct CallTotals {
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  std::uint64_t restarts = 0;
  std::chrono::nanoseconds time{0};  // wall time, over all threads
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

// "1 thread", "2 threads".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

}  // namespace debug_process::diagnosis
