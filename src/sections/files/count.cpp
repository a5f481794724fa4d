// SPDX-License-Identifier: Apache-2.0
#include "sections/files/count.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "proc/living.h"
#include "proc/status.h"

namespace debug_process::sections::files {
namespace {

// 0.8 us each.
constexpr std::uint64_t kMostListed = 4096;

}  // namespace

std::optional<std::uint64_t> count_without_permission(const Source& source) {
  const std::string path = fmt::format("{}/{}/fd", source.procfs.root(), source.pid);
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || info.st_size <= 0) return std::nullopt;
  return static_cast<std::uint64_t>(info.st_size);
}

std::optional<std::uint64_t> count_open(const Source& source) {
  if (const auto count = count_without_permission(source)) return count;
  const auto status =
      source.procfs.read(fmt::format("{}/status", source.pid)).and_then(proc::parse_status);
  if (!status || !status->fd_size || *status->fd_size > kMostListed) return std::nullopt;
  const auto numbers =
      source.procfs.list_numbers(proc::living_base(source.procfs, source.pid) + "/fd");
  if (!numbers) return std::nullopt;
  return numbers->size();
}

}  // namespace debug_process::sections::files
