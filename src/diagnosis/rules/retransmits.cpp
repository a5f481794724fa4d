// Segments are lost on the way.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using sections::sockets::PeerGroup;

constexpr double kShare = 0.02;  // from here on TCP slows down to a fraction of the path's speed
// One lost burst, or the probes of an idle connection, are no bad path.
constexpr std::uint64_t kFewestRetransmits = 5;

bool loses(const PeerGroup& group) {
  const std::uint64_t again = group.retransmits.value_or(0);
  const std::uint64_t sent = group.segments.value_or(0);
  return again >= kFewestRetransmits && sent >= kFewestEvents &&
         static_cast<double>(again) >= kShare * static_cast<double>(sent);
}

}  // namespace

std::optional<Finding> retransmits(const Facts& facts) {
  if (!window_is_long_enough(facts)) return std::nullopt;
  const PeerGroup* worst = nullptr;
  std::uint64_t peers = 0;
  for (const PeerGroup& group : facts.sockets.established_by_peer) {
    if (!loses(group)) continue;
    ++peers;
    if (worst == nullptr || *group.retransmits > *worst->retransmits) worst = &group;
  }
  if (worst == nullptr) return std::nullopt;
  const Ratio share{static_cast<double>(*worst->retransmits) /
                    static_cast<double>(*worst->segments)};
  const std::string cell = fmt::format("sockets.established_by_peer[{}].", worst->peer);
  // Who was connected to has a port too.
  const std::string address =
      worst->incoming == false ? worst->peer.substr(0, worst->peer.rfind(':')) : worst->peer;
  return Finding{
      "",
      Severity::warning,
      fmt::format(
          "{} of the segments to {} had to be sent again{}", format_ratio(share), worst->peer,
          peers > 1 ? fmt::format(", and to {} likewise", counted(peers - 1, "other peer")) : ""),
      "They, or the answers to them, were lost on the way or came too late. Each loss makes TCP "
      "wait, and send more slowly for a while.",
      {{cell + "retransmits", *worst->retransmits}, {cell + "segments", *worst->segments}},
      fmt::format("is it the path or the peer: mtr -T {0}; ss -tin dst {0}; drops of the network "
                  "cards: ip -s link",
                  address)};
}

}  // namespace debug_process::diagnosis
