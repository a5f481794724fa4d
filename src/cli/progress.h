// The line on a terminal that says how far the window is; gone when the report comes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/run.h"

namespace debug_process::cli {

class ProgressLine {
 public:
  explicit ProgressLine(std::string subject) : subject_(std::move(subject)) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const run::Progress& progress);
  void clear();

 private:
  std::string subject_;
  bool shown_ = false;
};

// Columns of the terminal behind the descriptor; 0: it is none.
[[nodiscard]] unsigned terminal_width(int fd);

}  // namespace debug_process::cli
