// Room for many elements at once. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

namespace debug_process {

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

// For elements that are all written soon. Of a large array the kernel gives all pages in one go
// (Linux 5.14) instead of one for each page fault, which on some virtual machines takes 10 us.
template <typename T>
void reserve_to_fill(std::vector<T>& elements, std::size_t count) {
  constexpr std::size_t kLarge = std::size_t{1} << 20;
  elements.reserve(count);
  const std::size_t bytes = count * sizeof(T);
  if (bytes < kLarge) return;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  // The whole pages within.
  const std::size_t into_page = reinterpret_cast<std::uintptr_t>(elements.data()) % page;
  const std::size_t skipped = (page - into_page) % page;
  char* const first = reinterpret_cast<char*>(elements.data()) + skipped;
  // Refused, the page faults come as ever.
  (void)::madvise(first, (bytes - skipped) / page * page, MADV_POPULATE_WRITE);
}

}  // namespace debug_process
