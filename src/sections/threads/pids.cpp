// SPDX-License-Identifier: Apache-2.0
#include "sections/threads/pids.h"

#include <fmt/format.h>

#include "proc/cgroup.h"
#include "proc/cgroup_files.h"
#include "proc/cgroup_place.h"

namespace debug_process::sections::threads {
namespace {

double used(const Pids& pids) {
  return static_cast<double>(*pids.current) / static_cast<double>(*pids.limit);
}

}  // namespace

Pids read_pids(const Source& source) {
  Pids nearest;
  const proc::Procfs files(source.cgroup_root);
  const auto cgroup =
      source.procfs.read(fmt::format("{}/cgroup", source.pid)).and_then(proc::parse_cgroup);
  if (!cgroup) return nearest;
  const auto place = proc::find_cgroup(files, *cgroup, "pids", source.pid);
  if (!place) return nearest;
  for (const proc::CgroupGroup& group : place->groups) {
    // Plain numbers, or "max", as limits of memory are.
    const auto read = [&](const char* file) {
      return files.read(group.directory + "/" + file).and_then(proc::parse_cgroup_limit);
    };
    const auto limit = read("pids.max");
    const auto current = read("pids.current");
    if (!limit || !*limit || (*limit)->value == 0 || !current || !*current) continue;
    const Pids pids{(*current)->value, (*limit)->value, group.name};
    if (!nearest.limit || used(pids) > used(nearest)) nearest = pids;
  }
  return nearest;
}

}  // namespace debug_process::sections::threads
