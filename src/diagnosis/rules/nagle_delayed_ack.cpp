// Two algorithms wait for each other: Nagle's here, delayed acknowledgements at the peer.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"
#include "diagnosis/waits.h"

namespace debug_process::diagnosis {

namespace {

using sections::sockets::Socket;
using namespace std::chrono_literals;

// Linux delays an acknowledgement by 40 ms, and up to a tick of its clock more: 50 with 100 ticks a
// second. On a scale of four buckets to each doubling these are the two from 37.2 to 52.6 ms.
constexpr std::chrono::nanoseconds kFrom = 37200us;
constexpr std::chrono::nanoseconds kTo = 52550us;
// With the bucket below them and the one above: whatever else takes 40 ms takes 35 or 55 as often.
constexpr std::chrono::nanoseconds kFromAround = 31260us;
constexpr std::chrono::nanoseconds kToAround = 62490us;
constexpr double kAround = 0.5;                  // at most, of those within
constexpr std::chrono::nanoseconds kWait = 1ms;  // what is shorter was no wait
constexpr double kShareOfWaits = 0.20;
constexpr std::uint64_t kFewest = 20;  // a thread can make no more than 25 a second
// A path of 40 ms has such waits without any of it.
constexpr std::chrono::nanoseconds kShortPath = 20ms;

std::uint64_t delayed(const Socket& socket) {
  return count_between(socket.io->latency, kFrom, kTo);
}

// Data was seen waiting for the acknowledgement of what went before: TCP_NODELAY is not set.
bool was_held_back(const Socket& socket) {
  return socket.held_back == true || (socket.earlier && socket.earlier->held_back == true);
}

bool is_affected(const Socket& socket) {
  if (!socket.io || !was_held_back(socket)) return false;
  if (!socket.rtt_min || *socket.rtt_min >= kShortPath) return false;
  const std::uint64_t within = delayed(socket);
  if (within < kFewest) return false;
  const Histogram& latency = socket.io->latency;
  const std::uint64_t waits = count_between(latency, kWait, std::chrono::nanoseconds::max());
  const std::uint64_t around = count_between(latency, kFromAround, kToAround) - within;
  return static_cast<double>(within) >= kShareOfWaits * static_cast<double>(waits) &&
         static_cast<double>(around) <= kAround * static_cast<double>(within);
}

}  // namespace

std::optional<Finding> nagle_delayed_ack(const Facts& facts) {
  if (!window_is_long_enough(facts) || !counts_all_calls(facts)) return std::nullopt;
  const Socket* worst = nullptr;
  std::uint64_t sockets = 0;
  for (const Socket& socket : facts.sockets.sockets) {
    if (socket.counted || !is_affected(socket)) continue;
    ++sockets;
    if (worst == nullptr || delayed(socket) > delayed(*worst)) worst = &socket;
  }
  if (worst == nullptr) return std::nullopt;
  Finding finding{
      "",
      Severity::warning,
      fmt::format(
          "{} of 40 ms for {}{}: small writes wait for delayed acknowledgements",
          counted(delayed(*worst), "wait"), worst->remote,
          sockets > 1 ? fmt::format(" and {}", counted(sockets - 1, "other connection")) : ""),
      "A message goes out in several small writes; the second one is held back until the peer has "
      "acknowledged the first, and the peer delays that by 40 ms. The network itself is fast.",
      {{fmt::format("sockets.sockets[{}].held_back", worst->fd),
        report::to_value(worst->held_back)},
       {fmt::format("sockets.sockets[{}].total_ns", worst->fd), worst->io->total},
       {fmt::format("sockets.sockets[{}].rtt_min_ns", worst->fd),
        report::to_value(worst->rtt_min)}},
      "set TCP_NODELAY on the connection, or write each message with one call (writev, MSG_MORE)"};
  finding.lost = 40ms * static_cast<std::int64_t>(delayed(*worst));
  return finding;
}

}  // namespace debug_process::diagnosis
