// SPDX-License-Identifier: Apache-2.0
#include "sections/threads/place.h"

#include <poll.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "proc/task_syscall.h"
#include "proc/wchan.h"
#include "trace/abi/abi.h"
#include "trace/examples.h"
#include "trace/standing.h"
#include "util/deadline.h"

namespace debug_process::sections::threads {

struct Call {
  trace::SyscallKey key;
  std::array<std::uint64_t, 6> args;
};

namespace {

constexpr std::chrono::milliseconds kMemoryLimit{100};

// The kernel hands over whole registers: what a call takes for an int may have anything above it.
int to_int(std::uint64_t argument) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(argument));
}

bool is_poll(std::string_view syscall) {
  return syscall == "poll" || syscall == "ppoll";
}

std::string address_or_count(std::string_view syscall, const std::array<std::uint64_t, 6>& args) {
  if (syscall.starts_with("futex")) return fmt::format("{:#x}", args[0]);
  if (syscall == "wait4" || syscall == "waitpid") {
    const int pid = to_int(args[0]);
    return pid > 0 ? fmt::format("pid {}", pid) : "any child";
  }
  if (is_poll(syscall)) return fmt::format("{} fds", to_int(args[1]));
  return {};
}

}  // namespace

std::string PlaceReader::read_memory(std::uint64_t address, std::size_t length) {
  if (!memory_readable_) return {};
  const std::string path = fmt::format("{}/mem", source_.pid);
  const auto text =
      with_deadline(kMemoryLimit, path, [procfs = source_.procfs, path, address, length] {
        return procfs.read_at(path, address, length);
      });
  if (text) return *text;
  memory_readable_ = text.error().errno_value == EIO || text.error().errno_value == EFAULT;
  return {};
}

std::string PlaceReader::path_at(std::uint64_t address) {
  constexpr std::uint64_t kPage = 4096;
  // Not beyond the page: the next may not be there.
  const auto length = std::min<std::uint64_t>(trace::kExampleBytes, kPage - address % kPage);
  std::string taken = read_memory(address, length);
  const auto end = taken.find('\0');
  if (end != std::string::npos) return taken.substr(0, end);
  return taken.empty() ? taken : taken + "...";
}

// Of an array of struct pollfd the only descriptor there is: -1 stands for none.
std::optional<int> PlaceReader::polled(std::uint64_t address, std::uint64_t count) {
  constexpr std::uint64_t kMost = 4;
  if (count == 0 || count > kMost) return std::nullopt;
  const std::string taken = read_memory(address, count * sizeof(pollfd));
  if (taken.size() < count * sizeof(pollfd)) return std::nullopt;
  std::optional<int> only;
  for (std::uint64_t i = 0; i < count; ++i) {
    pollfd entry{};
    std::memcpy(&entry, taken.data() + i * sizeof entry, sizeof entry);
    if (entry.fd < 0) continue;
    if (only) return std::nullopt;
    only = entry.fd;
  }
  return only;
}

void PlaceReader::add_object(const Call& call, Place& place) {
  const auto& kinds = trace::example_kinds();
  const auto known = kinds.find(call.key);
  const auto kind = known == kinds.end() ? trace::ExampleKind::none : known->second;
  switch (kind) {
    case trace::ExampleKind::path_in_first:
      place.object = path_at(call.args[0]);
      return;
    case trace::ExampleKind::path_in_second:
      place.object = path_at(call.args[1]);
      return;
    case trace::ExampleKind::descriptor_in_first:
    case trace::ExampleKind::address_in_second:
      place.fd = to_int(call.args[0]);
      break;
    case trace::ExampleKind::none:
      if (is_poll(place.syscall.value_or("")))
        place.fd = polled(call.args[0], call.args[1] & UINT32_MAX);
      if (place.fd) break;
      place.object = address_or_count(place.syscall.value_or(""), call.args);
      return;
  }
  const auto link = source_.procfs.read_link(fmt::format("{}/fd/{}", source_.pid, *place.fd));
  place.object = fmt::format("fd {}{}{}", *place.fd, link ? " " : "", link.value_or(""));
  if (kind != trace::ExampleKind::address_in_second) return;
  const auto length = std::min<std::uint64_t>(call.args[2], trace::kExampleBytes);
  if (const auto peer = trace::address_text(read_memory(call.args[1], length)))
    place.object = fmt::format("fd {} to {}", *place.fd, *peer);
}

Result<Place> PlaceReader::read(pid_t tid) {
  const std::string task = fmt::format("{}/task/{}", source_.pid, tid);
  const auto standing = source_.procfs.read(task + "/syscall").and_then(proc::parse_task_syscall);
  if (!standing) return fail(standing.error());
  Place place;
  place.running = standing->running;
  if (place.running) return place;
  if (const auto channel = source_.procfs.read(task + "/wchan"))
    place.wait_channel = proc::parse_wchan(*channel);
  if (const auto key = trace::call_of(*standing)) {
    place.syscall = trace::abi::syscall_name(key->abi, key->number);
    add_object({*key, standing->args}, place);
  }
  return place;
}

}  // namespace debug_process::sections::threads
