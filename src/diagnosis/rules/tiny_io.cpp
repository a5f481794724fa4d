// A file or a pipe is read or written a few bytes at a time.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using sections::files::File;
using std::chrono::nanoseconds;

constexpr double kTransfersPerSecond = 1000;
constexpr double kMedian = 0.50;  // of the transfers are small: their median is
constexpr double kCpu = 0.10;     // of the process, and of these calls: below it little is gained

const Names kTransfers = {"read",  "pread64",  "readv",  "preadv",  "preadv2",
                          "write", "pwrite64", "writev", "pwritev", "pwritev2"};

// What is there comes in small pieces by nature.
bool is_made_up_by_the_kernel(const std::string& path) {
  return path.starts_with("/proc/") || path.starts_with("/sys/");
}

// A pipe to itself wakes an event loop: a byte is a message.
bool has_both_ends(const File& pipe, const Facts& facts) {
  return std::any_of(facts.files.files.begin(), facts.files.files.end(), [&](const File& other) {
    return other.fd != pipe.fd && other.type == "pipe" && other.path == pipe.path;
  });
}

// Of sockets nothing is said: a message and its answer are small, and cannot be joined. Nor of what
// a pipe gives to read: who wrote it decided on the size.
bool could_be_buffered(const File& file, const Facts& facts) {
  if (file.type == "file") return !is_made_up_by_the_kernel(file.path);
  return file.type == "pipe" && file.mode == "w" && !has_both_ends(file, facts);
}

bool is_tiny(const File& file, const Facts& facts) {
  if (!file.io || !could_be_buffered(file, facts)) return false;
  if (file.io->transfers < kFewestEvents) return false;
  return per_second(file.io->transfers, facts) >= kTransfersPerSecond &&
         static_cast<double>(file.io->small_transfers) >=
             kMedian * static_cast<double>(file.io->transfers);
}

// A server that logs a line a request writes small pieces too, and hardly pays for it.
Severity severity_of(std::optional<nanoseconds> lost, const Facts& facts) {
  const bool worth = lost && seconds(*lost) >= kCpu * seconds(facts.window);
  return worth ? Severity::warning : Severity::info;
}

}  // namespace

std::optional<Finding> tiny_io(const Facts& facts) {
  if (!window_is_long_enough(facts) || !counts_successes(facts)) return std::nullopt;
  if (!facts.threads.cpu || facts.threads.cpu->value < kCpu) return std::nullopt;
  if (!in_most_intervals(facts, kTransfers, kTransfersPerSecond)) return std::nullopt;
  const File* worst = nullptr;
  for (const File& file : facts.files.files)
    if (is_tiny(file, facts) && (worst == nullptr || file.io->transfers > worst->io->transfers))
      worst = &file;
  if (worst == nullptr) return std::nullopt;
  const sections::Io& io = *worst->io;
  const bool reads = io.read > io.written;
  // A writer may wait for its reader: that is not what small pieces cost.
  const nanoseconds cpu(
      static_cast<std::int64_t>(facts.threads.cpu->value * 1e9 * seconds(facts.window)));
  const auto lost = times_are_own(facts) ? std::optional(std::min(io.total, cpu)) : std::nullopt;
  const std::string cell = fmt::format("files.files[{}].", worst->fd);
  return Finding{
      "",
      severity_of(lost, facts),
      fmt::format("{} {} a few bytes at a time: {} (fd {}), {} at {} each", worst->path,
                  reads ? "is read" : "is written", worst->type, worst->fd,
                  format_rate({per_second(io.transfers, facts)}),
                  format_bytes({(io.read + io.written).value / io.transfers})),
      "Every transfer is a system call of its own, whose cost is much larger than that of copying "
      "the bytes. A buffer of some kilobytes makes most of these calls go away.",
      {{cell + "transfers", io.transfers},
       {cell + "small_transfers", io.small_transfers},
       {cell + "total_ns", io.total},
       {"threads.cpu_ratio", *facts.threads.cpu}},
      fmt::format("buffer it (stdio, BufferedWriter, setvbuf), or join pieces with writev; who "
                  "does it: perf record -g -e syscalls:sys_enter_{} -p {} -- sleep 5",
                  reads ? "read" : "write", facts.process.pid),
      lost};
}

}  // namespace debug_process::diagnosis
