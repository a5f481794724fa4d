// SPDX-License-Identifier: Apache-2.0
#include "proc/diskstats.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "proc/text.h"

namespace debug_process::proc {
namespace {

// 254       0 vda 65188 15120 5748042 15136 163726 128448 81296936 203881 0 51496 239638 118340 27
// ...
//
// Linux 4.18 added what is behind the eleventh number, and 5.5 more.

constexpr std::uint64_t kSector = 512;  // whatever the device's own

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

// "sda1" of "sda"; "nvme0n1p2" and "mmcblk0p1" where the disk's own name ends in a digit.
bool is_partition(std::string_view name, const std::set<std::string, std::less<>>& names) {
  std::size_t end = name.size();
  while (end > 0 && std::isdigit(static_cast<unsigned char>(name[end - 1])) != 0) --end;
  if (end == 0 || end == name.size()) return false;
  const std::string_view disk = name.substr(0, end);
  if (names.contains(disk)) return true;
  return disk.size() > 1 && disk.ends_with('p') &&
         std::isdigit(static_cast<unsigned char>(disk[disk.size() - 2])) != 0 &&
         names.contains(disk.substr(0, disk.size() - 1));
}

bool is_numbered(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) && all_digits(name.substr(prefix.size()));
}

}  // namespace

Result<std::vector<DiskStats>> parse_diskstats(std::string_view text) {
  std::vector<DiskStats> disks;
  std::set<std::string, std::less<>> names;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    Fields fields(line);
    fields.skip(2);  // major and minor
    DiskStats disk;
    disk.name = fields.next();
    bool malformed_number = disk.name.empty();
    const auto number = [&] {
      const auto value = to_number<std::uint64_t>(fields.next());
      malformed_number = malformed_number || !value;
      return value.value_or(0);
    };
    const auto time = [&] { return std::chrono::milliseconds(number()); };
    disk.reads = number();
    fields.skip(1);  // merged
    disk.read = {number() * kSector};
    disk.reading = time();
    disk.writes = number();
    fields.skip(1);  // merged
    disk.written = {number() * kSector};
    disk.writing = time();
    fields.skip(1);  // in flight
    disk.busy = time();
    disk.queued = time();
    if (malformed_number)
      return malformed("diskstats", lines.number(), "not a name and eleven numbers");
    disk.stacked = is_numbered(disk.name, "dm-") || is_numbered(disk.name, "md") ||
                   is_numbered(disk.name, "loop");
    disk.in_memory = is_numbered(disk.name, "ram") || is_numbered(disk.name, "zram");
    names.insert(disk.name);
    disks.push_back(std::move(disk));
  }
  for (DiskStats& disk : disks) disk.partition = is_partition(disk.name, names);
  return disks;
}

}  // namespace debug_process::proc
