// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "util/fd.h"

namespace debug_process::cli {
namespace {

// "/dev/stdout" and its like name an open descriptor: opening the file behind it anew would begin
// at its start.
std::optional<int> descriptor_of(const std::string& path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    int fd = -1;
    const char* const end = path.data() + path.size();
    const auto [last, error] = std::from_chars(path.data() + folder.size(), end, fd);
    if (error == std::errc() && last == end) return fd;
  }
  return std::nullopt;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Of the name itself, and not of what a link points to; nullopt: there is none yet.
std::optional<struct stat> look_at(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

// A device or a pipe is there to be written to. All else is replaced: a link too, and not what it
// points to.
bool is_written_in_place(const struct stat& status) {
  return !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode);
}

std::optional<struct stat> folder_at(const std::string& path) {
  struct stat status {};
  if (::stat(folder_of(path).c_str(), &status) != 0) return std::nullopt;
  return status;
}

// Like /tmp: what is in it may be another user's trap.
bool is_for_all(const struct stat& folder) {
  return (folder.st_mode & (S_ISVTX | S_IWOTH)) != 0;
}

bool is_another_users(const struct stat& status) {
  return status.st_uid != ::geteuid() && status.st_uid != 0;
}

// rename(2) and the sticky bit: inode(7).
bool may_be_replaced(const std::string& path, const struct stat& status) {
  const auto folder = folder_at(path);
  if (!folder || (folder->st_mode & S_ISVTX) == 0) return true;
  return folder->st_uid == ::geteuid() || status.st_uid == ::geteuid() ||
         effective_capabilities().value_or(CapabilitySet{}).has(CAP_FOWNER);
}

// A pipe there could be meant to catch what only we may read: as with fs.protected_fifos.
Result<void> check_in_place(const std::string& path, const struct stat& status) {
  if (S_ISDIR(status.st_mode)) return fail({"write", path, EISDIR, {}, "name a file in it"});
  const auto folder = folder_at(path);
  if (is_another_users(status) && (!folder || is_for_all(*folder)))
    return fail({"write", path, EACCES, "another user has put it into a folder for all",
                 "choose another name"});
  return {};
}

// Looked at and opened by one descriptor, so that nobody can put a link there in between.
Result<void> write_in_place(const std::string& path, const std::string& text) {
  const UniqueFd found(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!found) return fail_errno("open", path);
  struct stat status {};
  if (::fstat(found.get(), &status) != 0) return fail_errno("open", path);
  if (!is_written_in_place(status)) return fail({"write", path, EEXIST, "it has changed", {}});
  if (auto allowed = check_in_place(path, status); !allowed) return allowed;
  const std::string same = "/proc/self/fd/" + std::to_string(found.get());
  const UniqueFd fd(::open(same.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
  if (!fd) return fail_errno("open", path);
  return write_all(fd.get(), text, path);
}

bool wait_until_writable(int fd) {
  pollfd wanted{fd, POLLOUT, 0};
  for (;;) {
    const int ready = ::poll(&wanted, 1, -1);
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

// As a shell's > would make it; a file of our own keeps its rights, and one that takes the place of
// another user's is for no more eyes than that was.
mode_t mode_for(const std::optional<struct stat>& old) {
  constexpr mode_t kRights = 0777;
  const bool replaces = old && S_ISREG(old->st_mode);
  if (replaces && old->st_uid == ::geteuid()) return old->st_mode & kRights;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask & (replaces ? old->st_mode : kRights);
}

}  // namespace

CapabilitySet needed_to_write(const std::optional<std::string>& path) {
  if (!path || descriptor_of(*path)) return {};
  return {CAP_DAC_OVERRIDE, CAP_FOWNER};
}

Result<void> check_writable(const std::string& name) {
  if (const auto fd = descriptor_of(name)) {
    const int flags = ::fcntl(*fd, F_GETFL);
    if (flags < 0) return fail_errno("write", name);
    if ((flags & O_ACCMODE) == O_RDONLY) return fail({"write", name, EBADF, {}, {}});
    return {};
  }
  const auto status = look_at(name);
  if (status && is_written_in_place(*status)) {
    if (auto allowed = check_in_place(name, *status); !allowed) return allowed;
    if (::access(name.c_str(), W_OK) != 0) return fail_errno("write", name);
    return {};
  }
  const std::string folder = folder_of(name);
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return fail_errno("write", name, "the folder must be there and writable");
  if (status && !may_be_replaced(name, *status))
    return fail({"write", name, EPERM,
                 "it is another user's, and in this folder only he may replace it",
                 "choose another name"});
  return {};
}

Result<void> write_all(int fd, const std::string& text, const std::string& name) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = ::write(fd, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    // A pipe that another process has made so.
    if (written < 0 && errno == EAGAIN && wait_until_writable(fd)) continue;
    if (written < 0) return fail_errno("write", name);
    done += static_cast<std::size_t>(written);
  }
  return {};
}

Result<void> write_file(const std::string& name, const std::string& text) {
  if (const auto fd = descriptor_of(name)) return write_all(*fd, text, name);
  const auto old = look_at(name);
  if (old && is_written_in_place(*old)) return write_in_place(name, text);
  std::string temporary = name + ".XXXXXX";
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return fail_errno("write", name);
  // mkostemp(3) makes it for us alone.
  ::fchmod(fd.get(), mode_for(old));
  auto written = write_all(fd.get(), text, name);
  if (written && ::rename(temporary.c_str(), name.c_str()) != 0)
    written = fail_errno("rename to", name);
  if (!written) ::unlink(temporary.c_str());
  return written;
}

}  // namespace debug_process::cli
