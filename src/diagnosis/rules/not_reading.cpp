// Data has come, and the process does not read it.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using sections::sockets::Socket;

constexpr std::chrono::seconds kLong{5};  // shorter ones are a busy moment

bool is_stream(const Socket& socket) {
  return socket.state == "ESTABLISHED" &&
         (socket.protocol.starts_with("tcp") || socket.protocol == "unix");
}

// Something waited when the window began, nothing was read, and it has not become less.
bool is_unread(const Socket& socket) {
  if (socket.counted || !is_stream(socket) || !socket.recv_queue || !socket.earlier) return false;
  const Bytes earlier = socket.earlier->recv_queue.value_or(Bytes{});
  return earlier > Bytes{} && *socket.recv_queue >= earlier && socket.io &&
         socket.io->read == Bytes{};
}

// Who cannot pass on what it reads stops reading, and is right to.
bool is_held_up_by_another(const Facts& facts) {
  for (const Socket& socket : facts.sockets.sockets)
    if (socket.send_queue.value_or(Bytes{}) > Bytes{} && !is_unread(socket)) return true;
  return false;
}

}  // namespace

std::optional<Finding> not_reading(const Facts& facts) {
  // What was not counted may have been read.
  if (facts.window < kLong || !counts_all_calls(facts)) return std::nullopt;
  const Socket* worst = nullptr;
  std::uint64_t sockets = 0;
  for (const Socket& socket : facts.sockets.sockets) {
    if (!is_unread(socket)) continue;
    ++sockets;
    if (worst == nullptr || *socket.recv_queue > *worst->recv_queue) worst = &socket;
  }
  if (worst == nullptr || is_held_up_by_another(facts)) return std::nullopt;
  const std::string cell = fmt::format("sockets.sockets[{}].", worst->fd);
  return Finding{
      "",
      Severity::warning,
      fmt::format("{} have come {}and were not read for {}{}", format_bytes(*worst->recv_queue),
                  worst->remote.empty() ? "" : fmt::format("from {} ", worst->remote),
                  format_duration(facts.window),
                  sockets > 1
                      ? fmt::format(", on {} likewise", counted(sockets - 1, "other connection"))
                      : ""),
      "The peer waits for an answer, or will be stopped when the receive buffer is full. The "
      "thread "
      "that should read is blocked elsewhere, or does not know that there is something to read.",
      {{cell + "recv_queue_bytes", *worst->recv_queue},
       {cell + "recv_queue_at_start_bytes", report::to_value(worst->earlier->recv_queue)},
       {cell + "read_bytes", worst->io->read}},
      fmt::format("see in the table of threads what each is blocked in; is fd {} watched: grep tfd "
                  "/proc/{}/fdinfo/*",
                  worst->fd, facts.process.pid)};
}

}  // namespace debug_process::diagnosis
