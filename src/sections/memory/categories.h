// What a mapping is for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "proc/maps.h"

namespace debug_process::sections::memory {

// Threads' stack pointers, ascending.
using StackPointers = std::vector<std::uint64_t>;

// One of the categories that facts.h lists. A thread's stack is told by its stack pointer, which is
// known of sleeping threads only: the stack of one that runs counts as anonymous.
[[nodiscard]] std::string_view category_of(const proc::Map& map,
                                           const StackPointers& stack_pointers);

}  // namespace debug_process::sections::memory
