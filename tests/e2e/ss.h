// What ss says of sockets, to hold the report against.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace debug_process::e2e {

struct SsRow {
  std::string family;  // "tcp", "u_str", ...
  std::string state;   // as the report calls it: "ESTABLISHED" for ss's "ESTAB"
  std::uint64_t recv_queue = 0;
  std::uint64_t send_queue = 0;
  std::string local;
  std::string remote;
  std::string details;  // the rest of the line: "ino:42 sk:1 ... cubic rtt:0.1/0.05 cwnd:10"
  std::uint64_t peer_inode = 0;  // of unix sockets

  // The word that begins with "KEY:", without that; empty when there is none.
  [[nodiscard]] std::string detail(const std::string& key) const;
};

using SsRows = std::map<std::uint64_t, SsRow>;  // by inode

// TCP, UDP and raw sockets. `prefix` is a command that runs another ("nsenter ...").
[[nodiscard]] SsRows inet_sockets_in_ss(const std::vector<std::string>& prefix = {});
// Those whose names have no blanks: ss prints names as they are.
[[nodiscard]] SsRows unix_sockets_in_ss(const std::vector<std::string>& prefix = {});
[[nodiscard]] SsRows packet_sockets_in_ss(const std::vector<std::string>& prefix = {});

// The report's words for an endpoint as ss writes it. ss calls an IPv6 address that takes IPv4 too
// "*"; the report calls it "[::]", and says so in the column v6only.
[[nodiscard]] std::string as_reported(const std::string& endpoint, const std::string& protocol);

}  // namespace debug_process::e2e
