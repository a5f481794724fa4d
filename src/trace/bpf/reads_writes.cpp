// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/reads_writes.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "proc/io.h"
#include "util/clock.h"

namespace debug_process::trace::bpf {

ReadsWrites::ReadsWrites(pid_t pid, const std::string& proc)
    : file_(::open(fmt::format("{}/{}/io", proc, pid).c_str(), O_RDONLY | O_CLOEXEC)) {}

std::optional<std::uint64_t> ReadsWrites::read() const {
  std::array<char, 512> text;  // seven lines of a word and a number
  const ssize_t length = ::pread(file_.get(), text.data(), text.size(), 0);
  if (length < 0) return std::nullopt;
  const auto io = proc::parse_io(std::string_view(text.data(), static_cast<std::size_t>(length)));
  if (!io) return std::nullopt;
  return io->read_calls + io->write_calls;
}

std::optional<ReadsWrites::Growth> ReadsWrites::since_last_time() {
  if (!file_) return std::nullopt;
  const auto began = monotonic_now();
  const auto now = read();
  if (!now || *now < last_) {
    file_.reset();
    return std::nullopt;
  }
  return Growth{*now - std::exchange(last_, *now), monotonic_now() - began};
}

}  // namespace debug_process::trace::bpf
