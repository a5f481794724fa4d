// What was done with each descriptor in the window, as files and sockets show it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "report/report.h"
#include "trace/activity.h"
#include "util/histogram.h"
#include "util/units.h"

namespace debug_process::sections {

struct Io {
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  Bytes read;
  Bytes written;
  std::uint64_t transfers = 0;                  // of `calls`: that moved a byte or more
  std::uint64_t small_transfers = 0;            // of these: that moved no more than 64
  std::chrono::nanoseconds total{0};            // wall time in these calls
  std::optional<std::chrono::nanoseconds> p99;  // unknown without a timed call
  Histogram latency;        // of the calls with a known latency: only buckets, of scale 2
  std::uint64_t files = 1;  // that wore the number in the window
};

class IoByDescriptor {
 public:
  // Null, or of a backend that does not see it: nothing is known.
  explicit IoByDescriptor(const trace::Activity* activity);

  [[nodiscard]] bool known() const { return known_; }
  // nullopt: not known. Zero calls where there were none. With an inode what another file did
  // under this number is not taken for this one's.
  [[nodiscard]] std::optional<Io> of(int fd, std::optional<std::uint64_t> inode) const;

 private:
  bool known_ = false;
  bool complete_ = false;  // a descriptor without a row had no calls
  std::unordered_map<int, const trace::DescriptorIo*> rows_;
};

// For tables with a row a descriptor: calls, errors, bytes, times. Unknown cells where `io` is.
void append_io_columns(bool known, report::Table& table);
void append_io(const std::optional<Io>& io, std::vector<report::Value>& row);

}  // namespace debug_process::sections
