// Which system calls count: strace's -e trace=SET.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "trace/activity.h"
#include "util/result.h"

namespace debug_process::trace {

class TraceSet {
 public:
  // A set names no call with a number beyond this; no table of any ABI comes near.
  static constexpr std::int32_t kMaxNumber = 1023;

  TraceSet() = default;  // all calls

  // The words of strace(1), -e trace: names, numbers, classes ("%file" or "file"), "all", "none",
  // "/regex" (POSIX extended), "?name" for one that may be unknown, "name@64", "@32" and "@x32" for
  // one ABI alone; in a list, with commas. "!" before it all negates. "trace=" may stand before
  // that. What is none of these is an error that names what comes near it. A word stands for the
  // calls of all ABIs that have it.
  [[nodiscard]] static Result<TraceSet> parse(std::string_view text);

  [[nodiscard]] bool contains(const SyscallKey& key) const {
    return negated_ != keys_.contains(key);
  }
  // For calls that no table lists: those that the set names none of belong to a negated set.
  [[nodiscard]] bool contains_unlisted() const { return negated_; }
  [[nodiscard]] bool is_all() const { return negated_ && keys_.empty(); }
  // As the user wrote it; empty for all.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool negated_ = true;
  std::set<SyscallKey> keys_;
};

}  // namespace debug_process::trace
