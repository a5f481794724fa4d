// Every parser, fed with every prefix of a good text, and with each byte of it changed: an error or
// a value, no crash. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "proc/cgroup.h"
#include "proc/cgroup_files.h"
#include "proc/cmdline.h"
#include "proc/diskstats.h"
#include "proc/fd_table.h"
#include "proc/fdinfo.h"
#include "proc/io.h"
#include "proc/limits.h"
#include "proc/loadavg.h"
#include "proc/maps.h"
#include "proc/meminfo.h"
#include "proc/mountinfo.h"
#include "proc/net_tables.h"
#include "proc/pressure.h"
#include "proc/schedstat.h"
#include "proc/smaps.h"
#include "proc/sockstat.h"
#include "proc/stat.h"
#include "proc/statm.h"
#include "proc/status.h"
#include "proc/system_stat.h"
#include "proc/task_syscall.h"
#include "proc/uptime.h"
#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

struct Case {
  std::string path;
  std::function<void(std::string_view)> parse;
};

template <typename Parser>
std::function<void(std::string_view)> calling(Parser parser) {
  return [parser](std::string_view text) { static_cast<void>(parser(text)); };
}

std::function<void(std::string_view)> table(std::string name) {
  return [name](std::string_view text) { static_cast<void>(parse_net_table(name, text)); };
}

std::vector<Case> cases() {
  return {{"4242/stat", calling(parse_stat)},
          {"4242/status", calling(parse_status)},
          {"4242/schedstat", calling(parse_schedstat)},
          {"4242/cmdline", calling(parse_cmdline)},
          {"4242/limits", calling(parse_limits)},
          {"4242/cgroup",
           [](std::string_view text) {
             const auto cgroup = parse_cgroup(text);
             if (cgroup) static_cast<void>(container_of(cgroup->path().value_or("")));
           }},
          {"diskstats", calling(parse_diskstats)},
          {"5100/statm", calling(parse_statm_resident)},
          {"../cgroup/v2/kubepods.slice/memory.events", calling(parse_cgroup_counters)},
          {"../cgroup/v2/kubepods.slice/pod1.slice/cpu.max", calling(parse_cpu_max)},
          {"../cgroup/v2/kubepods.slice/pod1.slice/io.stat", calling(parse_io_stat)},
          {"../cgroup/v1/memory/memory.limit_in_bytes", calling(parse_cgroup_limit)},
          {"../cgroup/v1/blkio/docker/web/blkio.throttle.io_service_bytes_recursive",
           calling(parse_blkio)},
          {"4242/maps", calling(parse_maps)},
          {"4242/smaps", calling(parse_smaps)},
          {"4242/smaps_rollup", calling(parse_smaps_rollup)},
          {"4242/fdinfo/4", calling(parse_fdinfo)},
          {"4242/fdinfo/7", calling(parse_fdinfo)},
          {"4242/fdinfo/9", calling(parse_fdinfo)},
          {"4242/mountinfo", calling(parse_mountinfo)},
          {"4242/io", calling(parse_io)},
          {"4242/syscall", calling(parse_task_syscall)},
          {"4242/net/sockstat", calling(parse_sockstat)},
          {"4242/net/tcp", table("tcp")},
          {"4242/net/tcp6", table("tcp6")},
          {"4242/net/unix", table("unix")},
          {"4242/net/netlink", table("netlink")},
          {"4242/net/packet", table("packet")},
          {"loadavg", calling(parse_loadavg)},
          {"meminfo", calling(parse_meminfo)},
          {"pressure/io", calling(parse_pressure)},
          {"stat", calling(parse_system_stat)},
          {"uptime", calling(parse_uptime)}};
}

TEST(Parsers, SurviveEveryPrefix) {
  for (const Case& one : cases()) {
    const std::string text = fixture(one.path);
    ASSERT_FALSE(text.empty()) << one.path;
    const std::size_t end = std::min<std::size_t>(text.size(), 2000);
    // Each in memory of its own, so that a sanitizer sees the first byte too many.
    for (std::size_t length = 0; length <= end; ++length) one.parse(std::string(text, 0, length));
  }
}

TEST(Parsers, SurviveEveryChangedByte) {
  for (const Case& one : cases()) {
    std::string text = fixture(one.path).substr(0, 1500);
    for (char& byte : text) {
      const char before = byte;
      for (const char other : {'\0', '\n', ' ', ':', '-', '9', '\xff'}) {
        byte = other;
        one.parse(text);
      }
      byte = before;
    }
  }
}

}  // namespace
}  // namespace debug_process::proc
