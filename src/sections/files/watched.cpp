// SPDX-License-Identifier: Apache-2.0
#include "sections/files/watched.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "proc/mountinfo.h"
#include "sections/files/detail.h"
#include "sections/files/handle_paths.h"

namespace debug_process::sections::files {
namespace {

constexpr std::size_t kNamed = 3;

// "watches 3 socket, 5 pipe and 7 more"; the rest as it comes from `describe`.
template <typename Describe>
std::string list(const std::vector<Watched>& watched, Describe describe) {
  if (watched.empty()) return "watches nothing";
  std::string text;
  for (std::size_t i = 0; i < std::min(watched.size(), kNamed); ++i)
    append(text, describe(watched[i]));
  if (watched.size() > kNamed) text += fmt::format(" and {} more", watched.size() - kNamed);
  return "watches " + text;
}

class Finder {
 public:
  Finder(const Source& source, const proc::FdTable& table, const Fdinfos& infos,
         const std::vector<File>& files)
      : source_(source), table_(table), infos_(infos), files_(files) {
    for (const File& file : files) by_fd_.emplace(file.fd, &file);
  }

  [[nodiscard]] std::vector<Watched> of_epoll(int by, const proc::Fdinfo& info) const {
    std::vector<Watched> all;
    all.reserve(info.epoll_targets.size());
    for (const proc::EpollTarget& target : info.epoll_targets) {
      Watched& watched = all.emplace_back();
      watched.by = by;
      watched.fd = target.fd;
      watched.inode = target.inode;
      if (target.device) watched.device = to_text(*target.device);
      const auto file = by_fd_.find(target.fd);
      watched.gone = file == by_fd_.end() ||
                     (file->second->inode && target.inode && *file->second->inode != *target.inode);
      if (watched.gone) continue;
      watched.type = file->second->type;
      watched.path = file->second->path;
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Watched& a, const Watched& b) { return a.fd < b.fd; });
    return all;
  }

  [[nodiscard]] std::vector<Watched> of_file_system(int by, const proc::Fdinfo& info) {
    read_mounts();
    std::vector<Watched> all;
    all.reserve(info.watches.size());
    std::vector<proc::FsWatch> unnamed;
    std::vector<std::size_t> unnamed_at;
    for (const proc::FsWatch& watch : info.watches) {
      Watched& watched = all.emplace_back();
      watched.by = by;
      watched.inode = watch.inode;
      if (watch.device) watched.device = to_text(*watch.device);
      if (watch.inode) {
        watched.path = open_path_of(watch);
        if (!watched.path.empty()) continue;
        unnamed.push_back(watch);
        unnamed_at.push_back(all.size() - 1);
      } else {
        watched.type = watch.mount_id ? "mount" : "file system";
        watched.path = mount_point_of(watch);
      }
    }
    if (!handles_) handles_.emplace(source_, table_.base, *mounts_);
    const std::vector<std::string> paths = handles_->find(unnamed);
    for (std::size_t i = 0; i < paths.size(); ++i) all[unnamed_at[i]].path = paths[i];
    return all;
  }

  [[nodiscard]] std::string describe_target(const Watched& watched) const {
    if (!watched.gone) return fmt::format("{} {}", *watched.fd, watched.type);
    return fmt::format("{} ({})", *watched.fd,
                       by_fd_.contains(*watched.fd) ? "another file now" : "closed");
  }

 private:
  using Key = std::pair<proc::Device, std::uint64_t>;

  void read_mounts() {
    if (mounts_) return;
    mounts_ = source_.procfs.read(table_.base + "/mountinfo")
                  .and_then(proc::parse_mountinfo)
                  .value_or(std::vector<proc::Mount>{});
    std::map<std::uint64_t, proc::Device> devices;
    for (const proc::Mount& mount : *mounts_) devices.emplace(mount.id, mount.device);
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const File& file = files_[i];
      if (!file.inode || (file.type != "file" && file.type != "directory")) continue;
      std::optional<proc::Device> device;
      const auto info = infos_.find(file.fd);
      if (table_.fds[i].open_file) {
        device = table_.fds[i].open_file->device;
      } else if (info != infos_.end() && info->second.mount_id) {
        const auto known = devices.find(*info->second.mount_id);
        if (known != devices.end()) device = known->second;
      }
      if (device) open_.emplace(Key{*device, *file.inode}, &file);
    }
  }

  [[nodiscard]] std::string open_path_of(const proc::FsWatch& watch) const {
    if (!watch.device) return {};
    const auto open = open_.find({*watch.device, *watch.inode});
    return open == open_.end() ? "" : open->second->path;
  }

  [[nodiscard]] std::string mount_point_of(const proc::FsWatch& watch) const {
    const auto mount =
        std::find_if(mounts_->begin(), mounts_->end(), [&watch](const proc::Mount& one) {
          return watch.mount_id ? one.id == *watch.mount_id : one.device == watch.device;
        });
    return mount == mounts_->end() ? "" : mount->point;
  }

  const Source& source_;
  const proc::FdTable& table_;
  const Fdinfos& infos_;
  const std::vector<File>& files_;
  std::unordered_map<int, const File*> by_fd_;
  std::optional<std::vector<proc::Mount>> mounts_;
  std::map<Key, const File*> open_;
  std::optional<HandlePaths> handles_;
};

std::string describe_watch(const Watched& watched) {
  if (watched.inode && !watched.path.empty()) return watched.path;
  if (watched.inode) return fmt::format("inode {} on {}", *watched.inode, watched.device);
  const std::string what = watched.path.empty() ? watched.device : watched.path;
  return what.empty() ? watched.type : fmt::format("{} {}", watched.type, what);
}

}  // namespace

void add_watched(const Source& source, const proc::FdTable& table, const Fdinfos& infos,
                 Facts& facts) {
  Finder finder(source, table, infos, facts.files);
  for (File& file : facts.files) {
    const auto info = infos.find(file.fd);
    if (info == infos.end()) continue;
    std::vector<Watched> watched;
    std::string text;
    if (file.type == "eventpoll") {
      watched = finder.of_epoll(file.fd, info->second);
      text = list(watched,
                  [&finder](const Watched& target) { return finder.describe_target(target); });
    } else if (file.type == "inotify" || file.type == "fanotify") {
      watched = finder.of_file_system(file.fd, info->second);
      text = list(watched, describe_watch);
    }
    append(file.detail, text);
    facts.watched.insert(facts.watched.end(), watched.begin(), watched.end());
  }
}

}  // namespace debug_process::sections::files
