// A process that is busy writing down what it does.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "diagnosis/measure.h"
#include "diagnosis/over_time.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using sections::files::File;

constexpr double kShareOfWrites = 0.30;
constexpr double kPerSecond = 1000;
// Lines are shorter: larger blocks are data.
constexpr std::uint64_t kLongestLine = 4096;
constexpr double kShareOfAThread = 0.10;  // in these writes: less is not worth a warning
constexpr int kStandardOutput = 1;
constexpr int kStandardError = 2;

bool is_terminal(const File& file) {
  return file.path.starts_with("/dev/pts/") || file.path.starts_with("/dev/tty") ||
         file.path == "/dev/console";
}

// What a program writes to its standard output is mostly what it is for; not what a server does.
bool is_for_messages(const File& file, const Facts& facts) {
  if (file.fd == kStandardError) return true;
  return file.fd == kStandardOutput && facts.sockets.listening.value_or(0) > 0;
}

// What must not be lost is a journal, and no log: that is what appending and syncing is for.
bool syncs(const Facts& facts) {
  return calls_of(facts, {"fsync", "fdatasync", "sync_file_range", "msync"}).calls > 0;
}

bool is_log(const File& file, const Facts& facts) {
  if (file.type == "file") return file.append == true && !syncs(facts);
  if (file.type == "pipe" || is_terminal(file)) return is_for_messages(file, facts);
  return false;
}

// Only written to, and in small pieces.
bool is_written_by_line(const File& file) {
  return file.io && file.io->read == Bytes{} && file.io->transfers >= kFewestEvents &&
         file.io->written.value <= kLongestLine * file.io->transfers;
}

}  // namespace

std::optional<Finding> log_flood(const Facts& facts) {
  if (!window_is_long_enough(facts) || is_warming_up(facts) || !counts_all_calls(facts))
    return std::nullopt;
  if (!in_most_intervals(facts, {"write", "writev"}, kPerSecond)) return std::nullopt;
  const std::uint64_t writes =
      calls_of(facts, {"write", "writev", "pwrite64", "pwritev", "pwritev2", "send", "sendto",
                       "sendmsg", "sendmmsg", "sendfile", "splice"})
          .calls;
  const File* log = nullptr;
  for (const File& file : facts.files.files) {
    if (!is_written_by_line(file) || !is_log(file, facts)) continue;
    if (log == nullptr || file.io->transfers > log->io->transfers) log = &file;
  }
  if (log == nullptr || writes == 0) return std::nullopt;
  const double rate = per_second(log->io->transfers, facts);
  const double share = static_cast<double>(log->io->transfers) / static_cast<double>(writes);
  if (rate < kPerSecond || share < kShareOfWrites) return std::nullopt;
  const bool costly = std::chrono::duration<double>(log->io->total).count() >=
                      kShareOfAThread * observed_seconds(facts);
  Finding finding{
      "",
      costly ? Severity::warning : Severity::info,
      fmt::format("{} small writes, {} of all, are appended to {} (fd {})", format_rate({rate}),
                  format_ratio({std::min(share, 1.0)}), log->path, log->fd),
      "It looks like a log: each line is a system call of its own, made by the thread that has "
      "something to say. That waits until the line has been taken.",
      {{fmt::format("files.files[{}].transfers", log->fd), log->io->transfers},
       {fmt::format("files.files[{}].total_ns", log->fd), log->io->total}},
      fmt::format("read some of it: {}; then a higher log level, or a logger that writes whole "
                  "buffers from a thread of its own",
                  log->type == "file"
                      ? fmt::format("tail -f /proc/{}/fd/{}", facts.process.pid, log->fd)
                      : fmt::format("strace -f -s 200 -e trace=write -p {}", facts.process.pid))};
  finding.lost = log->io->total;
  return finding;
}

}  // namespace debug_process::diagnosis
