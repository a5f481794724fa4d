// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/per_cpu.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <numeric>
#include <vector>

namespace debug_process::trace::bpf {

std::uint64_t sum_over_cpus(const bpf_map* map) {
  const int cpus = ::libbpf_num_possible_cpus();
  if (cpus <= 0) return 0;
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(cpus));
  const std::uint32_t index = 0;
  if (::bpf_map_lookup_elem(bpf_map__fd(map), &index, counts.data()) != 0) return 0;
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

}  // namespace debug_process::trace::bpf
