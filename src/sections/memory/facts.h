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
  // "heap", "arena" (malloc's beyond the heap), "anonymous", "stack" (the main thread's), "thread
  // stack", "file text", "file data",
  // "shared memory", "hugetlb", "jit" (executable anonymous), "reserved" (PROT_NONE, no memory
  // behind it), "named anonymous", "vdso", "other"
  std::string category;
  std::string path;  // "" where the kernel gives none
  std::uint64_t count = 0;
  Bytes size;                // of address space
  std::optional<Bytes> rss;  // unknown when smaps was not read
  std::optional<Bytes> pss;
  std::optional<Bytes> swap;
};

// All mappings of one category together.
struct Category {
  std::string name;
  std::uint64_t count = 0;
  Bytes size;
  std::optional<Bytes> rss;
  std::optional<Bytes> pss;
  std::optional<Bytes> swap;
};

// Of RSS over the window, in bytes a second; shrinking is negative.
struct Growth {
  std::size_t samples = 0;
  Rate per_s;
  Rate low_per_s;  // with the next: 95 of 100 such intervals hold the true slope
  Rate high_per_s;
};

// What the process's cgroup and those above it allow.
struct Limit {
  std::optional<bool> limited;      // unknown when no cgroup could be read
  std::optional<Bytes> limit;       // the lowest of them
  std::string group;                // whose limit that is
  std::optional<Bytes> current;     // of that group: what counts against the limit
  std::optional<Bytes> used;        // of `current`, without the file cache that is given back first
  std::optional<Ratio> used_ratio;  // of the limit
  // Of `used`: the file cache that is in use, which is given back too before anybody is killed.
  std::optional<Bytes> active_file;
  std::optional<Bytes> headroom;       // the least that any of the groups has left
  std::optional<Bytes> soft_limit;     // v2's memory.high, the lowest
  std::optional<Bytes> swap_limit;     // the lowest
  bool swap_limit_is_of_both = false;  // v1: of memory and swap together
  std::string own_group;
  std::optional<Bytes> own_current;
  // Over the window.
  std::optional<std::uint64_t> limit_hits;       // of the group that had most
  std::optional<std::uint64_t> soft_limit_hits;  // of its own group, as all below
  std::optional<std::uint64_t> oom_kills;
  std::optional<std::uint64_t> oom_kills_ever;
  std::optional<Ratio> pressure_some;
  std::optional<Ratio> pressure_full;
};

// As it was when the window began.
struct Start {
  std::optional<Bytes> rss;
  std::optional<Bytes> rss_peak;
  std::optional<Bytes> anonymous;
  std::optional<Bytes> file;
  std::optional<Bytes> shared;
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
  std::optional<Bytes> anonymous_huge;  // of rss, in transparent huge pages
  // What status calls resident, less the sum over all mappings: the two are read one after the
  // other, and status is a few pages a CPU behind.
  std::optional<std::int64_t> unaccounted;
  // From maps: address space of [heap] and of all stacks.
  std::optional<Bytes> heap_size;
  std::optional<Bytes> stack_size;
  std::optional<std::uint64_t> mapping_count;
  // Within the window.
  std::optional<std::uint64_t> page_faults_minor;
  std::optional<std::uint64_t> page_faults_major;
  std::optional<Growth> growth;  // unknown with fewer than five samples
  std::optional<Start> start;    // unknown for a command: it began with the window
  std::optional<std::int64_t> oom_score;
  std::optional<std::int64_t> oom_score_adj;
  Limit limit;
  std::vector<Category> categories;  // in the order of mappings
  std::vector<Mapping> mappings;     // by rss, or by size where rss is unknown
  std::optional<std::chrono::nanoseconds>
      smaps_estimate;  // how long reading smaps was expected to hold the target's lock
};

}  // namespace debug_process::sections::memory
