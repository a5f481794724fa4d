// SPDX-License-Identifier: Apache-2.0
#include "sections/memory/categories.h"

#include <algorithm>

namespace debug_process::sections::memory {
namespace {

constexpr std::uint64_t kArena = std::uint64_t{64} << 20;

bool holds_one(const proc::Map& map, const std::vector<std::uint64_t>& addresses) {
  const auto at = std::lower_bound(addresses.begin(), addresses.end(), map.start);
  return at != addresses.end() && map.contains(*at);
}

bool is_closed(const proc::Map& map) {
  return !map.readable && !map.writable && !map.executable;
}

bool is_plain_data(const proc::Map& map) {
  return map.readable && map.writable && !map.executable && !map.shared && map.path.empty();
}

std::string_view category_of_special(std::string_view path) {
  if (path == "[heap]") return "heap";
  if (path == "[stack]") return "stack";
  if (path.starts_with("[stack:")) return "thread stack";  // before Linux 4.5
  if (path.starts_with("[anon_shmem:")) return "shared memory";
  if (path.starts_with("[anon:")) return "named anonymous";
  if (path.starts_with("[vdso") || path.starts_with("[vvar") || path.starts_with("[vsyscall"))
    return "vdso";
  return "other";
}

bool is_shared_memory(std::string_view path) {
  return path.starts_with("/memfd:") || path.starts_with("/SYSV") ||
         path.starts_with("/dev/shm/") || path.starts_with("/dev/zero") ||
         path.starts_with("/drm mm object");
}

bool is_hugetlb(std::string_view path) {
  return path.starts_with("/anon_hugepage") || path.starts_with("/dev/hugepages") ||
         path.starts_with("/memfd:hugetlb");
}

}  // namespace

std::vector<std::uint64_t> find_arenas(const std::vector<const proc::Map*>& maps) {
  std::vector<std::uint64_t> arenas;
  for (std::size_t i = 0; i + 1 < maps.size(); ++i) {
    const proc::Map& open = *maps[i];
    const proc::Map& rest = *maps[i + 1];
    if (open.start % kArena != 0 || !is_plain_data(open)) continue;
    const std::uint64_t end = (open.end + kArena - 1) / kArena * kArena;
    if (rest.start == open.end && is_closed(rest) && rest.path.empty() && rest.end >= end)
      arenas.push_back(open.start);
  }
  return arenas;
}

std::string_view category_of(const proc::Map& map, const Landmarks& landmarks) {
  const std::string_view path = map.path;
  const bool no_access = is_closed(map);
  if (path.starts_with('[')) {
    const std::string_view category = category_of_special(path);
    if (category != "named anonymous") return category;
  }
  if (no_access) return "reserved";
  if (path.empty() || path.starts_with("[anon:")) {
    if (holds_one(map, landmarks.stack_pointers)) return "thread stack";
    if (std::binary_search(landmarks.arenas.begin(), landmarks.arenas.end(), map.start))
      return "arena";
    if (map.executable) return "jit";
    if (map.shared) return "shared memory";
    return path.empty() ? "anonymous" : "named anonymous";
  }
  if (is_hugetlb(path)) return "hugetlb";
  if (is_shared_memory(path)) return map.executable ? "jit" : "shared memory";
  if (!path.starts_with('/')) return "other";
  return map.executable ? "file text" : "file data";
}

}  // namespace debug_process::sections::memory
