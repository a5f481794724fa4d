// SPDX-License-Identifier: Apache-2.0
#include "run/own_use.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdint>
#include <random>

#include "proc/procfs.h"
#include "proc/status.h"

namespace debug_process::run {

std::string new_run_id() {
  std::random_device random;
  const auto half = [&] { return static_cast<std::uint32_t>(random()); };
  return fmt::format("{:08x}{:08x}", half(), half());
}

OwnUse own_use() {
  OwnUse use;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    const auto spent = [](const timeval& time) {
      return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    };
    use.cpu = spent(usage.ru_utime) + spent(usage.ru_stime);
  }
  // Not ru_maxrss: that outlives execve(2), and would be our parent's.
  if (const auto status = proc::Procfs().read("self/status").and_then(proc::parse_status))
    use.peak_rss = status->vm_peak_rss.value_or(Bytes{});
  return use;
}

}  // namespace debug_process::run
