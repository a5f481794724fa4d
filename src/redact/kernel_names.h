// Names that look like a file's and are the kernel's own, the same on every machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace debug_process::redact {

// "/", "/dev/null", "/proc/1234/status", "pipe:[4711]", "anon_inode:[eventpoll]", "[heap]". False
// where a part of it could have been chosen by anybody: "/proc/1234/cwd/x", "[anon:x]".
[[nodiscard]] bool is_kernels(std::string_view path);

}  // namespace debug_process::redact
