// /proc/PID/smaps and smaps_rollup: proc(5), the kernel's show_smap() and show_smaps_rollup().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "proc/maps.h"
#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

// Of one mapping in smaps, of the whole process in smaps_rollup. Kinds this kernel does not know
// are 0.
struct MapUsage {
  Bytes rss;
  Bytes pss;  // each page divided by the number of those who have it mapped
  Bytes shared_clean;
  Bytes shared_dirty;
  Bytes private_clean;
  Bytes private_dirty;
  Bytes anonymous;
  Bytes anonymous_huge;   // of rss: transparent huge pages
  Bytes shared_hugetlb;   // not part of rss
  Bytes private_hugetlb;  // not part of rss
  Bytes swap;
};

struct Smap {
  Map map;
  MapUsage usage;
};

// Both make the kernel walk all page tables under the target's mmap_lock: see the memory section's
// budget.
[[nodiscard]] Result<std::vector<Smap>> parse_smaps(std::string_view text);
[[nodiscard]] Result<MapUsage> parse_smaps_rollup(std::string_view text);

}  // namespace debug_process::proc
