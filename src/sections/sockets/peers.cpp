// SPDX-License-Identifier: Apache-2.0
#include "sections/sockets/peers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <unordered_map>
#include <unordered_set>

#include "proc/text.h"
#include "sections/reasons.h"
#include "sections/sockets/gather.h"

namespace debug_process::sections::sockets {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kSocketLink = "socket:[";

class Search {
 public:
  Search(const Source& source, std::chrono::milliseconds limit)
      : source_(source), deadline_(Clock::now() + limit) {}

  void look_for(std::uint64_t inode) { missing_.insert(inode); }
  [[nodiscard]] bool done() const { return missing_.empty(); }
  [[nodiscard]] bool out_of_time() const { return out_of_time_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] const std::unordered_map<std::uint64_t, Peer>& found() const { return found_; }

  void look_at(pid_t pid) {
    const std::string folder = fmt::format("{}/fd", pid);
    const auto fds = source_.procfs.list(folder);
    if (!fds) {
      if (is_refused(fds.error())) ++refused_;
      return;
    }
    for (const std::string& fd : *fds) {
      if (done() || is_late()) return;
      const auto link = source_.procfs.read_link(fmt::format("{}/{}", folder, fd));
      if (!link || !link->starts_with(kSocketLink)) continue;
      const auto inode = proc::to_number<std::uint64_t>(std::string_view(*link).substr(
          kSocketLink.size(), link->size() - kSocketLink.size() - 1));
      if (inode && missing_.erase(*inode) > 0) found_.emplace(*inode, Peer{pid, name_of(pid)});
    }
  }

  bool is_late() {
    if (!out_of_time_) out_of_time_ = Clock::now() > deadline_;
    return out_of_time_;
  }

 private:
  [[nodiscard]] std::string name_of(pid_t pid) const {
    std::string name = source_.procfs.read(fmt::format("{}/comm", pid)).value_or("");
    if (name.ends_with('\n')) name.pop_back();
    return name;
  }

  const Source& source_;
  Clock::time_point deadline_;
  std::unordered_set<std::uint64_t> missing_;
  std::unordered_map<std::uint64_t, Peer> found_;
  std::uint64_t refused_ = 0;
  bool out_of_time_ = false;
};

// Parents, children and the rest of a service have numbers nearby.
std::vector<pid_t> nearest_first(const Source& source) {
  std::vector<pid_t> pids = source.procfs.list_numbers("").value_or(std::vector<int>{});
  std::stable_sort(pids.begin(), pids.end(), [&source](pid_t a, pid_t b) {
    return std::abs(a - source.pid) < std::abs(b - source.pid);
  });
  return pids;
}

}  // namespace

void find_peers(const Source& source, std::chrono::milliseconds limit, Facts& facts) {
  Search search(source, limit);
  for (const Socket& socket : facts.sockets)
    if (socket.peer_inode.value_or(0) != 0) search.look_for(*socket.peer_inode);
  facts.peers_not_found = 0;
  if (search.done()) return;
  for (const pid_t pid : nearest_first(source)) {
    if (search.done() || search.is_late()) break;
    search.look_at(pid);
  }
  std::unordered_set<std::uint64_t> not_found;
  for (Socket& socket : facts.sockets) {
    const auto found = search.found().find(socket.peer_inode.value_or(0));
    if (found != search.found().end()) {
      socket.peer = found->second;
    } else if (socket.peer_inode.value_or(0) != 0) {
      not_found.insert(*socket.peer_inode);
    }
  }
  facts.peers_not_found = not_found.size();
  facts.established_by_peer = group_by_peer(facts.sockets);
  if (not_found.empty()) return;
  const std::string what = fmt::format("the processes at the other end of {} unix socket{}",
                                       not_found.size(), not_found.size() == 1 ? "" : "s");
  if (search.out_of_time()) {
    facts.completeness.add_gap(
        fmt::format("{}: not found within {}", what, format_duration(limit)));
  } else if (search.refused() > 0) {
    facts.completeness.add_gap(
        fmt::format("{}: not among those whose descriptors may be read: run with sudo", what));
  }
}

}  // namespace debug_process::sections::sockets
