// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/descriptors.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "proc/procfs.h"
#include "proc/status.h"
#include "syscall_stats.h"
#include "syscall_stats.skel.h"
#include "trace/bpf/maps.h"
#include "trace/io_kinds.h"

namespace debug_process::trace::bpf {
namespace {

using std::chrono::nanoseconds;

// A row takes 944 bytes. The table may grow within the window.
constexpr std::uint64_t kMinRows = 1U << 10;
constexpr std::uint64_t kMaxRows = 1U << 15;
constexpr std::uint64_t kRoomToGrow = 2;

io_kind to_bpf(IoKind kind) {
  switch (kind) {
    case IoKind::call:
      return IO_CALL;
    case IoKind::read:
      return IO_READ;
    case IoKind::write:
      return IO_WRITE;
    case IoKind::recvmmsg:
      return IO_RECVMMSG;
    case IoKind::sendmmsg:
      return IO_SENDMMSG;
    case IoKind::sendfile:
      return IO_SENDFILE;
    case IoKind::splice:
      return IO_SPLICE;
    case IoKind::tee:
      return IO_TEE;
    case IoKind::futex:
      return IO_FUTEX;
    case IoKind::lookup_first:
      return IO_LOOKUP_ARG0;
    case IoKind::lookup_second:
      return IO_LOOKUP_ARG1;
    case IoKind::open_first:
      return IO_OPEN_ARG0;
    case IoKind::open_second:
      return IO_OPEN_ARG1;
    case IoKind::close:
      return IO_CLOSE;
    case IoKind::dup_to:
      return IO_DUP_TO;
    case IoKind::close_range:
      return IO_CLOSE_RANGE;
  }
  return IO_NONE;
}

std::uint32_t rows_for(pid_t pid) {
  const proc::Procfs procfs;
  const auto status = procfs.read(fmt::format("{}/status", pid)).and_then(proc::parse_status);
  const std::uint64_t places = status ? status->fd_size.value_or(0) : 0;
  return static_cast<std::uint32_t>(
      std::bit_ceil(std::clamp(places * kRoomToGrow, kMinRows, kMaxRows)));
}

// The map dp_fds, mapped.
class MappedRows {
 public:
  MappedRows(const syscall_stats_bpf& skeleton, int protection)
      : count_(skeleton.rodata->fd_rows),
        data_(::mmap(nullptr, count_ * sizeof(fd_stats), protection, MAP_SHARED,
                     bpf_map__fd(skeleton.maps.dp_fds), 0)) {}
  ~MappedRows() {
    if (ok()) ::munmap(data_, count_ * sizeof(fd_stats));
  }
  MappedRows(const MappedRows&) = delete;
  MappedRows& operator=(const MappedRows&) = delete;

  [[nodiscard]] bool ok() const { return data_ != MAP_FAILED; }
  [[nodiscard]] std::span<fd_stats> rows() const {
    return {static_cast<fd_stats*>(data_), ok() ? count_ : 0};
  }

 private:
  std::size_t count_;
  void* data_;
};

constexpr std::array<std::uint32_t, 8> kFormats{0,       S_IFREG, S_IFDIR,  S_IFCHR,
                                                S_IFBLK, S_IFIFO, S_IFSOCK, S_IFLNK};

std::string text_of(std::span<const char> bytes) {
  return {bytes.begin(), std::find(bytes.begin(), bytes.end(), '\0')};
}

// In the words of sections/files. What was opened and not used is a file as far as is known.
std::string type_of(const file_kind& kind) {
  std::string name = text_of(kind.name);
  if (name.starts_with('[')) name.erase(0, 1);
  if (name.ends_with(']')) name.pop_back();
  if (!name.empty()) return name;
  switch (kind.format) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "directory";
    case S_IFCHR:
    case S_IFBLK:
      return "device";
    case S_IFIFO:
      return "pipe";
    case S_IFSOCK:
      return "socket";
    default:
      return kind.path[0] != '\0' ? "file" : "unknown";
  }
}

// Of a row by descriptor and of one of what was closed.
template <typename Row>
IoStats to_io(const Row& row) {
  IoStats io;
  io.calls = row.calls;
  io.errors = row.errors;
  io.untimed = row.untimed;
  io.read_bytes = row.read_bytes;
  io.written_bytes = row.written_bytes;
  io.transfers = row.transfers % SMALL_TRANSFER;
  io.small_transfers = row.transfers / SMALL_TRANSFER;
  io.total = nanoseconds(static_cast<std::int64_t>(row.total_ns));
  return io;
}

void add(const IoStats& from, IoStats& to) {
  to.calls += from.calls;
  to.errors += from.errors;
  to.untimed += from.untimed;
  to.read_bytes += from.read_bytes;
  to.written_bytes += from.written_bytes;
  to.transfers += from.transfers;
  to.small_transfers += from.small_transfers;
  to.total += from.total;
}

Histogram to_histogram(const fd_stats& row) {
  Histogram latency;
  latency.scale = FD_HISTOGRAM_SCALE;
  const std::span<const __u32> buckets(row.buckets);
  latency.zero_count = buckets.front();
  const auto used = [](std::uint32_t count) { return count != 0; };
  const auto first = std::find_if(buckets.begin() + 1, buckets.end(), used);
  if (first != buckets.end()) {
    const auto last = std::find_if(buckets.rbegin(), buckets.rend(), used).base();
    latency.offset = FD_HISTOGRAM_FIRST_OFFSET + static_cast<int>(first - buckets.begin()) - 1;
    latency.counts.assign(first, last);
  }
  latency.count = latency.bucketed();
  latency.sum = nanoseconds(static_cast<std::int64_t>(row.total_ns));
  // Only their bounds are known: no value was longer than all of them together.
  latency.max = latency.sum;
  return latency;
}

class DescriptorReader {
 public:
  explicit DescriptorReader(const syscall_stats_bpf& skeleton) : skeleton_(skeleton) {}

  Result<void> read(Activity& activity) {
    const MappedRows mapped(skeleton_, PROT_READ);
    if (!mapped.ok()) return fail_errno("map BPF map", "dp_fds");
    read_closed();
    auto& descriptors = activity.descriptors.emplace();
    int fd = -1;
    for (const fd_stats& row : mapped.rows()) {
      ++fd;
      if (row.files == 0 && row.calls == 0) continue;
      if (row.files == 0 || row.state == FD_CLOSED)
        add_closed(row);
      else if (row.calls > 0 || row.files > 1)
        descriptors.push_back({fd, row.inode, row.files, to_io(row), to_histogram(row)});
    }
    for (auto& [key, closed] : closed_) activity.closed.push_back(std::move(closed));
    std::stable_sort(activity.closed.begin(), activity.closed.end(),
                     [](const ClosedIo& a, const ClosedIo& b) { return a.io.total > b.io.total; });
    return {};
  }

 private:
  ClosedIo& closed_row(const file_kind& kind) {
    const std::string type = type_of(kind);
    const std::string path = text_of(kind.path);
    ClosedIo& row = closed_[{type, path}];
    row.type = type;
    row.path = path;
    return row;
  }

  void read_closed() {
    for_each<file_kind, closed_stats>(skeleton_.maps.dp_closed,
                                      [&](const file_kind& kind, const closed_stats& value) {
                                        if (value.files == 0) return;
                                        ClosedIo& row = closed_row(kind);
                                        row.files += value.files;
                                        add(to_io(value), row.io);
                                      });
  }

  // Not followed by another file under the same number: still in its row.
  void add_closed(const fd_stats& row) {
    ClosedIo& closed = closed_row(row.kind);
    closed.files += 1;
    add(to_io(row), closed.io);
  }

  const syscall_stats_bpf& skeleton_;
  std::map<std::pair<std::string, std::string>, ClosedIo> closed_;
};

}  // namespace

Result<void> prepare_descriptors(syscall_stats_bpf& skeleton, pid_t pid) {
  for (const auto& [key, kind] : io_kinds())
    if (const auto index = table_index(key))
      skeleton.rodata->io_kinds[*index] = static_cast<std::uint8_t>(to_bpf(kind));
  const std::uint32_t rows = rows_for(pid);
  skeleton.rodata->fd_rows = rows;
  if (const int status = bpf_map__set_max_entries(skeleton.maps.dp_fds, rows); status != 0)
    return fail({"size BPF map", "dp_fds", -status, {}, {}});
  return {};
}

Result<void> make_rows_for_closed(const syscall_stats_bpf& skeleton) {
  for (const std::uint32_t format : kFormats) {
    file_kind kind{};
    kind.format = format;
    const closed_stats nothing{};
    if (::bpf_map_update_elem(bpf_map__fd(skeleton.maps.dp_closed), &kind, &nothing, BPF_ANY) != 0)
      return fail_errno("fill BPF map", "dp_closed");
  }
  return {};
}

Result<void> forget_descriptors(const syscall_stats_bpf& skeleton) {
  const MappedRows mapped(skeleton, PROT_READ | PROT_WRITE);
  if (!mapped.ok()) return fail_errno("map BPF map", "dp_fds");
  for (fd_stats& row : mapped.rows())
    if (row.files != 0 || row.calls != 0) row = fd_stats{};
  clear<file_kind>(skeleton.maps.dp_closed);
  return make_rows_for_closed(skeleton);
}

Result<void> read_descriptors(const syscall_stats_bpf& skeleton, Activity& activity) {
  return DescriptorReader(skeleton).read(activity);
}

}  // namespace debug_process::trace::bpf
