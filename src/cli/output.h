// Where the report goes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "util/capabilities.h"
#include "util/result.h"

namespace debug_process::cli {

// Says before the window whether the file will be writable; creates nothing.
[[nodiscard]] Result<void> check_writable(const std::string& path);

// With what right root may write where others could not: into another user's folder, and over
// another's file in a folder like /tmp. nullopt: to standard output, which is open.
[[nodiscard]] CapabilitySet needed_to_write(const std::optional<std::string>& path);

// Whole or not at all: a temporary file beside it, then rename(2). So a link of that name is
// replaced, and never followed, and what has another name too keeps what it had. Devices and pipes
// are written to as they are, but for another user's in a sticky folder.
[[nodiscard]] Result<void> write_file(const std::string& path, const std::string& text);

// To a descriptor, all of it.
[[nodiscard]] Result<void> write_all(int fd, const std::string& text, const std::string& name);

}  // namespace debug_process::cli
