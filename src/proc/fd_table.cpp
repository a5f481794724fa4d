// SPDX-License-Identifier: Apache-2.0
#include "proc/fd_table.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <array>
#include <cerrno>
#include <climits>

#include "proc/living.h"
#include "proc/text.h"
#include "util/fd.h"
#include "util/reserve.h"

namespace debug_process::proc {
namespace {

constexpr std::string_view kDeleted = " (deleted)";
constexpr std::string_view kAnonInode = "anon_inode:";

// The number in "socket:[123]".
std::optional<std::uint64_t> inode_of(std::string_view link, std::string_view kind) {
  if (!link.starts_with(kind) || !link.substr(kind.size()).starts_with(":[") ||
      !link.ends_with(']')) {
    return std::nullopt;
  }
  link.remove_prefix(kind.size() + 2);
  return to_number<std::uint64_t>(link.substr(0, link.size() - 1));
}

FdType type_of_path(std::string_view path) {
  // memfd_create(2) and memfd_secret(2).
  if (path.starts_with("/memfd:") || path == "/secretmem (deleted)") return FdType::memfd;
  if (path.starts_with("/dev/") && !path.starts_with("/dev/shm/") &&
      !path.starts_with("/dev/mqueue/") && !path.starts_with("/dev/hugepages/")) {
    return FdType::device;
  }
  return FdType::file;
}

// One descriptor, by its name in the open directory. False when it is closed or refused (errno says
// which).
bool read_one(int directory, int number, Fd& fd) {
  std::array<char, PATH_MAX + 1> link;  // as it comes: to clear it takes longer than to fill it
  const std::string name = fmt::format("{}", number);
  const ssize_t length = ::readlinkat(directory, name.c_str(), link.data(), link.size());
  if (length < 0) return false;
  fd = parse_fd_link(number, {link.data(), static_cast<std::size_t>(length)});
  // The link's own mode says how the file was opened: cheaper than fdinfo, and the file is not
  // touched.
  struct stat info {};
  if (::fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return false;
  fd.readable = (info.st_mode & S_IRUSR) != 0;
  fd.writable = (info.st_mode & S_IWUSR) != 0;
  return true;
}

}  // namespace

std::string_view Fd::anon_name() const {
  if (type != FdType::anon_inode) return {};
  std::string_view name = std::string_view(link).substr(kAnonInode.size());
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  return name;
}

Fd parse_fd_link(int number, std::string_view link) {
  Fd fd;
  fd.number = number;
  fd.link = link;
  if (link.starts_with('/')) {
    fd.type = type_of_path(link);
    // A memfd never had a name; /dev/zero and /SYSV... (deleted) are shared memory.
    fd.deleted = fd.type == FdType::file && link.ends_with(kDeleted) && !link.starts_with("/SYSV");
  } else if ((fd.inode = inode_of(link, "socket"))) {
    fd.type = FdType::socket;
  } else if ((fd.inode = inode_of(link, "pipe"))) {
    fd.type = FdType::pipe;
  } else if (link.starts_with(kAnonInode)) {
    fd.type = FdType::anon_inode;
  }
  return fd;
}

Result<FdTable> read_fd_table(const Procfs& procfs, pid_t pid) {
  FdTable table;
  table.base = living_base(procfs, pid);
  const std::string path = table.base + "/fd";
  const auto numbers = procfs.list_numbers(path);
  if (!numbers) return fail(numbers.error());
  const std::string absolute = procfs.root() + "/" + path;
  const UniqueFd directory(::open(absolute.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return fail_errno("open directory", absolute);
  reserve_to_fill(table.fds, numbers->size());
  for (const int number : *numbers) {
    Fd fd;
    if (read_one(directory.get(), number, fd)) {
      table.fds.push_back(std::move(fd));
    } else if (errno == ENOENT || errno == ESRCH) {
      ++table.closed_meanwhile;
    } else {
      ++table.unreadable;
    }
  }
  return table;
}

}  // namespace debug_process::proc
