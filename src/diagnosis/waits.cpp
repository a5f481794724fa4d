// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/waits.h"

#include <algorithm>
#include <cmath>

namespace debug_process::diagnosis {

std::vector<const InFlight*> long_calls(const Facts& facts, Names names,
                                        std::chrono::nanoseconds at_least) {
  std::vector<const InFlight*> found;
  for (const InFlight& call : facts.syscalls.in_flight)
    if (call.elapsed && *call.elapsed >= at_least &&
        std::find(names.begin(), names.end(), call.syscall) != names.end())
      found.push_back(&call);
  std::stable_sort(found.begin(), found.end(),
                   [](const InFlight* a, const InFlight* b) { return *a->elapsed > *b->elapsed; });
  return found;
}

std::optional<int> descriptor_of(const Facts& facts, const InFlight& call) {
  for (const auto& thread : facts.threads.threads) {
    if (thread.tid != call.tid) continue;
    // It may have gone on between the two looks at it.
    if (!thread.place || thread.place->syscall != call.syscall) return std::nullopt;
    return thread.place->fd;
  }
  return std::nullopt;
}

const sections::files::File* find_file(const Facts& facts, std::optional<int> fd) {
  if (!fd) return nullptr;
  for (const auto& file : facts.files.files)
    if (file.fd == *fd) return &file;
  return nullptr;
}

const sections::sockets::Socket* find_socket(const Facts& facts, std::optional<int> fd) {
  if (!fd) return nullptr;
  for (const auto& socket : facts.sockets.sockets)
    if (socket.fd == *fd) return &socket;
  return nullptr;
}

std::chrono::nanoseconds within_window(const Facts& facts, const InFlight& call) {
  return std::min(call.elapsed.value_or(std::chrono::nanoseconds(0)), facts.window);
}

std::uint64_t count_between(const Histogram& histogram, std::chrono::nanoseconds low,
                            std::chrono::nanoseconds high) {
  const double base = std::exp2(std::exp2(-histogram.scale));
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const double middle = std::pow(base, histogram.offset + static_cast<double>(i) + 0.5);
    if (middle >= std::chrono::duration<double>(low).count() &&
        middle < std::chrono::duration<double>(high).count())
      total += histogram.counts[i];
  }
  return total;
}

}  // namespace debug_process::diagnosis
