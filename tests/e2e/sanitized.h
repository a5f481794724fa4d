// What a build with a sanitizer cannot be held to: speed, CPU time and memory are not the product's
// then. SPDX-License-Identifier: Apache-2.0
#pragma once

namespace debug_process::e2e {

[[nodiscard]] constexpr bool sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

[[nodiscard]] constexpr bool has_sanitizer_thread() {
#ifdef __SANITIZE_THREAD__
  return true;
#else
  return false;
#endif
}

inline constexpr const char* kSanitizerThread =
    "built with ThreadSanitizer, it has a thread that makes calls and keeps its rights";
inline constexpr const char* kSanitized = "built with a sanitizer, it takes several times as much";

}  // namespace debug_process::e2e
