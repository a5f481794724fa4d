// SPDX-License-Identifier: Apache-2.0
#include "sections/files/add_io.h"

#include <fmt/format.h>

#include <algorithm>

#include "sections/files/detail.h"

namespace debug_process::sections::files {
namespace {

std::chrono::nanoseconds time_in(const File& file) {
  return file.io ? file.io->total : std::chrono::nanoseconds(0);
}

void add_reuse(File& file) {
  if (!file.io || file.io->files < 2) return;
  append(file.detail, fmt::format("number used again {} time{}", file.io->files - 1,
                                  file.io->files == 2 ? "" : "s"));
}

Closed to_closed(const trace::ClosedIo& row) {
  Closed closed;
  closed.type = row.type;
  closed.path = row.path;
  closed.files = row.files;
  closed.io.calls = row.io.calls;
  closed.io.errors = row.io.errors;
  closed.io.read = Bytes{row.io.read_bytes};
  closed.io.written = Bytes{row.io.written_bytes};
  closed.io.transfers = row.io.transfers;
  closed.io.small_transfers = row.io.small_transfers;
  closed.io.total = row.io.total;
  return closed;
}

}  // namespace

void add_io(const trace::Activity* activity, const Filter& filter, Facts& facts) {
  const IoByDescriptor io(activity);
  facts.io_known = io.known();
  if (!facts.io_known) return;
  facts.io_filter = filter.text();
  for (File& file : facts.files) {
    file.io = io.of(file.fd, file.inode);
    add_reuse(file);
  }
  std::stable_sort(facts.files.begin(), facts.files.end(),
                   [](const File& a, const File& b) { return time_in(a) > time_in(b); });
  for (const trace::ClosedIo& row : activity->closed) facts.closed.push_back(to_closed(row));
}

}  // namespace debug_process::sections::files
