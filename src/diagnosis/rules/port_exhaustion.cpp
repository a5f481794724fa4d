// connect finds no free local port. Any such failure counts; bind is misuse more often than want.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cerrno>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

std::optional<Finding> port_exhaustion(const Facts& facts) {
  const auto rows = failures(facts, {EADDRNOTAVAIL}, {"connect"});
  if (rows.empty()) return std::nullopt;
  return Finding{
      "",
      Severity::critical,
      "no local port free: " + describe(*rows.front()),
      "Every connection to one address and port needs a local port of its own, and keeps "
      "it in TIME_WAIT for a minute after closing first. (A source address that is not "
      "this host's fails in the same way.)",
      {cite(*rows.front())},
      "ss -s for TIME_WAIT; reuse connections (pooling, keep-alive), or widen "
      "net.ipv4.ip_local_port_range"};
}

}  // namespace debug_process::diagnosis
