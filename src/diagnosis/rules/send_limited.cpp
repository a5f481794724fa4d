// Data is ready to be sent, and the peer or the send buffer does not let it go.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"
#include "diagnosis/waits.h"

namespace debug_process::diagnosis {

namespace {

using sections::sockets::Socket;
using std::chrono::nanoseconds;

constexpr double kBusy = 0.05;           // of the window: less and nobody waits for it
constexpr double kLimitedByPeer = 0.30;  // of the busy time
constexpr double kLimitedByBuffer = 0.20;
constexpr double kShareOfAThread = 0.05;  // in calls on this socket: less costs nobody time

double seconds(const std::optional<nanoseconds>& duration) {
  return std::chrono::duration<double>(duration.value_or(nanoseconds(0))).count();
}

bool is_limited(const Socket& socket, double window) {
  const double busy = seconds(socket.window.busy);
  return busy >= kBusy * window &&
         (seconds(socket.window.rwnd_limited) >= kLimitedByPeer * busy ||
          seconds(socket.window.sndbuf_limited) >= kLimitedByBuffer * busy);
}

double limited(const Socket& socket) {
  return seconds(socket.window.rwnd_limited) + seconds(socket.window.sndbuf_limited);
}

bool by_peer(const Socket& socket) {
  return seconds(socket.window.rwnd_limited) >= seconds(socket.window.sndbuf_limited);
}

// Of all threads, in calls on this socket, those that have not returned included.
nanoseconds time_in_calls(const Facts& facts, const Socket& socket) {
  nanoseconds total = socket.io ? socket.io->total : nanoseconds(0);
  for (const InFlight* call : long_calls(
           facts, {"write", "writev", "sendto", "sendmsg", "sendfile", "splice"}, nanoseconds(0)))
    if (descriptor_of(facts, *call) == socket.fd) total += within_window(facts, *call);
  return total;
}

}  // namespace

std::optional<Finding> send_limited(const Facts& facts) {
  if (!window_is_long_enough(facts)) return std::nullopt;
  const Socket* worst = nullptr;
  std::uint64_t sockets = 0;
  for (const Socket& socket : facts.sockets.sockets) {
    if (socket.counted || !is_limited(socket, seconds(facts.window))) continue;
    ++sockets;
    if (worst == nullptr || limited(socket) > limited(*worst)) worst = &socket;
  }
  if (worst == nullptr) return std::nullopt;
  const bool peer = by_peer(*worst);
  const nanoseconds waited =
      (peer ? worst->window.rwnd_limited : worst->window.sndbuf_limited).value_or(nanoseconds(0));
  const nanoseconds in_calls = time_in_calls(facts, *worst);
  const bool costly = seconds(in_calls) >= kShareOfAThread * observed_seconds(facts);
  const std::string cell = fmt::format("sockets.sockets[{}].", worst->fd);
  Finding finding{
      "",
      costly ? Severity::warning : Severity::info,
      fmt::format("{} {} for {} of the {} it had data to send{}", worst->remote,
                  peer ? "took nothing" : "was sent nothing, the send buffer being too small,",
                  format_duration(waited), format_duration(*worst->window.busy),
                  sockets > 1
                      ? fmt::format(", and {} likewise", counted(sockets - 1, "other connection"))
                      : ""),
      peer ? "The peer's receive window is full: it reads more slowly than this process writes. "
             "What "
             "is sent waits in the send buffer, and then in this process."
           : "The send buffer holds less than the path could take. The connection idles although "
             "both ends could go on.",
      {{cell + "busy_ns", *worst->window.busy},
       {cell + "rwnd_limited_ns", report::to_value(worst->window.rwnd_limited)},
       {cell + "sndbuf_limited_ns", report::to_value(worst->window.sndbuf_limited)}},
      peer ? fmt::format("look at what the peer does at {}; its Recv-Q: ss -tin there",
                         worst->remote)
           : "let the kernel size it: no SO_SNDBUF in the program, and sysctl net.ipv4.tcp_wmem"};
  if (costly) finding.lost = std::min(waited, in_calls);
  return finding;
}

}  // namespace debug_process::diagnosis
