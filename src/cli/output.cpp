// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

#include "util/fd.h"

namespace debug_process::cli {
namespace {

// The file itself: rename(2) would replace a link to it, of which /dev/stdout is one. A path of a
// file that does not exist yet stays as it is.
std::string without_links(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  return real ? real.get() : path;
}

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

// nullopt: there is no such file yet.
std::optional<mode_t> mode_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status.st_mode;
}

bool is_link(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

Result<void> write_in_place(const std::string& path, const std::string& text) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (!fd) return fail_errno("open", path);
  return write_all(fd.get(), text, path);
}

}  // namespace

Result<void> check_writable(const std::string& name) {
  if (const auto fd = descriptor_of(name)) {
    const int flags = ::fcntl(*fd, F_GETFL);
    if (flags < 0) return fail_errno("write", name);
    if ((flags & O_ACCMODE) == O_RDONLY) return fail({"write", name, EBADF, {}, {}});
    return {};
  }
  const std::string path = without_links(name);
  const auto mode = mode_of(path);
  if (mode && S_ISDIR(*mode)) return fail({"write", path, EISDIR, {}, "name a file in it"});
  if (mode && !S_ISREG(*mode)) {
    if (::access(path.c_str(), W_OK) != 0) return fail_errno("write", path);
    return {};
  }
  if (::access(folder_of(path).c_str(), W_OK | X_OK) != 0)
    return fail_errno("write", path, "the folder must be there and writable");
  return {};
}

Result<void> write_all(int fd, const std::string& text, const std::string& name) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = ::write(fd, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("write", name);
    done += static_cast<std::size_t>(written);
  }
  return {};
}

Result<void> write_file(const std::string& name, const std::string& text) {
  if (const auto fd = descriptor_of(name)) return write_all(*fd, text, name);
  const std::string path = without_links(name);
  const auto mode = mode_of(path);
  // Still a link: /dev/stdout to a file that has been deleted, or to a pipe.
  if (mode && (!S_ISREG(*mode) || is_link(path))) return write_in_place(path, text);
  std::string temporary = path + ".XXXXXX";
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return fail_errno("write", path);
  // mkostemp(3) makes it private: give it the rights that any new file, or the old one, has.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(fd.get(), mode ? *mode & 07777 : 0666 & ~mask);
  auto written = write_all(fd.get(), text, path);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0)
    written = fail_errno("rename to", path);
  if (!written) ::unlink(temporary.c_str());
  return written;
}

}  // namespace debug_process::cli
