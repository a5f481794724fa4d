// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/parked.h"

#include <sys/socket.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

namespace debug_process::trace::ptrace {
namespace {

// How a call depends on its arguments.
enum class Kind {
  breaks,
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
    {"connect", Kind::breaks},
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
    {"ioctl", Kind::breaks},
    // The arguments are in memory.
    {"socketcall", Kind::breaks},
    {"ipc", Kind::ipc}};

std::map<SyscallKey, Kind> make_table() {
  std::map<SyscallKey, Kind> table;
  for (const Entry& entry : kEntries)
    for (const abi::Abi abi : {abi::Abi::native, abi::Abi::compat32, abi::Abi::x32})
      if (const auto number = abi::syscall_number(abi, entry.name))
        table[{abi, *number}] = entry.kind;
  return table;
}

// EINTR of these says that they have done nothing. Not of connect; of recvmmsg, which keeps an
// error for the next one; nor of what drivers and file systems do: ioctl, read, write, fallocate.
constexpr std::string_view kUndone[] = {"epoll_wait",
                                        "epoll_pwait",
                                        "epoll_pwait2",
                                        "semop",
                                        "semtimedop",
                                        "rt_sigtimedwait",
                                        "rt_sigtimedwait_time64",
                                        "semtimedop_time64",
                                        "accept",
                                        "accept4",
                                        "recv",
                                        "recvfrom",
                                        "recvmsg",
                                        "send",
                                        "sendto",
                                        "sendmsg",
                                        "sendmmsg",
                                        "io_getevents",
                                        "io_pgetevents",
                                        "io_pgetevents_time64",
                                        "io_uring_enter"};

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
  static const auto table = make_table();
  const auto found = table.find(call);
  if (found == table.end()) return Disturbance::none;
  switch (found->second) {
    case Kind::breaks:
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
  const std::string name = abi::syscall_name(call.abi, call.number);
  return std::find(std::begin(kUndone), std::end(kUndone), name) != std::end(kUndone);
}

}  // namespace debug_process::trace::ptrace
