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

// How a call tells how long it waits.
enum class Timeout {
  none,          // for ever
  negative,      // for ever when the argument, an int, is negative
  null,          // when it is no pointer
  extended,      // when it has no IORING_ENTER_EXT_ARG, with which there may be one
  of_the_socket  // EINTR is for those with a timeout alone: sock_intr_errno()
};

struct Undone {
  std::string_view name;
  Timeout timeout;
  unsigned argument = 0;
};

// EINTR of these says that they have done nothing. Not of connect; of recvmmsg, which keeps an
// error for the next one; nor of what drivers and file systems do: ioctl, read, write, fallocate.
constexpr Undone kUndone[] = {
    {"epoll_wait", Timeout::negative, 3},       {"epoll_pwait", Timeout::negative, 3},
    {"epoll_pwait2", Timeout::null, 3},         {"semop", Timeout::none},
    {"semtimedop", Timeout::null, 3},           {"semtimedop_time64", Timeout::null, 3},
    {"rt_sigtimedwait", Timeout::null, 2},      {"rt_sigtimedwait_time64", Timeout::null, 2},
    {"io_getevents", Timeout::null, 4},         {"io_pgetevents", Timeout::null, 4},
    {"io_pgetevents_time64", Timeout::null, 4}, {"io_uring_enter", Timeout::extended, 3},
    {"accept", Timeout::of_the_socket},         {"accept4", Timeout::of_the_socket},
    {"recv", Timeout::of_the_socket},           {"recvfrom", Timeout::of_the_socket},
    {"recvmsg", Timeout::of_the_socket},        {"send", Timeout::of_the_socket},
    {"sendto", Timeout::of_the_socket},         {"sendmsg", Timeout::of_the_socket},
    {"sendmmsg", Timeout::of_the_socket}};

bool waits_for_ever(const Undone& call, const std::array<std::uint64_t, 6>& args) {
  constexpr std::uint64_t kExtended = 1U << 3;  // include/uapi/linux/io_uring.h
  const std::uint64_t value = args.at(call.argument);
  switch (call.timeout) {
    case Timeout::none:
      return true;
    case Timeout::negative:
      return static_cast<int>(value) < 0;
    case Timeout::null:
      return value == 0;
    case Timeout::extended:
      return (value & kExtended) == 0;
    case Timeout::of_the_socket:
      return false;
  }
  return false;
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

bool may_be_made_again(const SyscallKey& call, const std::array<std::uint64_t, 6>& args,
                       bool just_begun) {
  const std::string name = abi::syscall_name(call.abi, call.number);
  const auto* const found = std::find_if(std::begin(kUndone), std::end(kUndone),
                                         [&](const Undone& one) { return one.name == name; });
  return found != std::end(kUndone) && (just_begun || waits_for_ever(*found, args));
}

}  // namespace debug_process::trace::ptrace
