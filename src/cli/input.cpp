// SPDX-License-Identifier: Apache-2.0
#include "cli/input.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "render/json_reader.h"
#include "util/fd.h"

namespace debug_process::cli {
namespace {

// More is refused as it is: /dev/zero has no end.
constexpr std::size_t kLargest = std::size_t{513} << 20U;

Result<std::string> read_file(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("open", path);
  std::string text;
  std::array<char, std::size_t{1} << 16U> buffer{};
  while (text.size() < kLargest) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read", path);
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

Result<report::Report> read_report(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  return render::read_json(*text, path);
}

}  // namespace debug_process::cli
