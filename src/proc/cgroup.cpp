// SPDX-License-Identifier: Apache-2.0
#include "proc/cgroup.h"

#include <algorithm>

#include "proc/text.h"

namespace debug_process::proc {
namespace {

// 0::/system.slice/docker-<64 hex digits>.scope
// 4:memory:/kubepods/burstable/pod<uid>/<64 hex digits>
// 9:name=systemd:/
//
// A path may hold colons of its own; controllers cannot.

constexpr std::size_t kIdLength = 64;

struct Prefix {
  std::string_view prefix;
  std::string_view runtime;
};
// What stands before the id in one name. crio-conmon and libpod-conmon are monitors, outside of the
// container.
constexpr Prefix kPrefixes[] = {{"docker-", "docker"},      {"cri-containerd-", "containerd"},
                                {"nerdctl-", "containerd"}, {"crio-", "cri-o"},
                                {"libpod-", "podman"},      {"", ""}};
// What stands in the path above a name that is the bare id.
constexpr Prefix kParents[] = {{"docker", "docker"},
                               {"libpod_parent", "podman"},
                               {"kubepods", "kubernetes"},
                               {"ecs", "ecs"},
                               {"default", "containerd"}};

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
  return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

std::string_view runtime_above(std::string_view parents) {
  for (const Prefix& parent : kParents) {
    const auto at = parents.find(parent.prefix);
    if (at != std::string_view::npos && at > 0 && parents[at - 1] == '/') return parent.runtime;
  }
  return {};
}

// containerd's systemd driver without systemd writes slice:prefix:id.
std::optional<Container> from_triple(std::string_view name) {
  const auto second = name.rfind(':');
  if (second == std::string_view::npos || name.size() - second - 1 != kIdLength)
    return std::nullopt;
  const std::string_view id = name.substr(second + 1);
  if (!is_hex(id)) return std::nullopt;
  const std::string_view before = name.substr(0, second);
  const std::string_view prefix = before.substr(before.rfind(':') + 1);
  return Container{std::string(id), prefix == "crio"             ? "cri-o"
                                    : prefix == "cri-containerd" ? "containerd"
                                    : prefix == "docker"         ? "docker"
                                                                 : ""};
}

std::optional<Container> from_name(std::string_view name, std::string_view parents) {
  name = without_suffix(name, ".scope");
  if (auto container = from_triple(name)) return container;
  if (name.size() >= kIdLength) {
    const std::string_view id = name.substr(name.size() - kIdLength);
    const std::string_view before = name.substr(0, name.size() - kIdLength);
    if (is_hex(id)) {
      for (const Prefix& known : kPrefixes) {
        if (before != known.prefix) continue;
        return Container{std::string(id), std::string(known.runtime.empty() ? runtime_above(parents)
                                                                            : known.runtime)};
      }
    }
  }
  if (name.starts_with("lxc.payload.")) return Container{std::string(name.substr(12)), "lxc"};
  if (parents.ends_with("/lxc") || parents == "/lxc") return Container{std::string(name), "lxc"};
  if (parents.ends_with("/machine.slice") && name.starts_with("machine-")) {
    return Container{std::string(name.substr(8)), "systemd-nspawn"};
  }
  // Fargate: /ecs/<task id>/<task id>-<number>
  const auto dash = name.find('-');
  if (parents.starts_with("/ecs/") && dash == 32 && is_hex(name.substr(0, dash))) {
    return Container{std::string(name), "ecs"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> Cgroup::path() const {
  const CgroupEntry* unified = nullptr;
  const CgroupEntry* memory = nullptr;
  const CgroupEntry* longest = nullptr;
  for (const CgroupEntry& entry : entries) {
    const auto& names = entry.controllers;
    if (names.empty()) unified = &entry;
    if (std::find(names.begin(), names.end(), "memory") != names.end()) memory = &entry;
    if (longest == nullptr || entry.path.size() > longest->path.size()) longest = &entry;
  }
  if (unified != nullptr && (unified->path != "/" || entries.size() == 1)) return unified->path;
  if (memory != nullptr && memory->path != "/") return memory->path;
  if (longest != nullptr) return longest->path;
  return std::nullopt;
}

Result<Cgroup> parse_cgroup(std::string_view text) {
  Cgroup cgroup;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    const auto first = line.find(':');
    const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos)
      return malformed("cgroup", lines.number(), "not three parts");
    const auto hierarchy = to_number<int>(line.substr(0, first));
    if (!hierarchy) return malformed("cgroup", lines.number(), "the hierarchy is no number");
    CgroupEntry entry{*hierarchy, {}, std::string(line.substr(second + 1))};
    std::string_view controllers = line.substr(first + 1, second - first - 1);
    while (!controllers.empty()) {
      const auto comma = controllers.find(',');
      entry.controllers.emplace_back(controllers.substr(0, comma));
      controllers =
          comma == std::string_view::npos ? std::string_view() : controllers.substr(comma + 1);
    }
    cgroup.entries.push_back(std::move(entry));
  }
  return cgroup;
}

std::optional<Container> container_of(std::string_view cgroup_path) {
  // From the leaf upwards: a container's own init may have made groups of its own below.
  while (!cgroup_path.empty()) {
    const auto slash = cgroup_path.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view name = cgroup_path.substr(slash + 1);
    cgroup_path = cgroup_path.substr(0, slash);
    if (name.empty()) continue;
    if (auto container = from_name(name, cgroup_path)) return container;
  }
  return std::nullopt;
}

}  // namespace debug_process::proc
