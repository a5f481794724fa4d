// SPDX-License-Identifier: Apache-2.0
#include "sections/files/handle_paths.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string_view>

#include "util/deadline.h"
#include "util/fd.h"

namespace debug_process::sections::files {
namespace {

using Clock = std::chrono::steady_clock;

// For all of them: only a disk that is stuck, or a machine that is, takes that long.
constexpr std::chrono::milliseconds kLimit{100};
// Some 10 us each.
constexpr std::size_t kAsked = 500;

constexpr std::array<std::string_view, 7> kLocal{"ext2",  "ext3",  "ext4", "xfs",
                                                 "btrfs", "tmpfs", "f2fs"};
// May be walked through on the way to a mount point.
constexpr std::array<std::string_view, 7> kInMemory{"overlay", "devtmpfs", "ramfs",  "rootfs",
                                                    "proc",    "sysfs",    "cgroup2"};

template <std::size_t Count>
bool is_in(const std::array<std::string_view, Count>& types, const proc::Mount& mount) {
  return std::find(types.begin(), types.end(), mount.type) != types.end();
}

bool is_on_the_way(const std::string& point, const std::string& to) {
  return point == "/" ||
         (to.starts_with(point) && (to.size() == point.size() || to[point.size()] == '/'));
}

const proc::Mount* find_mount(const std::vector<proc::Mount>& mounts, proc::Device device) {
  for (const proc::Mount& mount : mounts) {
    if (mount.device != device || mount.root != "/" || !is_in(kLocal, mount)) continue;
    const bool safe = std::all_of(mounts.begin(), mounts.end(), [&mount](const proc::Mount& other) {
      return !is_on_the_way(other.point, mount.point) || is_in(kLocal, other) ||
             is_in(kInMemory, other);
    });
    if (safe) return &mount;
  }
  return nullptr;
}

Result<std::string> path_by_handle(const proc::Procfs& procfs, const proc::Mount& mount,
                                   const proc::FsWatch& watch) {
  const UniqueFd at(
      ::open(mount.point.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!at) return fail_errno("open", mount.point);
  alignas(file_handle) std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> space{};
  auto* const handle = reinterpret_cast<file_handle*>(space.data());
  handle->handle_bytes = static_cast<unsigned>(watch.handle.size());
  handle->handle_type = watch.handle_type;
  std::memcpy(space.data() + sizeof(file_handle), watch.handle.data(), watch.handle.size());
  const UniqueFd file(::open_by_handle_at(at.get(), handle, O_PATH | O_CLOEXEC));
  if (!file) return fail_errno("open by handle below", mount.point);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return fail_errno("stat by handle below", mount.point);
  // Another file system may be mounted on top; btrfs shows other device numbers than it has.
  const bool same_device =
      mount.type == "btrfs" || info.st_dev == ::makedev(mount.device.major, mount.device.minor);
  if (info.st_ino != watch.inode || !same_device)
    return fail({"find by handle", mount.point, ESTALE, {}, {}});
  auto path = procfs.read_link(fmt::format("self/fd/{}", file.get()));
  // What has a handle and no name in memory is called "/" too.
  struct stat top {};
  const bool is_top =
      mount.point == "/" && ::fstat(at.get(), &top) == 0 && top.st_ino == info.st_ino;
  if (path && *path == "/" && !is_top)
    return fail({"find a name below", mount.point, ENOENT, {}, {}});
  return path;
}

// What may block: it owns all it uses.
Result<std::vector<std::string>> paths_by_handle(const proc::Procfs& procfs,
                                                 const std::vector<proc::Mount>& mounts,
                                                 const std::vector<proc::FsWatch>& watches,
                                                 Clock::time_point deadline) {
  std::vector<std::string> paths(watches.size());
  for (std::size_t i = 0; i < std::min(watches.size(), kAsked) && Clock::now() < deadline; ++i) {
    const proc::FsWatch& watch = watches[i];
    if (!watch.device || watch.handle.empty() || watch.handle.size() > MAX_HANDLE_SZ) continue;
    const proc::Mount* const mount = find_mount(mounts, *watch.device);
    if (mount == nullptr) continue;
    auto path = path_by_handle(procfs, *mount, watch);
    if (path)
      paths[i] = std::move(*path);
    else if (path.error().errno_value == EPERM)
      return tl::unexpected(path.error());
  }
  return paths;
}

bool same_view(const Source& source, const std::string& base) {
  const auto theirs = source.procfs.read_link(base + "/ns/mnt");
  const auto ours = source.procfs.read_link("self/ns/mnt");
  const auto their_root = source.procfs.read_link(base + "/root");
  const auto our_root = source.procfs.read_link("self/root");
  return theirs && ours && *theirs == *ours && their_root && our_root && *their_root == *our_root &&
         *our_root == "/";
}

}  // namespace

HandlePaths::HandlePaths(const Source& source, const std::string& base,
                         const std::vector<proc::Mount>& mounts)
    : procfs_(source.procfs),
      mounts_(mounts),
      usable_(source.procfs.root() == "/proc" && same_view(source, base)),
      deadline_(Clock::now() + kLimit) {}

std::vector<std::string> HandlePaths::find(const std::vector<proc::FsWatch>& watches) {
  std::vector<std::string> none(watches.size());
  if (!usable_ || watches.empty() || Clock::now() >= deadline_) return none;
  // Somewhat longer than it takes to notice that time is out.
  auto paths = with_deadline(2 * kLimit, "the paths of files that are watched",
                             [procfs = procfs_, mounts = mounts_, watches, deadline = deadline_] {
                               return paths_by_handle(procfs, mounts, watches, deadline);
                             });
  usable_ = paths.has_value();
  return paths ? std::move(*paths) : none;
}

}  // namespace debug_process::sections::files
