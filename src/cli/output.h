// Where the report goes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "util/result.h"

namespace debug_process::cli {

// Says before the window whether the file will be writable; creates nothing.
[[nodiscard]] Result<void> check_writable(const std::string& path);

// Whole or not at all: a temporary file beside it, then rename(2). What is no regular file (a
// device, a pipe) is written to as it is.
[[nodiscard]] Result<void> write_file(const std::string& path, const std::string& text);

// To a descriptor, all of it.
[[nodiscard]] Result<void> write_all(int fd, const std::string& text, const std::string& name);

}  // namespace debug_process::cli
