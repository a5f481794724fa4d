// Which futex is a lock that threads queue for. What two rules share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diagnosis/measure.h"

namespace debug_process::diagnosis {

using Futex = sections::syscalls::Futex;

// That with most time waited, of those that are surely locks; null: there is none. The threads
// that wait for a lock give it away later, and wake the next one each. Those that wait for work
// are woken by others, and those that meet at a barrier are woken all at once.
[[nodiscard]] const Futex* contended_lock(const Facts& facts);

// Of the time of the threads that waited for it.
[[nodiscard]] double waiting_share(const Futex& lock, const Facts& facts);

// A cell of the table of futexes.
[[nodiscard]] report::Evidence cite(const Futex& futex, std::string_view column,
                                    report::Value value);

}  // namespace debug_process::diagnosis
