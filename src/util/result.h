// What can fail returns Result<T>; an Error says what was tried, on what, why it failed and what to
// do. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace debug_process {

struct Error {
  std::string action;   // what was tried, as a verb phrase: "open", "load BPF program"
  std::string object;   // on what: a path, a map, a pid; may be empty
  int errno_value = 0;  // 0 when no errno belongs to it
  std::string detail;   // what is known beyond errno; may be empty
  std::string hint;     // what the user can do; may be empty

  // One sentence without the hint: `cannot open /proc/1/maps: Permission denied (EACCES)`.
  [[nodiscard]] std::string message() const;
};

template <typename T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

// For a system call that has just failed: keeps errno as it is now.
[[nodiscard]] tl::unexpected<Error> fail_errno(std::string action, std::string object = {},
                                               std::string hint = {});

// "ENOENT" for 2; "errno 4711" for a number the C library does not name.
[[nodiscard]] std::string errno_name(int errno_value);

}  // namespace debug_process
