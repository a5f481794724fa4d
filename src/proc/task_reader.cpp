// SPDX-License-Identifier: Apache-2.0
#include "proc/task_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "proc/text.h"
#include "util/directory.h"

namespace debug_process::proc {

Result<TaskReader> TaskReader::open(const Procfs& procfs, pid_t pid) {
  std::string path = fmt::format("{}/{}", procfs.root(), pid);
  UniqueFd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return fail_errno("open directory", path);
  return TaskReader(pid, std::move(path), std::move(folder));
}

Result<std::string_view> TaskReader::read(const char* file) {
  const UniqueFd fd(::openat(folder_.get(), file, O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return fail_errno("open", fmt::format("{}/{}", path_, file));
  ssize_t got = 0;
  do {
    got = ::read(fd.get(), buffer_.data(), buffer_.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return fail_errno("read", fmt::format("{}/{}", path_, file));
  return std::string_view(buffer_.data(), static_cast<std::size_t>(got));
}

Result<std::string_view> TaskReader::read(pid_t tid, const char* file) {
  std::array<char, 64> path{};
  *fmt::format_to_n(path.data(), path.size() - 1, "task/{}/{}", tid, file).out = '\0';
  return read(path.data());
}

Result<std::vector<pid_t>> TaskReader::tids() const {
  UniqueFd fd(::openat(folder_.get(), "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail_errno("open directory", path_ + "/task");
  const Directory directory(::fdopendir(fd.get()));
  if (!directory) return fail_errno("open directory", path_ + "/task");
  (void)fd.release();
  std::vector<pid_t> tids;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (const auto tid = to_number<pid_t>(entry->d_name); tid && *tid > 0) tids.push_back(*tid);
  }
  std::sort(tids.begin(), tids.end());
  return tids;
}

}  // namespace debug_process::proc
