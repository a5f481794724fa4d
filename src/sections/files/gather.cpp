// SPDX-License-Identifier: Apache-2.0
#include "sections/files/gather.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <fmt/format.h>
#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "proc/fdinfo.h"
#include "proc/limits.h"
#include "proc/locks.h"
#include "sections/files/count.h"
#include "sections/files/detail.h"
#include "sections/files/duplicates.h"
#include "sections/files/pipe_ends.h"
#include "sections/files/watched.h"
#include "sections/reasons.h"
#include "util/reserve.h"

namespace debug_process::sections::files {
namespace {

// 6 to 14 us each.
constexpr std::uint64_t kFdinfoBudget = 2000;

using Inodes = std::unordered_set<std::uint64_t>;

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

constexpr const char* kTun = "/dev/net/tun";

// What is known of it otherwise is little.
bool is_special(const proc::Fd& fd) {
  return (fd.type == proc::FdType::anon_inode && has_detail(fd.anon_name())) || fd.link == kTun;
}

bool wants_fdinfo(const proc::Fd& fd, const File& file, const Inodes& locked) {
  if (is_special(fd)) return true;
  if (fd.type == proc::FdType::anon_inode || file.type == "pipe" || file.type == "socket")
    return false;
  // Of a file or a device all but its locks is known where the table was read at once.
  return !fd.open_file || locked.contains(fd.open_file->inode);
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

bool was_read_at_once(const proc::FdTable& table) {
  return std::any_of(table.fds.begin(), table.fds.end(),
                     [](const proc::Fd& fd) { return fd.open_file.has_value(); });
}

// " (python3)".
std::string name_of(const Source& source, pid_t pid) {
  std::string name = source.procfs.read(fmt::format("{}/comm", pid)).value_or("");
  if (name.ends_with('\n')) name.pop_back();
  return name.empty() ? name : fmt::format(" ({})", name);
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
  if (file.type == "file") file.append = (fd.open_file->flags & O_APPEND) != 0;
  return file;
}

void add_fdinfo(const Source& source, const std::string& base, const proc::Fd& fd, File& file,
                Fdinfos& infos) {
  auto info =
      source.procfs.read(fmt::format("{}/fdinfo/{}", base, file.fd)).and_then(proc::parse_fdinfo);
  // Closed since, or refused: what the link said remains.
  if (!info) return;
  // O_TMPFILE contains O_DIRECTORY, and wants write access, which no directory gives.
  const bool may_write = (info->flags & O_ACCMODE) != O_RDONLY;
  if (fd.type == proc::FdType::file && (info->flags & O_DIRECTORY) != 0 && !may_write)
    file.type = "directory";
  if (has_position(file.type)) file.position = info->position;
  if (file.type == "file") file.append = (info->flags & O_APPEND) != 0;
  if (info->inode) file.inode = info->inode;
  file.detail = detail_of(*info, file.type);
  if (file.type == "pidfd" && info->pid.value_or(0) > 0) file.detail += name_of(source, *info->pid);
  infos.emplace(file.fd, std::move(*info));
}

// Files that somebody holds a lock on, in one read: they are few, and the rest need no fdinfo.
Inodes locked_inodes(const Source& source, const proc::FdTable& table) {
  Inodes inodes;
  if (!was_read_at_once(table)) return inodes;
  const auto locks = source.procfs.read("locks").and_then(proc::parse_locks);
  if (!locks) return inodes;
  for (const proc::Lock& lock : *locks) inodes.insert(lock.inode);
  return inodes;
}

// Those first that have most to tell.
std::uint64_t add_fdinfos(const Source& source, const proc::FdTable& table, Fdinfos& infos,
                          std::vector<File>& files) {
  const Inodes locked = locked_inodes(source, table);
  std::uint64_t budget = kFdinfoBudget;
  std::uint64_t skipped = 0;
  for (const bool special : {true, false}) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      const proc::Fd& fd = table.fds[i];
      if (is_special(fd) != special || !wants_fdinfo(fd, files[i], locked)) continue;
      if (budget > 0) {
        --budget;
        add_fdinfo(source, table.base, fd, files[i], infos);
      } else {
        ++skipped;
      }
    }
  }
  return skipped;
}

// "mnt:[4026531841]": whether it is the one that the process is in.
void name_namespaces(const Source& source, const std::string& base, std::vector<File>& files) {
  for (File& file : files) {
    if (file.type != "namespace") continue;
    const std::string kind = file.path.substr(0, file.path.find(':'));
    const auto own = source.procfs.read_link(fmt::format("{}/ns/{}", base, kind));
    if (own) file.detail = *own == file.path ? "its own" : "not its own";
  }
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
  reserve_to_fill(facts.files, table.fds.size());
  for (const proc::Fd& fd : table.fds) facts.files.push_back(make_file(fd));
  Fdinfos infos;
  const std::uint64_t skipped = add_fdinfos(source, table, infos, facts.files);
  name_namespaces(source, table.base, facts.files);
  add_watched(source, table, infos, facts);
  find_duplicates(source, table, infos, facts);
  find_own_ends(facts.files);
  facts.deleted = 0;
  for (const File& file : facts.files) {
    *facts.deleted += file.deleted ? 1 : 0;
    ++facts.by_type[file.type];
  }
  std::sort(facts.files.begin(), facts.files.end(), [](const File& a, const File& b) {
    return std::tuple(rank(a), a.fd) < std::tuple(rank(b), b.fd);
  });
  facts.open = table.fds.size() + table.unreadable;
  facts.closed_meanwhile = table.closed_meanwhile;
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
