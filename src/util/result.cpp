// SPDX-License-Identifier: Apache-2.0
#include "util/result.h"

#include <fmt/format.h>
#include <cerrno>
#include <cstring>

namespace debug_process {

std::string errno_name(int errno_value) {
  if (const char* name = ::strerrorname_np(errno_value); name != nullptr) return name;
  return fmt::format("errno {}", errno_value);
}

std::string Error::message() const {
  std::string text = "cannot " + action;
  if (!object.empty()) text += " " + object;
  if (errno_value != 0) {
    const char* description = ::strerrordesc_np(errno_value);
    text += fmt::format(": {} ({})", description != nullptr ? description : "unknown error",
                        errno_name(errno_value));
  }
  if (!detail.empty()) text += ": " + detail;
  return text;
}

tl::unexpected<Error> fail_errno(std::string action, std::string object, std::string hint) {
  const int saved = errno;
  return fail(Error{std::move(action), std::move(object), saved, {}, std::move(hint)});
}

}  // namespace debug_process
