// What protocol a socket behind a descriptor is of, for those that no table knows. sockfs tells it
// as the extended attribute system.sockprotoname: the kernel's sockfs_xattr_get().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proc/procfs.h"

namespace debug_process::proc {

// "tcp6" for the kernel's "TCPv6": as the tables are named, others in small letters ("xdp", "alg").
[[nodiscard]] std::string protocol_name(std::string_view kernel_name);

// By descriptor; those that are closed by now or do not tell are left out. `base` as FdTable's. A
// number may by now be a file, on a server that does not answer: this gives up after some time, and
// then has nothing.
[[nodiscard]] std::map<int, std::string> read_socket_protocols(const Procfs& procfs,
                                                               const std::string& base,
                                                               std::vector<int> fds);

}  // namespace debug_process::proc
