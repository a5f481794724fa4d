// The calls of the read and write families, of which the kernel keeps account all the time, whether
// anybody watches or not: proc_pid_io(5), syscr and syscw.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "util/fd.h"

namespace debug_process::trace::bpf {

class ReadsWrites {
 public:
  ReadsWrites() = default;  // of nobody: always nullopt
  // Opens the account: of this process and of none that gets its number later.
  explicit ReadsWrites(pid_t pid, const std::string& proc = "/proc");

  struct Growth {
    std::uint64_t calls = 0;
    std::chrono::nanoseconds reading_took{0};  // within which the account was read
  };
  // Of all threads of the process, ended ones included; of the first time the number means nothing.
  // nullopt: it cannot be read, and at the next time either, for it is not known since when. Some
  // 10 us, and 20 ns for each thread.
  [[nodiscard]] std::optional<Growth> since_last_time();

 private:
  [[nodiscard]] std::optional<std::uint64_t> read() const;

  UniqueFd file_;
  std::uint64_t last_ = 0;
};

}  // namespace debug_process::trace::bpf
