// Failures that are how a call answers, and nothing that went wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "sections/errors/facts.h"

namespace debug_process::sections::errors {

enum class Expectation {
  no,
  yes,            // a wait that ran out, a question that was answered with no
  if_nonblocking  // EAGAIN of a descriptor that is O_NONBLOCK: nothing was ready
};

[[nodiscard]] Expectation expectation(std::string_view syscall, int errno_value);

// Fills in what is expected. `is_nonblocking` tells that of a descriptor as it is now; nullopt: it
// is closed, or may not be read. EAGAIN of a blocking one may be a time-out (SO_RCVTIMEO) or asked
// for (MSG_DONTWAIT): that is not known.
void mark_expected(const std::function<std::optional<bool>(int fd)>& is_nonblocking, Facts& facts);

}  // namespace debug_process::sections::errors
