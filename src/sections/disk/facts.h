// Who makes the disks busy: this process, its control group, or the rest of the machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sections/completeness.h"
#include "util/units.h"

namespace debug_process::sections::disk {

struct Transfer {
  Bytes read;
  Bytes written;
  [[nodiscard]] Bytes total() const { return read + written; }
};

struct Disk {
  std::string name;
  std::string kind;           // "disk", "stacked" (dm, md, loop), "memory" (zram, ram)
  std::optional<Ratio> busy;  // of the time, at least one request was in flight
  std::optional<Rate> reads;  // completed requests
  std::optional<Rate> writes;
  Transfer bytes;
  std::optional<std::chrono::nanoseconds> wait;  // of a request, in the queue and on the device
  std::optional<double> queue;                   // requests in flight, on average
};

// Of the window: the share of it in which some or all tasks waited for I/O.
struct Pressure {
  std::optional<Ratio> some;
  std::optional<Ratio> full;
};

// All amounts are of the window.
struct Facts {
  Completeness completeness;
  // The process, ended threads included. `storage` is what it caused to be read from and written to
  // storage: writes count when pages become dirty, and reach the disks later, or not at all.
  std::optional<Transfer> storage;
  std::optional<Bytes> cancelled;  // of the written: thrown away before the disks saw it
  std::optional<Transfer> calls;   // through read(2), write(2) and their like, whatever the file
  std::optional<std::uint64_t> read_calls;
  std::optional<std::uint64_t> write_calls;
  // Of its control group, with all below it; unknown where it has none of its own that is counted.
  std::optional<Transfer> group;
  std::string group_name;
  Pressure group_pressure;
  // All disks that are not made of others or of memory.
  std::optional<Transfer> host;
  Pressure host_pressure;
  std::vector<Disk> disks;  // without partitions and idle ones; busiest first
  // The process's part of what the disks did. Above 1: there is more to be written back.
  std::optional<Ratio> read_share;
  std::optional<Ratio> write_share;
};

}  // namespace debug_process::sections::disk
