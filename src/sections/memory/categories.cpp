// SPDX-License-Identifier: Apache-2.0
#include "sections/memory/categories.h"

#include <algorithm>

namespace debug_process::sections::memory {
namespace {

bool holds_one(const proc::Map& map, const StackPointers& stack_pointers) {
  const auto at = std::lower_bound(stack_pointers.begin(), stack_pointers.end(), map.start);
  return at != stack_pointers.end() && map.contains(*at);
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

std::string_view category_of(const proc::Map& map, const StackPointers& stack_pointers) {
  const std::string_view path = map.path;
  const bool no_access = !map.readable && !map.writable && !map.executable;
  if (path.starts_with('[')) {
    const std::string_view category = category_of_special(path);
    if (category != "named anonymous") return category;
  }
  if (no_access) return "reserved";
  if (path.empty() || path.starts_with("[anon:")) {
    if (holds_one(map, stack_pointers)) return "thread stack";
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
