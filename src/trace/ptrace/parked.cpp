// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/parked.h"

#include <sys/socket.h>

#include <map>
#include <string_view>

namespace debug_process::trace::ptrace {
namespace {

// How a call depends on its arguments.
enum class Kind {
  breaks,
  breaks_for_good,   // what was done of it cannot be known
  reads,             // fd first: a socket with SO_RCVTIMEO
  receives,          // the same, flags fourth
  receives_message,  // the same, flags third
  ipc                // the operation first
};

struct Entry {
  std::string_view name;
  Kind kind;
};

constexpr Entry kEntries[] = {
    // signal(7)
    {"epoll_wait", Kind::breaks},
    {"epoll_pwait", Kind::breaks},
    {"epoll_pwait2", Kind::breaks},
    {"semop", Kind::breaks},
    {"semtimedop", Kind::breaks},
    {"semtimedop_time64", Kind::breaks},
    {"rt_sigtimedwait", Kind::breaks},
    {"rt_sigtimedwait_time64", Kind::breaks},
    {"recvmmsg", Kind::breaks},
    {"recvmmsg_time64", Kind::breaks},
    {"accept", Kind::reads},
    {"accept4", Kind::reads},
    {"read", Kind::reads},
    {"readv", Kind::reads},
    {"recv", Kind::receives},
    {"recvfrom", Kind::receives},
    {"recvmsg", Kind::receives_message},
    // A protocol may give a connection up rather than wait for it once more.
    {"connect", Kind::breaks_for_good},
    // With something sent, the count is short; with nothing, SO_SNDTIMEO matters.
    {"send", Kind::breaks},
    {"sendto", Kind::breaks},
    {"sendmsg", Kind::breaks},
    {"sendmmsg", Kind::breaks},
    {"sendfile", Kind::breaks},
    {"sendfile64", Kind::breaks},
    {"write", Kind::breaks},
    {"writev", Kind::breaks},
    {"pwrite64", Kind::breaks},
    {"pwritev", Kind::breaks},
    {"pwritev2", Kind::breaks},
    {"splice", Kind::breaks},
    {"vmsplice", Kind::breaks},
    {"tee", Kind::breaks},
    {"copy_file_range", Kind::breaks},
    // The kernel's sources: fs/aio.c, io_uring/io_uring.c, mm/shmem.c; ioctl is the drivers'.
    {"io_getevents", Kind::breaks},
    {"io_pgetevents", Kind::breaks},
    {"io_pgetevents_time64", Kind::breaks},
    {"io_uring_enter", Kind::breaks},
    {"fallocate", Kind::breaks},
    {"ioctl", Kind::breaks_for_good},
    // The arguments are in memory.
    {"socketcall", Kind::breaks},
    {"ipc", Kind::ipc}};

using Table = std::map<SyscallKey, Kind>;

Table make_table() {
  Table table;
  for (const Entry& entry : kEntries)
    for (const abi::Abi abi : {abi::Abi::native, abi::Abi::compat32, abi::Abi::x32})
      if (const auto number = abi::syscall_number(abi, entry.name))
        table[{abi, *number}] = entry.kind;
  return table;
}

const Table& table() {
  static const Table made = make_table();
  return made;
}

Disturbance of_receive(std::uint64_t flags) {
  return (flags & MSG_WAITALL) != 0 ? Disturbance::breaks : Disturbance::breaks_with_timeout;
}

Disturbance of_ipc(std::uint64_t operation) {
  constexpr std::uint64_t kSemop = 1;  // include/uapi/linux/ipc.h
  constexpr std::uint64_t kSemtimedop = 4;
  operation &= 0xffffU;
  return operation == kSemop || operation == kSemtimedop ? Disturbance::breaks : Disturbance::none;
}

}  // namespace

Disturbance disturbance(const SyscallKey& call, const std::array<std::uint64_t, 6>& args) {
  const auto found = table().find(call);
  if (found == table().end()) return Disturbance::none;
  switch (found->second) {
    case Kind::breaks:
    case Kind::breaks_for_good:
      return Disturbance::breaks;
    case Kind::reads:
      return Disturbance::breaks_with_timeout;
    case Kind::receives:
      return of_receive(args[3]);
    case Kind::receives_message:
      return of_receive(args[2]);
    case Kind::ipc:
      return of_ipc(args[0]);
  }
  return Disturbance::breaks;
}

bool may_be_made_again(const SyscallKey& call) {
  const auto found = table().find(call);
  return found != table().end() && found->second != Kind::breaks_for_good;
}

}  // namespace debug_process::trace::ptrace
