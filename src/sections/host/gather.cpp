// SPDX-License-Identifier: Apache-2.0
#include "sections/host/gather.h"

#include <ctime>

#include "proc/loadavg.h"
#include "proc/meminfo.h"
#include "proc/pressure.h"
#include "proc/system_stat.h"
#include "sections/reasons.h"

namespace debug_process::sections::host {
namespace {

// Files that a kernel may lack: ENOENT here says nothing about the process.
std::string file_gap(const std::string& what, const Error& error) {
  return what + ": " + error.message();
}

// False when this kernel has no such file.
bool add_pressure(const Source& source, const char* resource, Pressure& target) {
  const auto pressure =
      source.procfs.read(std::string("pressure/") + resource).and_then(proc::parse_pressure);
  if (!pressure) return false;
  if (pressure->some) target.some = pressure->some->last_10s;
  if (pressure->full) target.full = pressure->full->last_10s;
  return true;
}

std::optional<std::chrono::nanoseconds> read_clock(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) return std::nullopt;
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

std::optional<std::chrono::nanoseconds> clock_offset() {
  // Between two readings we may be kept from the CPU: take the pair that was read fastest.
  constexpr int kTries = 5;
  std::optional<std::chrono::nanoseconds> offset;
  auto shortest = std::chrono::nanoseconds::max();
  for (int i = 0; i < kTries; ++i) {
    const auto before = read_clock(CLOCK_BOOTTIME);
    const auto wall = read_clock(CLOCK_REALTIME);
    const auto after = read_clock(CLOCK_BOOTTIME);
    if (!before || !wall || !after) return std::nullopt;
    if (*after - *before >= shortest) continue;
    shortest = *after - *before;
    offset = *wall - *before;
  }
  return offset;
}

Facts gather(const Source& source) {
  Facts facts;
  if (const auto load = source.procfs.read("loadavg").and_then(proc::parse_loadavg)) {
    facts.load1 = load->one;
    facts.load5 = load->five;
    facts.load15 = load->fifteen;
  } else {
    facts.completeness.add_gap(file_gap("load", load.error()));
  }
  if (const auto memory = source.procfs.read("meminfo").and_then(proc::parse_meminfo)) {
    facts.memory_total = memory->total;
    facts.memory_available = memory->available;
    facts.swap_total = memory->swap_total;
    facts.swap_free = memory->swap_free;
  } else {
    facts.completeness.add_gap(file_gap("memory", memory.error()));
  }
  if (const auto stat = source.procfs.read("stat").and_then(proc::parse_system_stat);
      stat && stat->cpus > 0) {
    facts.cpus = stat->cpus;
  } else {
    facts.completeness.add_gap(stat ? "CPUs: /proc/stat names none"
                                    : file_gap("CPUs", stat.error()));
  }
  const bool has_cpu = add_pressure(source, "cpu", facts.psi_cpu);
  const bool has_memory = add_pressure(source, "memory", facts.psi_memory);
  const bool has_io = add_pressure(source, "io", facts.psi_io);
  if (!has_cpu || !has_memory || !has_io) {
    facts.completeness.add_gap(
        "pressure: this kernel keeps no account of it (CONFIG_PSI, or boot with psi=1)");
  }
  return facts;
}

}  // namespace debug_process::sections::host
