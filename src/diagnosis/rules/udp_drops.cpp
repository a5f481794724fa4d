// Datagrams have come and were thrown away.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using sections::sockets::Socket;

// Of all that came. Fewer, and one a second, are what UDP is expected to lose.
constexpr double kShare = 0.01;
constexpr double kPerSecond = 1;

bool is_udp(const Socket& socket) {
  return socket.protocol == "udp" || socket.protocol == "udp6";
}

bool is_noticed(const Socket& socket, const Facts& facts) {
  const auto drops = static_cast<double>(*socket.window.drops);
  const double seconds = std::chrono::duration<double>(facts.window).count();
  if (seconds <= 0 || drops < kPerSecond * seconds) return false;
  // Where it is not known how many it read.
  if (!socket.io || !counts_all_calls(facts)) return true;
  return drops >= kShare * (drops + static_cast<double>(socket.io->transfers));
}

}  // namespace

std::optional<Finding> udp_drops(const Facts& facts) {
  const Socket* worst = nullptr;
  for (const Socket& socket : facts.sockets.sockets) {
    if (socket.counted || !is_udp(socket) || socket.window.drops.value_or(0) == 0) continue;
    if (worst == nullptr || *socket.window.drops > *worst->window.drops) worst = &socket;
  }
  if (worst == nullptr) return std::nullopt;
  const std::string cell = fmt::format("sockets.sockets[{}].", worst->fd);
  return Finding{
      "",
      is_noticed(*worst, facts) ? Severity::warning : Severity::info,
      fmt::format("{} dropped on {} {} (fd {})", counted(*worst->window.drops, "datagram"),
                  worst->protocol, worst->local, worst->fd),
      "Mostly the receive buffer was full: datagrams come faster than this process reads them, if "
      "only for a moment. Nobody sends them again but the application itself.",
      {{cell + "drops", *worst->window.drops},
       {cell + "recv_queue_bytes", report::to_value(worst->recv_queue)}},
      fmt::format(
          "a larger SO_RCVBUF, which net.core.rmem_max has to allow; see whether the reading "
          "thread keeps up; what was dropped for another reason: nsenter -t {} -n nstat -az "
          "'Udp*'",
          facts.process.pid)};
}

}  // namespace debug_process::diagnosis
