// Processes that write too much, or cannot go on writing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit/diagnosis/sample_facts.h"

namespace debug_process::diagnosis::ill {

using sections::files::File;

// Ten seconds of `per_second` writes, all of them to this file.
inline Facts writing(const File& file, std::uint64_t per_second = 2000) {
  Facts facts = healthy();
  facts.files.files = {file};
  File& only = facts.files.files[0];
  only.io = sections::Io{};
  only.io->calls = only.io->transfers = 10 * per_second;
  only.io->written = Bytes{10 * per_second * 80};
  only.io->total = 1200ms;
  auto& row = add_calls(facts, "write", 10 * per_second);
  for (int i = 0; i < 10; ++i) {
    sections::intervals::Interval interval;
    interval.length = 1s;
    facts.intervals.intervals.push_back(interval);
    facts.syscalls.interval_known.push_back(true);
    row.intervals.emplace_back();
    row.intervals.back().calls = per_second;
  }
  return facts;
}

inline File log_file() {
  File file;
  file.fd = 5;
  file.type = "file";
  file.path = "/var/log/app.log";
  file.mode = "w";
  file.append = true;
  return file;
}

inline File pipe(int fd) {
  File file;
  file.fd = fd;
  file.type = "pipe";
  file.path = "pipe:[42]";
  file.inode = 42;
  return file;
}

inline Facts stuck(const File& file, std::chrono::nanoseconds elapsed) {
  Facts facts = healthy();
  facts.files.files = {file};
  auto& thread = add_thread(facts, 0);
  thread.place.emplace();
  thread.place->syscall = "write";
  thread.place->fd = file.fd;
  facts.syscalls.in_flight.push_back(
      {thread.tid, thread.name, "write", elapsed, false, std::nullopt});
  return facts;
}

}  // namespace debug_process::diagnosis::ill
