// Where the control group of a process lies, for one controller: cgroups(7). v1 has a hierarchy for
// each controller, v2 one for all, and hybrid hosts both. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "proc/cgroup.h"
#include "proc/procfs.h"
#include "util/result.h"

namespace debug_process::proc {

struct CgroupGroup {
  std::string directory;  // below the root where cgroups are mounted: "memory/user.slice"
  std::string name;       // from the root of its hierarchy: "/user.slice"
};

struct CgroupPlace {
  bool unified = false;  // v2
  // Its own first, then those above it, the hierarchy's root last. None where no hierarchy has the
  // controller: then it limits nobody.
  std::vector<CgroupGroup> groups;
};

// `files` is rooted at the mount point, usually /sys/fs/cgroup. An empty controller asks for the
// unified hierarchy, whatever controllers are in it: that is where pressure is told. In a container
// the visible tree may begin at the process's own group or above it: such a place is believed only
// where its cgroup.procs names the process.
[[nodiscard]] Result<CgroupPlace> find_cgroup(const Procfs& files, const Cgroup& cgroup,
                                              std::string_view controller, pid_t pid);

}  // namespace debug_process::proc
