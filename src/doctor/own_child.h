// A child that does nothing: it stands for any process of our user's own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include "util/result.h"

namespace debug_process::doctor {

class OwnChild {
 public:
  // Call while the tool has one thread. The child sleeps in pause(2), and dies with us.
  [[nodiscard]] static Result<OwnChild> start();
  ~OwnChild();
  OwnChild(OwnChild&& other) noexcept : pid_(other.pid_) { other.pid_ = -1; }
  OwnChild& operator=(OwnChild&&) = delete;
  OwnChild(const OwnChild&) = delete;
  OwnChild& operator=(const OwnChild&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  explicit OwnChild(pid_t pid) : pid_(pid) {}

  pid_t pid_ = -1;
};

}  // namespace debug_process::doctor
