// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/filter.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <numeric>
#include <vector>

#include "syscall_stats.skel.h"

namespace debug_process::trace::bpf {

std::uint64_t passed_calls(const syscall_stats_bpf& skeleton) {
  const int cpus = ::libbpf_num_possible_cpus();
  if (cpus <= 0) return 0;
  std::vector<std::uint64_t> passed(static_cast<std::size_t>(cpus));
  const std::uint32_t index = 0;
  if (::bpf_map_lookup_elem(bpf_map__fd(skeleton.maps.dp_passed), &index, passed.data()) != 0)
    return 0;
  return std::accumulate(passed.begin(), passed.end(), std::uint64_t{0});
}

}  // namespace debug_process::trace::bpf
