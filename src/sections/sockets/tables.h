// The kernel's tables of sockets, of the target's network namespace: through sock_diag, or
// /proc/PID/net where that is refused. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "sections/sockets/facts.h"
#include "sections/source.h"

namespace debug_process::sections::sockets {

struct Tables {
  // What else the tables read hold, of other processes: inodes, ascending. A socket that is in none
  // of both, and whose table was read, did not exist.
  std::vector<std::uint64_t> others;
  std::set<std::string, std::less<>> read;  // the tables read to their end
  std::set<std::uint16_t> listening_ports;  // of TCP in the namespace, as far as it was read
  std::unordered_map<std::uint64_t, std::string> unix_names;  // of all, for those of the peers
  std::optional<std::uint64_t> time_wait;
};

enum class Scope {
  wanted,  // tables that none of the target's sockets is in are passed over
  later,   // what is cheap is read even so: a socket may be made later, and has to be new then
};

// Fills in `sockets`, which have their descriptors and inodes only. `base` as FdTable's.
[[nodiscard]] Tables read_tables(const Source& source, const std::string& base, Scope scope,
                                 std::vector<Socket>& sockets, Completeness& completeness);

}  // namespace debug_process::sections::sockets
