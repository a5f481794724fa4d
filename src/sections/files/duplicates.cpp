// SPDX-License-Identifier: Apache-2.0
#include "sections/files/duplicates.h"

#include <fmt/format.h>
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "proc/text.h"

namespace debug_process::sections::files {
namespace {

// Up to 2 us each.
constexpr int kComparisons = 2000;

void by_pointer(const proc::FdTable& table, std::vector<File>& files) {
  std::unordered_map<std::uint64_t, int> first;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!table.fds[i].open_file) continue;
    const auto [place, is_first] = first.emplace(table.fds[i].open_file->file, files[i].fd);
    if (!is_first) files[i].same_as = place->second;
  }
}

// kcmp(2) orders open files, by addresses that it hides: what is known is kept sorted, and a new
// one takes as many comparisons as its place takes to find.
class Comparer {
 public:
  // "PID", or "PID/task/TID": the kernel wants a thread that has the table.
  explicit Comparer(std::string_view base)
      : tid_(proc::to_number<pid_t>(base.substr(base.rfind('/') + 1)).value_or(0)) {}

  // The one among `sorted` that is the same open file; else `fd` is put there.
  std::optional<int> find_or_add(int fd, std::vector<int>& sorted) {
    auto low = sorted.begin();
    auto high = sorted.end();
    while (low < high) {
      const auto middle = low + (high - low) / 2;
      const long order = compare(fd, *middle);
      if (order < 0) return std::nullopt;
      if (order == 0) return *middle;
      if (order == 1)
        high = middle;
      else
        low = middle + 1;
    }
    sorted.insert(low, fd);
    return std::nullopt;
  }

  [[nodiscard]] std::uint64_t not_compared() const { return not_compared_; }
  [[nodiscard]] int error() const { return error_; }

 private:
  // 0: the same, 1: less, 2: greater; -1: cannot be told.
  long compare(int one, int other) {
    if (error_ == 0 && left_ > 0) {
      --left_;
      const long order = ::syscall(SYS_kcmp, tid_, tid_, KCMP_FILE, one, other);
      if (order >= 0) return order;
      // EBADF: closed meanwhile.
      if (errno == EBADF || errno == ESRCH) return -1;
      error_ = errno;
    }
    ++not_compared_;
    return -1;
  }

  pid_t tid_;
  int left_ = kComparisons;
  std::uint64_t not_compared_ = 0;
  int error_ = 0;
};

// What is the same wherever it is read, and does not change meanwhile: a position does.
auto likeness(const proc::Fd& fd, const Fdinfos& infos) {
  const auto info = infos.find(fd.number);
  const bool known = info != infos.end();
  return std::tuple(std::string_view(fd.link), fd.readable, fd.writable,
                    known ? info->second.inode : std::nullopt,
                    known ? info->second.eventfd_id : std::nullopt);
}

void by_comparing(const proc::FdTable& table, const Fdinfos& infos, Facts& facts) {
  std::map<decltype(likeness(table.fds[0], infos)), std::vector<int>> alike;
  Comparer comparer(table.base);
  for (std::size_t i = 0; i < facts.files.size(); ++i) {
    const proc::Fd& fd = table.fds[i];
    std::vector<int>& sorted = alike[likeness(fd, infos)];
    facts.files[i].same_as = comparer.find_or_add(fd.number, sorted);
  }
  if (comparer.not_compared() == 0) return;
  const std::string what =
      fmt::format("whether {} descriptors are duplicates", comparer.not_compared());
  facts.completeness.add_gap(comparer.error() == 0 ? what + ": too many are alike"
                                                   : fmt::format("{}: cannot compare: {}", what,
                                                                 std::strerror(comparer.error())));
}

}  // namespace

void find_duplicates(const Source& source, const proc::FdTable& table, const Fdinfos& infos,
                     Facts& facts) {
  const bool at_once = std::any_of(table.fds.begin(), table.fds.end(),
                                   [](const proc::Fd& fd) { return fd.open_file.has_value(); });
  if (at_once)
    by_pointer(table, facts.files);
  else if (source.procfs.root() == "/proc")  // a fixture's processes are no living ones
    by_comparing(table, infos, facts);
}

}  // namespace debug_process::sections::files
