// What memory the process holds, and what for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sections/completeness.h"
#include "util/units.h"

namespace debug_process::sections::memory {

// All mappings of one category and path together.
struct Mapping {
  // "heap", "anonymous", "stack" (the main thread's), "thread stack", "file text", "file data",
  // "shared memory", "hugetlb", "jit" (executable anonymous), "reserved" (PROT_NONE, no memory
  // behind it), "named anonymous", "vdso", "other"
  std::string category;
  std::string path;  // "" where the kernel gives none
  std::uint64_t count = 0;
  Bytes size;                // of address space
  std::optional<Bytes> rss;  // unknown when smaps was not read
  std::optional<Bytes> pss;
};

struct Facts {
  Completeness completeness;
  // From status: always known, but for kernel threads and zombies, which have none.
  std::optional<Bytes> rss;
  std::optional<Bytes> rss_peak;
  std::optional<Bytes> swap;
  std::optional<Bytes> anonymous;  // resident
  std::optional<Bytes> file;       // resident
  std::optional<Bytes> shared;     // resident shared memory
  std::optional<Bytes> virtual_size;
  std::optional<Bytes> hugetlb;  // not part of rss
  // From smaps, or smaps_rollup when there are very many mappings: unknown when that would stall
  // the target too long.
  std::optional<Bytes> pss;
  std::optional<Bytes> uss;  // private clean and dirty: what ending the process would give back
  // From smaps: resident part of [heap] (brk) and of all stacks. Arenas of malloc beyond [heap]
  // count as anonymous.
  std::optional<Bytes> heap;
  std::optional<Bytes> stack;
  // From maps: address space of [heap] and of all stacks.
  std::optional<Bytes> heap_size;
  std::optional<Bytes> stack_size;
  std::optional<std::uint64_t> mapping_count;
  // Within the window.
  std::optional<std::uint64_t> page_faults_minor;
  std::optional<std::uint64_t> page_faults_major;
  std::vector<Mapping> mappings;  // by rss, or by size where rss is unknown
  std::optional<std::chrono::nanoseconds>
      smaps_estimate;  // how long reading smaps was expected to hold the target's lock
};

}  // namespace debug_process::sections::memory
