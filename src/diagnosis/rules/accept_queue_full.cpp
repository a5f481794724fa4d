// Connections are complete and wait for the process to accept them, or find no place to wait.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using sections::sockets::Socket;

constexpr double kFull = 0.80;
// A handful of places fills in every burst.
constexpr std::uint64_t kSmallBacklog = 8;
// Where the backlog is not known: 80% of 128, which was net.core.somaxconn until Linux 5.4 and is
// still many programs' own choice.
constexpr std::uint64_t kMany = 102;

// A listening socket counts what it drops for any reason, a full queue of half-open connections
// among them; the namespace tells whether it was this queue.
std::uint64_t turned_away(const Facts& facts, const Socket& socket) {
  if (!socket.is_listening() || facts.sockets.network.accept_queue_overflows == 0U) return 0;
  return socket.window.drops.value_or(0);
}

bool is_full(const Socket& socket, std::uint64_t waiting) {
  if (!socket.backlog) return waiting >= kMany;
  return waiting > *socket.backlog ||
         (*socket.backlog >= kSmallBacklog &&
          static_cast<double>(waiting) >= kFull * static_cast<double>(*socket.backlog));
}

// At both ends of the window: a burst is over by then.
bool stays_full(const Socket& socket) {
  return socket.is_listening() && socket.earlier &&
         is_full(socket, socket.earlier->waiting_to_be_accepted.value_or(0)) &&
         is_full(socket, socket.waiting_to_be_accepted.value_or(0));
}

std::string place(const Socket& socket) {
  return socket.local.empty() ? fmt::format("descriptor {}", socket.fd) : socket.local;
}

}  // namespace

std::optional<Finding> accept_queue_full(const Facts& facts) {
  // Who was turned away was so, however short the window.
  const bool both_ends_tell = window_is_long_enough(facts);
  const Socket* worst = nullptr;
  for (const auto& socket : facts.sockets.sockets) {
    if (!(both_ends_tell && stays_full(socket)) && turned_away(facts, socket) == 0) continue;
    if (worst == nullptr || turned_away(facts, socket) > turned_away(facts, *worst) ||
        (turned_away(facts, socket) == turned_away(facts, *worst) &&
         socket.waiting_to_be_accepted > worst->waiting_to_be_accepted)) {
      worst = &socket;
    }
  }
  if (worst == nullptr) return std::nullopt;
  const std::uint64_t waiting = worst->waiting_to_be_accepted.value_or(0);
  const std::string cell = fmt::format("sockets.sockets[{}].", worst->fd);
  Finding finding{
      "",
      Severity::warning,
      fmt::format("{} to be accepted on {}", counted(waiting, "connection") + " waiting",
                  place(*worst)),
      "Clients take them for established and get no answer. When the backlog is full, further ones "
      "time out.",
      {{cell + "accept_queue", waiting},
       {cell + "accept_queue_at_start",
        worst->earlier ? report::to_value(worst->earlier->waiting_to_be_accepted)
                       : report::Value()}},
      "see what the accepting thread does in the table of threads; is the backlog large enough "
      "(listen(2), net.core.somaxconn)?"};
  if (worst->backlog) {
    finding.title += fmt::format(", which has room for {}", format_count(*worst->backlog));
    finding.evidence.push_back({cell + "backlog", *worst->backlog});
  }
  if (turned_away(facts, *worst) > 0) {
    finding.title = fmt::format("{} turned away by {}",
                                counted(turned_away(facts, *worst), "connection"), place(*worst));
    finding.explanation =
        "The listening socket dropped what arrived, mostly because nobody accepted what was "
        "waiting. Clients try again after a second, then later and later.";
    finding.evidence.push_back({cell + "drops", turned_away(facts, *worst)});
  }
  return finding;
}

}  // namespace debug_process::diagnosis
