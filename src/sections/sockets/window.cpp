// The difference between two readings of a socket.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sections/sockets/gather.h"

namespace debug_process::sections::sockets {
namespace {

// Less than before: the inode's number is another socket's by now.
template <typename T>
std::optional<T> difference(const std::optional<T>& before, const std::optional<T>& now) {
  if (!before || !now || *now < *before) return std::nullopt;
  return *now - *before;
}

Counters difference(const Counters& before, const Counters& now) {
  return {difference(before.retransmits, now.retransmits),
          difference(before.segments, now.segments),
          difference(before.received, now.received),
          difference(before.acknowledged, now.acknowledged),
          difference(before.busy, now.busy),
          difference(before.rwnd_limited, now.rwnd_limited),
          difference(before.sndbuf_limited, now.sndbuf_limited),
          difference(before.drops, now.drops)};
}

// Both are of one namespace: a process that has entered another has no such difference.
Namespace difference(const proc::Netstat& before, const proc::Netstat& now) {
  return {difference(before.syn_queue_drops, now.syn_queue_drops),
          difference(before.syn_cookies, now.syn_cookies),
          difference(before.listen_overflows, now.listen_overflows)};
}

}  // namespace

Namespace counted_since(const Snapshot& start, const std::optional<NetworkCounters>& now) {
  if (!start.network || !now || start.network->name != now->name) return {};
  return difference(start.network->counters, now->counters);
}

Counters counted_since(const Snapshot& start, const Socket& socket) {
  if (start.before_its_life) return socket.total;
  const auto before = start.counters.find(socket.inode);
  if (before != start.counters.end()) return difference(before->second, socket.total);
  const bool is_new = start.tables.contains(socket.protocol) &&
                      !std::binary_search(start.others.begin(), start.others.end(), socket.inode);
  return is_new ? socket.total : Counters{};
}

}  // namespace debug_process::sections::sockets
