// Connections are complete and wait for the process to accept them.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

// /proc does not tell a listener's backlog. 128 was net.core.somaxconn until Linux 5.4 and is still
// many programs' own choice: 80% of it. A program with a larger backlog that lets so many wait is
// late as well.
constexpr std::uint64_t kMany = 102;

}  // namespace

std::optional<Finding> accept_queue_full(const Facts& facts) {
  const sections::sockets::Socket* worst = nullptr;
  for (const auto& socket : facts.sockets.sockets) {
    if (socket.waiting_to_be_accepted.value_or(0) < kMany) continue;
    if (worst == nullptr || *socket.waiting_to_be_accepted > *worst->waiting_to_be_accepted) {
      worst = &socket;
    }
  }
  if (worst == nullptr) return std::nullopt;
  const std::uint64_t waiting = *worst->waiting_to_be_accepted;
  return Finding{
      "",
      Severity::warning,
      fmt::format("{} to be accepted on {}", counted(waiting, "connection") + " waiting",
                  worst->local),
      "Clients take them for established and get no answer. When the backlog is full, further ones "
      "time out.",
      {{fmt::format("sockets.sockets[{}].accept_queue", worst->fd), waiting}},
      "see what the accepting thread does in the table of threads; ss -ltn shows the backlog"};
}

}  // namespace debug_process::diagnosis
