// SPDX-License-Identifier: Apache-2.0
#include "sections/disk/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "proc/cgroup.h"
#include "proc/cgroup_place.h"
#include "sections/reasons.h"
#include "util/clock.h"

namespace debug_process::sections::disk {
namespace {

using std::chrono::nanoseconds;

template <typename T>
T growth(const T& end, const T& start) {
  return end >= start ? end - start : T{};
}

// Of the nearest group that counts I/O; not the hierarchy's root, which is the machine.
void read_group(const Source& source, const proc::Cgroup& cgroup, Snapshot& snapshot) {
  const proc::Procfs files(source.cgroup_root);
  auto place = proc::find_cgroup(files, cgroup, "blkio", source.pid);
  if (!place || place->groups.empty()) return;
  place->groups.pop_back();
  for (const proc::CgroupGroup& group : place->groups) {
    Result<proc::CgroupIo> io =
        place->unified
            ? files.read(group.directory + "/io.stat").and_then(proc::parse_io_stat)
            : files.read(group.directory + "/blkio.throttle.io_service_bytes_recursive")
                  .or_else([&](const Error&) {
                    return files.read(group.directory + "/blkio.throttle.io_service_bytes");
                  })
                  .and_then(proc::parse_blkio);
    if (!io) continue;
    snapshot.group = *io;
    snapshot.group_name = group.name;
    return;
  }
}

void read_group_pressure(const Source& source, const proc::Cgroup& cgroup, Snapshot& snapshot) {
  const proc::Procfs files(source.cgroup_root);
  const auto place = proc::find_cgroup(files, cgroup, "", source.pid);
  if (!place || place->groups.size() < 2) return;
  const auto pressure =
      files.read(place->groups.front().directory + "/io.pressure").and_then(proc::parse_pressure);
  if (pressure) snapshot.group_pressure = *pressure;
}

void add_process(const proc::Io& start, const proc::Io& end, Facts& facts) {
  facts.storage = {growth(end.storage_read, start.storage_read),
                   growth(end.storage_written, start.storage_written)};
  facts.cancelled = growth(end.cancelled_write, start.cancelled_write);
  facts.calls = {growth(end.read_calls_bytes, start.read_calls_bytes),
                 growth(end.written_calls_bytes, start.written_calls_bytes)};
  facts.read_calls = growth(end.read_calls, start.read_calls);
  facts.write_calls = growth(end.write_calls, start.write_calls);
}

Disk difference(const proc::DiskStats& start, const proc::DiskStats& end, nanoseconds window) {
  Disk disk;
  disk.name = end.name;
  disk.kind = end.stacked ? "stacked" : end.in_memory ? "memory" : "disk";
  disk.bytes = {growth(end.read, start.read), growth(end.written, start.written)};
  const auto reads = growth(end.reads, start.reads);
  const auto writes = growth(end.writes, start.writes);
  const auto waited = growth(end.reading, start.reading) + growth(end.writing, start.writing);
  if (reads + writes > 0) disk.wait = nanoseconds(waited) / (reads + writes);
  if (window <= nanoseconds(0)) return disk;
  disk.reads = Rate{static_cast<double>(reads) / seconds(window)};
  disk.writes = Rate{static_cast<double>(writes) / seconds(window)};
  // Counted in whole milliseconds, or ticks: it may come to a little more than there was.
  disk.busy = Ratio{std::min(1.0, seconds(growth(end.busy, start.busy)) / seconds(window))};
  disk.queue = seconds(growth(end.queued, start.queued)) / seconds(window);
  return disk;
}

bool did_nothing(const Disk& disk) {
  return disk.bytes.total() == Bytes{} && disk.busy.value_or(Ratio{}).value == 0 && !disk.wait;
}

void add_disks(const Snapshot& start, const Snapshot& end, nanoseconds window, Facts& facts) {
  if (!end.disks || !start.disks) {
    if (end.disks_error)
      facts.completeness.add_gap("the machine's disks: " + end.disks_error->message());
    return;
  }
  Transfer host;
  for (const proc::DiskStats& stats : *end.disks) {
    if (stats.partition) continue;
    const auto before =
        std::find_if(start.disks->begin(), start.disks->end(),
                     [&](const proc::DiskStats& other) { return other.name == stats.name; });
    const proc::DiskStats nothing;
    const Disk disk = difference(before == start.disks->end() ? nothing : *before, stats, window);
    if (disk.kind == "disk") {
      host.read += disk.bytes.read;
      host.written += disk.bytes.written;
    }
    if (!did_nothing(disk)) facts.disks.push_back(disk);
  }
  facts.host = host;
  std::stable_sort(facts.disks.begin(), facts.disks.end(), [](const Disk& a, const Disk& b) {
    return std::tuple(a.kind != "disk", b.busy, b.bytes.total()) <
           std::tuple(b.kind != "disk", a.busy, a.bytes.total());
  });
}

Pressure pressure_over(const std::optional<proc::Pressure>& start,
                       const std::optional<proc::Pressure>& end, nanoseconds window) {
  Pressure pressure;
  if (!start || !end || window <= nanoseconds(0)) return pressure;
  const auto share = [window](const auto& before, const auto& after) -> std::optional<Ratio> {
    if (!before || !after) return std::nullopt;
    return Ratio{std::min(1.0, seconds(growth(after->total, before->total)) / seconds(window))};
  };
  pressure.some = share(start->some, end->some);
  pressure.full = share(start->full, end->full);
  return pressure;
}

std::optional<Ratio> share(Bytes part, Bytes whole) {
  if (whole == Bytes{}) return std::nullopt;
  return Ratio{static_cast<double>(part.value) / static_cast<double>(whole.value)};
}

}  // namespace

Snapshot snapshot(const Source& source) {
  Snapshot snapshot;
  snapshot.at = std::chrono::steady_clock::now();
  if (auto io = source.procfs.read(fmt::format("{}/io", source.pid)).and_then(proc::parse_io))
    snapshot.io = *io;
  else
    snapshot.io_error = io.error();
  if (auto disks = source.procfs.read("diskstats").and_then(proc::parse_diskstats))
    snapshot.disks = std::move(*disks);
  else
    snapshot.disks_error = disks.error();
  if (const auto pressure = source.procfs.read("pressure/io").and_then(proc::parse_pressure))
    snapshot.host_pressure = *pressure;
  const auto cgroup =
      source.procfs.read(fmt::format("{}/cgroup", source.pid)).and_then(proc::parse_cgroup);
  if (cgroup) {
    read_group(source, *cgroup, snapshot);
    read_group_pressure(source, *cgroup, snapshot);
  }
  return snapshot;
}

Facts gather(const Snapshot& start, const Snapshot& end) {
  Facts facts;
  const nanoseconds window = end.at - start.at;
  if (window <= nanoseconds(0)) {
    facts.completeness = Completeness::unavailable("the process had ended before a second look");
    return facts;
  }
  if (start.io && end.io)
    add_process(*start.io, *end.io, facts);
  else if (end.io_error)
    facts.completeness.add_gap(reason_for("what this process reads and writes", *end.io_error));
  else
    facts.completeness.add_gap("what this process did before the window is unknown");
  add_disks(start, end, window, facts);
  facts.host_pressure = pressure_over(start.host_pressure, end.host_pressure, window);
  facts.group_pressure = pressure_over(start.group_pressure, end.group_pressure, window);
  if (start.group && end.group && start.group_name == end.group_name) {
    facts.group = {growth(end.group->read, start.group->read),
                   growth(end.group->written, start.group->written)};
    facts.group_name = end.group_name;
  }
  if (facts.storage && facts.host) {
    facts.read_share = share(facts.storage->read, facts.host->read);
    facts.write_share = share(facts.storage->written, facts.host->written);
  }
  if (!facts.storage && !facts.host)
    facts.completeness = Completeness::unavailable(facts.completeness.reason);
  return facts;
}

}  // namespace debug_process::sections::disk
