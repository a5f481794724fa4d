// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/errors.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "syscall_stats.skel.h"
#include "trace/bpf/maps.h"
#include "trace/examples.h"

namespace debug_process::trace::bpf {
namespace {

static_assert(kExampleBytes == OBJECT_BYTES);

object_kind to_bpf(ExampleKind kind) {
  switch (kind) {
    case ExampleKind::path_in_first:
      return OBJECT_PATH_ARG0;
    case ExampleKind::path_in_second:
      return OBJECT_PATH_ARG1;
    case ExampleKind::address_in_second:
      return OBJECT_SOCKADDR_ARG1;
    case ExampleKind::descriptor_in_first:
      return OBJECT_FD_ARG0;
    case ExampleKind::none:
      break;
  }
  return OBJECT_NONE;
}

class Rows {
 public:
  ErrorStats& add(const error_key& error, std::uint64_t calls) {
    ErrorStats& row = rows_[{error.key, error.errno_value}];
    row.key = to_key(error.key);
    row.errno_value = static_cast<int>(error.errno_value);
    row.calls += calls;
    return row;
  }
  [[nodiscard]] auto begin() { return rows_.begin(); }
  [[nodiscard]] auto end() { return rows_.end(); }

 private:
  std::map<std::pair<std::uint32_t, std::uint32_t>, ErrorStats> rows_;
};

bool comes_first(const ErrorObject& a, const ErrorObject& b) {
  return std::tie(b.calls, a.text, a.fd) < std::tie(a.calls, b.text, b.fd);
}

}  // namespace

std::optional<std::string> decoded(const failed_text& failed) {
  const std::string_view taken(failed.data,
                               std::min<std::size_t>(failed.length, sizeof(failed.data)));
  switch (failed.kind) {
    case OBJECT_PATH_ARG0:
    case OBJECT_PATH_ARG1:
      // The length counts the terminating NUL.
      return path_text(taken);
    case OBJECT_SOCKADDR_ARG1:
      return address_text(taken);
    default:
      return std::nullopt;
  }
}

void fill_object_kinds(std::span<std::uint8_t, INDEXED_KEYS> kinds) {
  for (const auto& [key, kind] : example_kinds())
    if (const auto index = table_index(key))
      kinds[*index] = static_cast<std::uint8_t>(to_bpf(kind));
}

void read_errors(const syscall_stats_bpf& skeleton, Activity& activity) {
  Rows rows;
  for_each<error_key, std::uint64_t>(
      skeleton.maps.dp_errors,
      [&](const error_key& error, std::uint64_t calls) { rows.add(error, calls); });
  for_each<failed_text, std::uint64_t>(
      skeleton.maps.dp_failed_texts, [&](const failed_text& failed, std::uint64_t calls) {
        ErrorStats& row = rows.add(failed.error, calls);
        if (auto text = decoded(failed))
          row.objects.push_back({std::move(text), std::nullopt, calls});
      });
  for_each<failed_fd, std::uint64_t>(
      skeleton.maps.dp_failed_fds, [&](const failed_fd& failed, std::uint64_t calls) {
        rows.add(failed.error, calls).objects.push_back({std::nullopt, failed.fd, calls});
      });
  for (auto& [key, stats] : rows) {
    std::sort(stats.objects.begin(), stats.objects.end(), comes_first);
    if (!stats.objects.empty()) {
      stats.example = stats.objects.front().text;
      stats.example_fd = stats.objects.front().fd;
    }
    activity.errors.push_back(std::move(stats));
  }
}

void forget_errors(const syscall_stats_bpf& skeleton) {
  clear<error_key>(skeleton.maps.dp_errors);
  clear<failed_text>(skeleton.maps.dp_failed_texts);
  clear<failed_fd>(skeleton.maps.dp_failed_fds);
}

}  // namespace debug_process::trace::bpf
