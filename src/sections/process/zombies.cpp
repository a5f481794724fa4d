// SPDX-License-Identifier: Apache-2.0
#include "sections/process/zombies.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "proc/stat.h"
#include "proc/text.h"

namespace debug_process::sections::process {
namespace {

using Clock = std::chrono::steady_clock;

class Search {
 public:
  Search(const Source& source, std::chrono::milliseconds limit)
      : source_(source), deadline_(Clock::now() + limit) {}

  std::optional<std::vector<pid_t>> find() {
    const std::string tasks = fmt::format("{}/task", source_.pid);
    const auto tids = source_.procfs.list_numbers(tasks);
    if (!tids) return std::nullopt;
    // Without CONFIG_PROC_CHILDREN no thread has such a file.
    if (!source_.procfs.exists(fmt::format("{}/{}/children", tasks, source_.pid))) {
      const auto all = source_.procfs.list_numbers("");
      if (!all) return std::nullopt;
      for (const int pid : *all) look_at(pid);
    } else {
      for (const int tid : *tids) look_at_children(fmt::format("{}/{}/children", tasks, tid));
    }
    if (is_late_) return std::nullopt;
    std::sort(found_.begin(), found_.end());
    return std::move(found_);
  }

 private:
  void look_at_children(const std::string& path) {
    if (is_late()) return;
    const auto text = source_.procfs.read(path);
    // A thread that has ended has left its children to another.
    if (!text) return;
    std::string_view line = *text;
    if (line.ends_with('\n')) line.remove_suffix(1);
    proc::Fields fields(line);
    for (std::string_view field = fields.next(); !field.empty(); field = fields.next())
      if (const auto pid = proc::to_number<pid_t>(field)) look_at(*pid);
  }

  void look_at(pid_t pid) {
    if (is_late()) return;
    const auto stat = source_.procfs.read(fmt::format("{}/stat", pid)).and_then(proc::parse_stat);
    if (stat && stat->ppid == source_.pid && stat->state == 'Z') found_.push_back(pid);
  }

  bool is_late() {
    if (!is_late_) is_late_ = Clock::now() > deadline_;
    return is_late_;
  }

  const Source& source_;
  Clock::time_point deadline_;
  bool is_late_ = false;
  std::vector<pid_t> found_;
};

}  // namespace

std::optional<std::vector<pid_t>> zombie_children(const Source& source,
                                                  std::chrono::milliseconds limit) {
  return Search(source, limit).find();
}

Zombies compare(const std::optional<std::vector<pid_t>>& start,
                const std::optional<std::vector<pid_t>>& end) {
  Zombies zombies;
  if (end) zombies.now = end->size();
  if (start) zombies.at_start = start->size();
  if (!start || !end) return zombies;
  std::vector<pid_t> both;
  std::set_intersection(start->begin(), start->end(), end->begin(), end->end(),
                        std::back_inserter(both));
  zombies.throughout = both.size();
  return zombies;
}

}  // namespace debug_process::sections::process
