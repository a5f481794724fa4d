// SPDX-License-Identifier: Apache-2.0
#include "proc/living.h"

#include <fmt/format.h>

#include "proc/stat.h"

namespace debug_process::proc {
namespace {

bool is_dead(const Procfs& procfs, const std::string& base) {
  const auto text = procfs.read(base + "/stat");
  if (!text) return true;
  const auto stat = parse_stat(*text);
  return !stat || stat->is_dead();
}

}  // namespace

std::string living_base(const Procfs& procfs, pid_t pid) {
  std::string leader = fmt::format("{}", pid);
  if (!is_dead(procfs, leader)) return leader;
  const auto tids = procfs.list_numbers(leader + "/task");
  if (!tids) return leader;
  for (const int tid : *tids) {
    std::string thread = fmt::format("{}/task/{}", pid, tid);
    if (tid != pid && !is_dead(procfs, thread)) return thread;
  }
  return leader;
}

}  // namespace debug_process::proc
