// SPDX-License-Identifier: Apache-2.0
#include "proc/cgroup_place.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "proc/text.h"

namespace debug_process::proc {
namespace {

constexpr std::string_view kOutside = "/..";

const CgroupEntry* entry_of(const Cgroup& cgroup, std::string_view controller) {
  const CgroupEntry* unified = nullptr;
  for (const CgroupEntry& entry : cgroup.entries) {
    const auto& names = entry.controllers;
    if (names.empty()) unified = &entry;
    if (!controller.empty() && std::find(names.begin(), names.end(), controller) != names.end())
      return &entry;
  }
  return unified;
}

// Where the hierarchy may be mounted, by custom. Controllers that share one are mounted under all
// of their names, and often linked from each.
std::vector<std::string> mounts_of(const CgroupEntry& entry, std::string_view controller) {
  if (entry.controllers.empty()) return {"unified", "."};
  return {fmt::format("{}", fmt::join(entry.controllers, ",")), std::string(controller)};
}

// Never by reading it: the kernel would put the numbers of all its processes in order.
bool is_group(const Procfs& files, const std::string& directory) {
  return files.exists(directory + "/cgroup.procs");
}

bool holds(const Procfs& files, const std::string& directory, pid_t pid) {
  const auto text = files.read(directory + "/cgroup.procs");
  if (!text) return false;
  Lines lines(*text);
  for (std::string_view line; lines.next(line);)
    if (to_number<pid_t>(line) == pid) return true;
  return false;
}

std::string below(const std::string& mount, std::string_view path) {
  return path == "/" || path.empty() ? mount : mount + std::string(path);
}

// The part of `path` that is visible below `mount`: all of it on a host; in a container what is
// left of it behind the container's own group.
std::optional<std::string> visible_part(const Procfs& files, const std::string& mount,
                                        std::string_view path, pid_t pid) {
  if (!path.starts_with(kOutside) && is_group(files, below(mount, path))) return std::string(path);
  while (!path.empty()) {
    const auto slash = path.find('/', 1);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
    if (holds(files, below(mount, path), pid)) return std::string(path.empty() ? "/" : path);
  }
  return std::nullopt;
}

CgroupPlace place_of(const std::string& mount, std::string path, bool unified) {
  CgroupPlace place;
  place.unified = unified;
  while (path.size() > 1) {
    place.groups.push_back({below(mount, path), path});
    path.resize(path.rfind('/'));
  }
  place.groups.push_back({mount, "/"});
  return place;
}

}  // namespace

Result<CgroupPlace> find_cgroup(const Procfs& files, const Cgroup& cgroup,
                                std::string_view controller, pid_t pid) {
  const CgroupEntry* entry = entry_of(cgroup, controller);
  if (entry == nullptr) return CgroupPlace{};
  const std::string what = fmt::format("the {} cgroup of {}", controller, pid);
  for (const std::string& mount : mounts_of(*entry, controller)) {
    if (!is_group(files, mount)) continue;
    if (const auto path = visible_part(files, mount, entry->path, pid))
      return place_of(mount, *path, entry->controllers.empty());
  }
  return fail({"find", what, 0,
               fmt::format("{} is not to be seen below {}", entry->path, files.root()),
               "look from the host, or mount its cgroups"});
}

}  // namespace debug_process::proc
