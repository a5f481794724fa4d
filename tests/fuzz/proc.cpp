// All parsers of /proc and of control groups. An input is a line with the parser's name, which is
// the file's, and the text. SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "proc/cgroup.h"
#include "proc/cgroup_files.h"
#include "proc/cmdline.h"
#include "proc/diskstats.h"
#include "proc/fd_table.h"
#include "proc/fdinfo.h"
#include "proc/io.h"
#include "proc/kernel_settings.h"
#include "proc/limits.h"
#include "proc/loadavg.h"
#include "proc/locks.h"
#include "proc/maps.h"
#include "proc/meminfo.h"
#include "proc/mountinfo.h"
#include "proc/net_tables.h"
#include "proc/netstat.h"
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
#include "proc/wchan.h"

namespace {

using namespace debug_process::proc;

using Parser = void (*)(std::string_view);

template <auto parse>
void feed(std::string_view text) {
  (void)parse(text);
}

void feed_link(std::string_view text) {
  (void)parse_fd_link(3, text);
}

void feed_table(std::string_view name, std::string_view text) {
  const InodeSet wanted{1, 2, 3};
  (void)parse_net_table(name, text);
  (void)parse_net_table(name, text, &wanted);
}

const std::map<std::string_view, Parser>& parsers() {
  static const std::map<std::string_view, Parser> all{{"cgroup", feed<parse_cgroup>},
                                                      {"memory.stat", feed<parse_cgroup_counters>},
                                                      {"memory.max", feed<parse_cgroup_limit>},
                                                      {"cpu.max", feed<parse_cpu_max>},
                                                      {"io.stat", feed<parse_io_stat>},
                                                      {"blkio", feed<parse_blkio>},
                                                      {"cmdline", feed<parse_cmdline>},
                                                      {"diskstats", feed<parse_diskstats>},
                                                      {"fd", feed_link},
                                                      {"fdinfo", feed<parse_fdinfo>},
                                                      {"io", feed<parse_io>},
                                                      {"osrelease", feed<parse_kernel_version>},
                                                      {"lockdown", feed<parse_lockdown>},
                                                      {"limits", feed<parse_limits>},
                                                      {"loadavg", feed<parse_loadavg>},
                                                      {"locks", feed<parse_locks>},
                                                      {"maps", feed<parse_maps>},
                                                      {"meminfo", feed<parse_meminfo>},
                                                      {"mountinfo", feed<parse_mountinfo>},
                                                      {"netstat", feed<parse_netstat>},
                                                      {"memory.pressure", feed<parse_pressure>},
                                                      {"schedstat", feed<parse_schedstat>},
                                                      {"smaps", feed<parse_smaps>},
                                                      {"smaps_rollup", feed<parse_smaps_rollup>},
                                                      {"sockstat", feed<parse_sockstat>},
                                                      {"stat", feed<parse_stat>},
                                                      {"statm", feed<parse_statm_resident>},
                                                      {"status", feed<parse_status>},
                                                      {"system_stat", feed<parse_system_stat>},
                                                      {"syscall", feed<parse_task_syscall>},
                                                      {"uptime", feed<parse_uptime>},
                                                      {"wchan", feed<parse_wchan>}};
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\n');
  if (end == std::string_view::npos) return -1;
  const std::string_view name = input.substr(0, end);
  const std::string_view text = input.substr(end + 1);
  if (const auto parser = parsers().find(name); parser != parsers().end()) {
    parser->second(text);
    return 0;
  }
  for (const std::string_view table : {"tcp", "tcp6", "udp", "raw6", "unix", "netlink", "packet"})
    if (name == table) {
      feed_table(table, text);
      return 0;
    }
  return -1;  // nothing to be learnt from it
}
