// /proc/PID/cgroup: cgroups(7), the kernel's proc_cgroup_show(); and which container a path belongs
// to. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace debug_process::proc {

struct CgroupEntry {
  int hierarchy = 0;                     // 0: the unified one (v2)
  std::vector<std::string> controllers;  // "memory", "name=systemd"; empty for v2
  std::string path;  // from the root of the reader's cgroup namespace: "/../x" is outside of it
};

struct Cgroup {
  std::vector<CgroupEntry> entries;

  // The path a person means. v2's, unless that hierarchy is unused beside v1's (hybrid): then the
  // memory controller's, and failing that the longest. nullopt when there are no entries.
  [[nodiscard]] std::optional<std::string> path() const;
};

[[nodiscard]] Result<Cgroup> parse_cgroup(std::string_view text);

struct Container {
  std::string id;       // as the runtime's tools show it
  std::string runtime;  // "docker", "containerd", "cri-o", "podman", "kubernetes", "lxc",
                        // "systemd-nspawn"; "" when unknown
};

// Knows the paths that Docker, containerd, CRI-O, Podman, Kubernetes, LXC and ECS make, with the
// cgroupfs and the systemd driver. nullopt: no container that is known by its path.
[[nodiscard]] std::optional<Container> container_of(std::string_view cgroup_path);

}  // namespace debug_process::proc
