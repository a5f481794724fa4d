// SPDX-License-Identifier: Apache-2.0
#include "proc/procfs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "proc/text.h"
#include "util/directory.h"
#include "util/fd.h"

namespace debug_process::proc {

std::string Procfs::absolute(std::string_view relative) const {
  std::string path = root_;
  path += '/';
  path += relative;
  return path;
}

Result<std::string> Procfs::read(std::string_view relative) const {
  const std::string path = absolute(relative);
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return fail_errno("open", path);
  std::string text;
  // seq_file hands over about a page a read whatever is asked for; a buffer that grows keeps small
  // files cheap and large ones linear.
  std::size_t filled = 0;
  text.resize(4096);
  while (true) {
    if (filled == text.size()) text.resize(text.size() * 2);
    const ssize_t got = ::read(fd.get(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read", path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return text;
}

bool Procfs::exists(std::string_view relative) const {
  return ::access(absolute(relative).c_str(), F_OK) == 0;
}

Result<std::string> Procfs::read_at(std::string_view relative, std::uint64_t offset,
                                    std::size_t length) const {
  const std::string path = absolute(relative);
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return fail_errno("open", path);
  std::string text(length, '\0');
  const ssize_t got = ::pread(fd.get(), text.data(), text.size(), static_cast<off_t>(offset));
  if (got < 0) return fail_errno("read", path);
  text.resize(static_cast<std::size_t>(got));
  return text;
}

Result<std::string> Procfs::read_link(std::string_view relative) const {
  const std::string path = absolute(relative);
  // The kernel builds these texts in one page: nothing is longer.
  std::array<char, PATH_MAX + 1> buffer{};
  const ssize_t length = ::readlink(path.c_str(), buffer.data(), buffer.size());
  if (length < 0) return fail_errno("read link", path);
  return std::string(buffer.data(), static_cast<std::size_t>(length));
}

Result<std::vector<std::string>> Procfs::list(std::string_view relative) const {
  const std::string path = absolute(relative);
  const Directory directory(::opendir(path.c_str()));
  if (!directory) return fail_errno("open directory", path);
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return fail_errno("read directory", path);
  return names;
}

Result<std::vector<int>> Procfs::list_numbers(std::string_view relative) const {
  const auto names = list(relative);
  if (!names) return fail(names.error());
  std::vector<int> numbers;
  numbers.reserve(names->size());
  for (const std::string& name : *names) {
    if (const auto number = to_number<int>(name); number && *number >= 0)
      numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

bool is_gone(const Error& error) {
  return error.errno_value == ENOENT || error.errno_value == ESRCH;
}

}  // namespace debug_process::proc
