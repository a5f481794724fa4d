// SPDX-License-Identifier: Apache-2.0
#include "sections/io.h"

#include <array>
#include <cstddef>

namespace debug_process::sections {
namespace {

constexpr double kP99 = 0.99;
constexpr std::size_t kColumns = 9;

Io to_io(const trace::DescriptorIo& row) {
  Io io;
  io.calls = row.io.calls;
  io.errors = row.io.errors;
  io.read = Bytes{row.io.read_bytes};
  io.written = Bytes{row.io.written_bytes};
  io.transfers = row.io.transfers;
  io.small_transfers = row.io.small_transfers;
  io.total = row.io.total;
  io.latency = row.latency;
  // By the middle of a bucket, which may be beyond all there is.
  if (const auto p99 = row.latency.quantile(kP99)) io.p99 = std::min(*p99, io.total);
  io.files = row.files;
  return io;
}

}  // namespace

IoByDescriptor::IoByDescriptor(const trace::Activity* activity) {
  if (activity == nullptr || !activity->descriptors) return;
  known_ = true;
  complete_ = !activity->losses.contains("descriptor_rows");
  for (const trace::DescriptorIo& row : *activity->descriptors) rows_.emplace(row.fd, &row);
}

std::optional<Io> IoByDescriptor::of(int fd, std::optional<std::uint64_t> inode) const {
  if (!known_) return std::nullopt;
  const auto found = rows_.find(fd);
  if (found == rows_.end()) return complete_ ? std::optional<Io>(Io{}) : std::nullopt;
  if (inode && *inode != found->second->inode) return Io{};
  return to_io(*found->second);
}

void append_io_columns(bool known, report::Table& table) {
  using report::Show;
  const Show shown = known ? Show::everywhere : Show::json_only;
  for (const report::Column& column :
       std::array<report::Column, kColumns>{{{"calls", "Calls", shown},
                                             {"failed_calls", "Failed", Show::json_only},
                                             {"bytes", "Bytes", Show::json_only},
                                             {"read_bytes", "Read", shown},
                                             {"written_bytes", "Written", shown},
                                             {"total_ns", "Time", shown},
                                             {"p99_ns", "p99", shown},
                                             {"transfers", "", Show::json_only},
                                             {"small_transfers", "", Show::json_only}}})
    table.columns.push_back(column);
}

void append_io(const std::optional<Io>& io, std::vector<report::Value>& row) {
  if (!io) {
    row.resize(row.size() + kColumns);
    return;
  }
  row.insert(row.end(), {io->calls, io->errors, io->read + io->written, io->read, io->written,
                         io->total, report::to_value(io->p99), io->transfers, io->small_transfers});
}

}  // namespace debug_process::sections
