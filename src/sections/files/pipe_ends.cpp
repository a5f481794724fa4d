// SPDX-License-Identifier: Apache-2.0
#include "sections/files/pipe_ends.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string_view>

#include "proc/fdinfo.h"
#include "proc/living.h"

namespace debug_process::sections::files {
namespace {

bool reads(const File& file) {
  return file.mode.find('r') != std::string::npos;
}

bool writes(const File& file) {
  return file.mode.find('w') != std::string::npos;
}

End end_of(const OtherEnd& other) {
  return other.reads ? End::reads : End::writes;
}

bool is_missing(const File& file) {
  return file.other_end && !file.other_end->fd;
}

}  // namespace

void find_own_ends(std::vector<File>& files) {
  // By their links' texts, which for a named one is its path.
  std::map<std::string_view, int> readers;
  std::map<std::string_view, int> writers;
  for (const File& file : files) {
    if (file.type != "pipe") continue;
    if (reads(file)) readers.emplace(file.path, file.fd);
    if (writes(file)) writers.emplace(file.path, file.fd);
  }
  for (File& file : files) {
    // One that is opened for both, or for none (O_PATH), has no other end.
    if (file.type != "pipe" || reads(file) == writes(file)) continue;
    OtherEnd& other = file.other_end.emplace();
    other.reads = writes(file);
    const auto& own = other.reads ? readers : writers;
    if (const auto found = own.find(file.path); found != own.end()) other.fd = found->second;
  }
}

void look_for_ends(const Source& source, const Facts& facts, HolderSearch& search) {
  for (const File& file : facts.files) {
    if (!is_missing(file)) continue;
    if (!file.path.starts_with('/')) {
      search.look_for(file.path, end_of(*file.other_end));
      continue;
    }
    const auto info = source.procfs
                          .read(fmt::format("{}/fdinfo/{}",
                                            proc::living_base(source.procfs, source.pid), file.fd))
                          .and_then(proc::parse_fdinfo);
    if (info && info->mount_id && info->inode)
      search.look_for(file.path, end_of(*file.other_end), std::pair(*info->mount_id, *info->inode));
  }
}

void add_ends(const HolderSearch& search, Facts& facts) {
  std::set<std::string_view> not_found;
  for (File& file : facts.files) {
    if (!is_missing(file)) continue;
    file.other_end->looked_for = true;
    if (const Holder* holder = search.find(file.path, end_of(*file.other_end)))
      file.other_end->holder = *holder;
    else
      not_found.insert(file.path);
  }
  facts.pipe_ends_not_found = not_found.size();
  if (not_found.empty()) return;
  search.add_gap(fmt::format("the processes at the other end of {} pipe{}", not_found.size(),
                             not_found.size() == 1 ? "" : "s"),
                 facts.completeness);
}

}  // namespace debug_process::sections::files
