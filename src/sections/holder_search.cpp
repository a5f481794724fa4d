// SPDX-License-Identifier: Apache-2.0
#include "sections/holder_search.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "proc/fdinfo.h"
#include "sections/reasons.h"

namespace debug_process::sections {
namespace {

// Parents, children and the rest of a service have numbers nearby.
std::vector<pid_t> nearest_first(const Source& source) {
  std::vector<pid_t> pids = source.procfs.list_numbers("").value_or(std::vector<int>{});
  std::stable_sort(pids.begin(), pids.end(), [&source](pid_t a, pid_t b) {
    return std::abs(a - source.pid) < std::abs(b - source.pid);
  });
  return pids;
}

// The link's own mode says how the file was opened; the file is not touched.
bool is_end(const std::string& link, End end) {
  if (end == End::any) return true;
  struct stat info {};
  if (::lstat(link.c_str(), &info) != 0) return false;
  return (info.st_mode & (end == End::reads ? S_IRUSR : S_IWUSR)) != 0;
}

}  // namespace

void HolderSearch::look_for(const std::string& link, End end,
                            std::optional<std::pair<std::uint64_t, std::uint64_t>> file) {
  std::vector<Wanted>& all = wanted_[link];
  const bool known = std::any_of(all.begin(), all.end(),
                                 [end](const Wanted& wanted) { return wanted.end == end; });
  if (known) return;
  all.push_back({end, file, std::nullopt});
  ++missing_;
}

void HolderSearch::add_own(const std::string& link) {
  if (!target_) target_ = Holder{source_.pid, name_of(source_.pid)};
  wanted_[link].push_back({End::any, std::nullopt, target_});
}

void HolderSearch::run(Among among) {
  deadline_ = Clock::now() + limit_;
  if (missing_ == 0) return;
  for (const pid_t pid : nearest_first(source_)) {
    if (missing_ == 0 || is_late()) break;
    if (among == Among::all || pid != source_.pid) look_at(pid);
  }
}

const Holder* HolderSearch::find(const std::string& link, End end) const {
  const auto all = wanted_.find(link);
  if (all == wanted_.end()) return nullptr;
  const auto wanted = std::find_if(all->second.begin(), all->second.end(),
                                   [end](const Wanted& one) { return one.end == end; });
  return wanted != all->second.end() && wanted->found ? &*wanted->found : nullptr;
}

void HolderSearch::add_gap(const std::string& what, Completeness& completeness) const {
  if (out_of_time_) {
    completeness.add_gap(fmt::format("{}: not found within {}", what, format_duration(limit_)));
  } else if (refused_ > 0) {
    completeness.add_gap(
        fmt::format("{}: not among those whose descriptors may be read: run with sudo", what));
  }
}

void HolderSearch::look_at(pid_t pid) {
  const std::string folder = fmt::format("{}/fd", pid);
  const auto fds = source_.procfs.list(folder);
  if (!fds) {
    if (is_refused(fds.error())) ++refused_;
    return;
  }
  for (const std::string& fd : *fds) {
    if (missing_ == 0 || is_late()) return;
    const auto link = source_.procfs.read_link(fmt::format("{}/{}", folder, fd));
    if (!link) continue;
    const auto all = wanted_.find(*link);
    if (all != wanted_.end()) look_at(pid, fd, all->second);
  }
}

void HolderSearch::look_at(pid_t pid, const std::string& fd, std::vector<Wanted>& all) {
  for (Wanted& wanted : all) {
    if (wanted.found) continue;
    if (!is_end(fmt::format("{}/{}/fd/{}", source_.procfs.root(), pid, fd), wanted.end)) continue;
    if (wanted.file) {
      const auto info =
          source_.procfs.read(fmt::format("{}/fdinfo/{}", pid, fd)).and_then(proc::parse_fdinfo);
      if (!info || info->mount_id != wanted.file->first || info->inode != wanted.file->second)
        continue;
    }
    wanted.found = Holder{pid, name_of(pid)};
    --missing_;
  }
}

bool HolderSearch::is_late() {
  if (!out_of_time_) out_of_time_ = Clock::now() > deadline_;
  return out_of_time_;
}

std::string HolderSearch::name_of(pid_t pid) const {
  std::string name = source_.procfs.read(fmt::format("{}/comm", pid)).value_or("");
  if (name.ends_with('\n')) name.pop_back();
  return name;
}

}  // namespace debug_process::sections
