// Which processes hold pipes and sockets open. Nobody tells: the descriptors of other processes are
// looked through, once for all that is looked for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sections/completeness.h"
#include "sections/holder.h"
#include "sections/source.h"

namespace debug_process::sections {

inline constexpr std::chrono::milliseconds kHoldersLimit{20};

// What the target itself holds is often known without looking, and it may hold very much.
enum class Among { all, others };

// Which descriptors of a file count.
enum class End { any, reads, writes };

class HolderSearch {
 public:
  HolderSearch(const Source& source, std::chrono::milliseconds limit)
      : source_(source), limit_(limit) {}

  // A link's text in /proc/PID/fd: "pipe:[123]", "socket:[123]". A path means a file only together
  // with `file`, its mount and inode: it may be another one elsewhere.
  void look_for(const std::string& link, End end = End::any,
                std::optional<std::pair<std::uint64_t, std::uint64_t>> file = std::nullopt);
  // The target itself holds it: found without looking.
  void add_own(const std::string& link);
  // Through the processes, those with numbers near the target's first, until all are found or the
  // limit has passed.
  void run(Among among = Among::all);

  // Null: not found.
  [[nodiscard]] const Holder* find(const std::string& link, End end = End::any) const;
  // Says why some were not found, where that is known: time, or rights.
  void add_gap(const std::string& what, Completeness& completeness) const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Wanted {
    End end = End::any;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> file;
    std::optional<Holder> found;
  };

  void look_at(pid_t pid);
  void look_at(pid_t pid, const std::string& fd, std::vector<Wanted>& all);
  [[nodiscard]] bool is_late();
  [[nodiscard]] std::string name_of(pid_t pid) const;

  const Source& source_;
  std::chrono::milliseconds limit_;
  Clock::time_point deadline_;
  std::unordered_map<std::string, std::vector<Wanted>> wanted_;
  std::optional<Holder> target_;  // once it was asked for
  std::size_t missing_ = 0;
  std::uint64_t refused_ = 0;
  bool out_of_time_ = false;
};

}  // namespace debug_process::sections
