// A file without a name takes up space until it is closed.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

// df shows it as used and du does not find it: from here on somebody wonders. The size is not
// known: the position in the file is what the process has surely written or read, so this is silent
// rather than wrong.
constexpr Bytes kBig{1ULL << 30U};

// Made to have no name: temporary files by O_TMPFILE, and memory that only looks like a file.
bool never_had_a_name(const std::string& path) {
  return path.starts_with("/memfd:") || path.starts_with("memfd:") ||
         path.starts_with("/dev/shm/") || path.starts_with("/SYSV") ||
         path.starts_with("/dev/zero") || path.find("/#") != std::string::npos;
}

}  // namespace

std::optional<Finding> big_deleted_file(const Facts& facts) {
  const sections::files::File* biggest = nullptr;
  for (const auto& file : facts.files.files) {
    if (!file.deleted || file.type != "file" || never_had_a_name(file.path)) continue;
    if (!file.position || *file.position < kBig) continue;
    if (biggest == nullptr || *file.position > *biggest->position) biggest = &file;
  }
  if (biggest == nullptr) return std::nullopt;
  return Finding{
      "",
      Severity::warning,
      fmt::format("a deleted file is still open at {}: {} (fd {})",
                  format_bytes(*biggest->position), biggest->path, biggest->fd),
      "Its space comes back only when the last descriptor is closed: df counts it, du "
      "does not find it. Log rotation without a signal to the writer is the usual cause.",
      {{fmt::format("files.files[{}].position_bytes", biggest->fd), *biggest->position},
       {"files.deleted", report::to_value(facts.files.deleted)}},
      fmt::format("let the program reopen its files (often kill -HUP or -USR1); stat -L "
                  "/proc/{}/fd/{} tells the size",
                  facts.process.pid, biggest->fd)};
}

}  // namespace debug_process::diagnosis
