// SPDX-License-Identifier: Apache-2.0
#include "sections/files/gather.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <fmt/format.h>
#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "proc/fdinfo.h"
#include "proc/limits.h"
#include "proc/locks.h"
#include "sections/files/count.h"
#include "sections/reasons.h"

namespace debug_process::sections::files {
namespace {

// 6 to 14 us each.
constexpr std::uint64_t kFdinfoBudget = 2000;

std::string type_name(const proc::Fd& fd) {
  switch (fd.type) {
    case proc::FdType::file:
      return "file";
    case proc::FdType::device:
      return "device";
    case proc::FdType::pipe:
      return "pipe";
    case proc::FdType::socket:
      return "socket";
    case proc::FdType::memfd:
      return "memfd";
    case proc::FdType::anon_inode:
      return std::string(fd.anon_name());
    case proc::FdType::other:
      break;
  }
  // "mnt:[4026531841]", "net:[...]" are namespaces; the rest is unheard of.
  return fd.link.find(":[") != std::string::npos ? "namespace" : "other";
}

bool wants_fdinfo(const proc::Fd& fd) {
  if (fd.type == proc::FdType::anon_inode) {
    return fd.anon_name() == "eventpoll" || fd.anon_name() == "eventfd" ||
           fd.anon_name() == "inotify" || fd.anon_name() == "pidfd";
  }
  return fd.type != proc::FdType::pipe && fd.type != proc::FdType::socket;
}

std::string locks_text(std::uint64_t locks) {
  return locks == 1 ? "1 lock" : fmt::format("{} locks", locks);
}

std::string detail_of(const proc::Fdinfo& info, const std::string& type) {
  if (type == "eventpoll") return fmt::format("{} watched", info.epoll_targets);
  if (type == "inotify") return fmt::format("{} watches", info.inotify_watches);
  if (type == "eventfd" && info.eventfd_count) return fmt::format("count {}", *info.eventfd_count);
  if (type == "pidfd" && info.pid)
    return *info.pid < 0 ? "ended process" : fmt::format("process {}", *info.pid);
  if (info.locks > 0) return locks_text(info.locks);
  return {};
}

// The mode knows better than the link's text.
std::string type_by_mode(std::uint32_t mode, const std::string& by_link) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "directory";
    case S_IFCHR:
    case S_IFBLK:
      return "device";
    case S_IFIFO:
      return "pipe";
    default:
      return by_link;
  }
}

bool has_position(const std::string& type) {
  return type == "file" || type == "directory" || type == "device" || type == "memfd";
}

File make_file(const proc::Fd& fd) {
  File file;
  file.fd = fd.number;
  file.type = type_name(fd);
  file.path = fd.link;
  file.mode = fmt::format("{}{}", fd.readable ? "r" : "", fd.writable ? "w" : "");
  file.deleted = fd.deleted;
  file.inode = fd.inode;
  if (!fd.open_file) return file;
  file.type = type_by_mode(fd.open_file->mode, file.type);
  file.inode = fd.open_file->inode;
  if (has_position(file.type)) file.position = fd.open_file->position;
  if (file.type == "file" || file.type == "memfd") file.size = fd.open_file->size;
  return file;
}

void add_fdinfo(const Source& source, const std::string& base, proc::FdType type, File& file) {
  const auto info =
      source.procfs.read(fmt::format("{}/fdinfo/{}", base, file.fd)).and_then(proc::parse_fdinfo);
  // Closed since, or refused: what the link said remains.
  if (!info) return;
  // O_TMPFILE contains O_DIRECTORY, and wants write access, which no directory gives.
  const bool may_write = (info->flags & O_ACCMODE) != O_RDONLY;
  if (type == proc::FdType::file && (info->flags & O_DIRECTORY) != 0 && !may_write)
    file.type = "directory";
  if (has_position(file.type)) file.position = info->position;
  if (info->inode) file.inode = info->inode;
  file.detail = detail_of(*info, file.type);
}

// One file for all of them, instead of one for each.
void add_locks(const Source& source, std::vector<File>& files) {
  const auto locks = source.procfs.read("locks").and_then(proc::parse_locks);
  if (!locks) return;
  std::unordered_map<std::uint64_t, std::uint64_t> by_inode;
  for (const proc::Lock& lock : *locks)
    if (lock.pid == source.pid && !lock.waits) ++by_inode[lock.inode];
  if (by_inode.empty()) return;
  for (File& file : files)
    if (file.type == "file" && file.inode)
      if (const auto found = by_inode.find(*file.inode); found != by_inode.end())
        file.detail = locks_text(found->second);
}

// What interests a person first. Sockets have a section of their own.
int rank(const File& file) {
  if (file.deleted) return 0;
  if (file.type == "file" || file.type == "directory" || file.type == "memfd") return 1;
  if (file.type == "device") return 2;
  if (file.type == "pipe") return 3;
  return file.type == "socket" ? 5 : 4;
}

void add_limits(const Source& source, Facts& facts) {
  const auto limits =
      source.procfs.read(fmt::format("{}/limits", source.pid)).and_then(proc::parse_limits);
  if (!limits) return;
  if (const proc::Limit* row = limits->find("Max open files")) {
    facts.limit_soft = row->soft;
    facts.limit_hard = row->hard;
  }
}

void add_files(const Source& source, const proc::FdTable& table, Facts& facts) {
  std::uint64_t budget = kFdinfoBudget;
  std::uint64_t skipped = 0;
  std::uint64_t deleted = 0;
  facts.files.reserve(table.fds.size());
  for (const proc::Fd& fd : table.fds) {
    File file = make_file(fd);
    // Of a file or a device all but its locks is known where the table was read at once.
    if (wants_fdinfo(fd) && !(fd.open_file && has_position(file.type))) {
      if (budget > 0) {
        --budget;
        add_fdinfo(source, table.base, fd.type, file);
      } else {
        ++skipped;
      }
    }
    deleted += file.deleted ? 1 : 0;
    ++facts.by_type[file.type];
    facts.files.push_back(std::move(file));
  }
  if (std::any_of(table.fds.begin(), table.fds.end(),
                  [](const proc::Fd& fd) { return fd.open_file.has_value(); }))
    add_locks(source, facts.files);
  std::sort(facts.files.begin(), facts.files.end(), [](const File& a, const File& b) {
    return std::tuple(rank(a), a.fd) < std::tuple(rank(b), b.fd);
  });
  facts.open = table.fds.size() + table.unreadable;
  facts.closed_meanwhile = table.closed_meanwhile;
  facts.deleted = deleted;
  if (skipped > 0) {
    facts.completeness.add_gap(
        fmt::format("so many are open that the positions of {} were not read", skipped));
  }
  if (table.unreadable > 0) {
    facts.completeness.add_gap(fmt::format("{} descriptors could not be read", table.unreadable));
  }
}

}  // namespace

Facts gather(const Source& source, const Result<proc::FdTable>& table) {
  Facts facts;
  if (!table && proc::is_gone(table.error())) {
    facts.completeness = Completeness::unavailable(kEnded);
    return facts;
  }
  add_limits(source, facts);
  if (table) {
    add_files(source, *table, facts);
    return facts;
  }
  if (is_refused(table.error())) facts.open = count_without_permission(source);
  const std::string reason = reason_for("open files", table.error());
  if (facts.open || facts.limit_soft) {
    facts.completeness.add_gap(reason);
  } else {
    facts.completeness = Completeness::unavailable(reason);
  }
  return facts;
}

}  // namespace debug_process::sections::files
