// What a mapping is for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "proc/maps.h"

namespace debug_process::sections::memory {

// What has to be known beside a mapping; both ascending.
struct Landmarks {
  std::vector<std::uint64_t> stack_pointers;  // of threads
  std::vector<std::uint64_t> arenas;          // starts of mappings that begin one
};

// glibc gives each malloc arena beyond [heap] 64 MiB of address space that begin at a multiple of
// that, of which it opens as much as it needs and leaves the rest PROT_NONE; Go's heap does the
// same.
[[nodiscard]] std::vector<std::uint64_t> find_arenas(const std::vector<const proc::Map*>& maps);

// One of the categories that facts.h lists. A thread's stack is told by its stack pointer, which is
// known of sleeping threads only: the stack of one that runs counts as anonymous.
[[nodiscard]] std::string_view category_of(const proc::Map& map, const Landmarks& landmarks);

}  // namespace debug_process::sections::memory
