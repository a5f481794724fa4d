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
  reads,             // fd first: a socket with SO_RCVTIMEO
  receives,          // the same, flags fourth
  receives_message,  // the same, flags third
  ipc                // the operation first
};

// What EINTR of a call says, and how it tells how long it waits.
enum class Undone {
  unknown,       // a part may have been done
  for_ever,      // nothing has; it has no timeout
  negative,      // waits for ever when the argument, an int, is negative
  null,          // when that is no pointer
  extended,      // when that has no IORING_ENTER_EXT_ARG, with which there may be a timeout
  of_the_socket  // EINTR is for sockets with a timeout alone: sock_intr_errno()
};

struct Entry {
  std::string_view name;
  Kind kind;
  Undone undone = Undone::unknown;
  unsigned timeout = 0;  // which argument
};

// Nothing is known to be undone of connect; of recvmmsg, which keeps an error for the next one; nor
// of what drivers and file systems do: ioctl, read, write, fallocate.
constexpr Entry kEntries[] = {
    // signal(7)
    {"epoll_wait", Kind::breaks, Undone::negative, 3},
    {"epoll_pwait", Kind::breaks, Undone::negative, 3},
    {"epoll_pwait2", Kind::breaks, Undone::null, 3},
    {"semop", Kind::breaks, Undone::for_ever},
    {"semtimedop", Kind::breaks, Undone::null, 3},
    {"semtimedop_time64", Kind::breaks, Undone::null, 3},
    {"rt_sigtimedwait", Kind::breaks, Undone::null, 2},
    {"rt_sigtimedwait_time64", Kind::breaks, Undone::null, 2},
    {"recvmmsg", Kind::breaks},
    {"recvmmsg_time64", Kind::breaks},
    {"accept", Kind::reads, Undone::of_the_socket},
    {"accept4", Kind::reads, Undone::of_the_socket},
    {"read", Kind::reads},
    {"readv", Kind::reads},
    {"recv", Kind::receives, Undone::of_the_socket},
    {"recvfrom", Kind::receives, Undone::of_the_socket},
    {"recvmsg", Kind::receives_message, Undone::of_the_socket},
    // A protocol may give a connection up rather than wait for it once more.
    {"connect", Kind::breaks},
    // With something sent, the count is short; with nothing, SO_SNDTIMEO matters.
    {"send", Kind::breaks, Undone::of_the_socket},
    {"sendto", Kind::breaks, Undone::of_the_socket},
    {"sendmsg", Kind::breaks, Undone::of_the_socket},
    {"sendmmsg", Kind::breaks, Undone::of_the_socket},
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
    {"io_getevents", Kind::breaks, Undone::null, 4},
    {"io_pgetevents", Kind::breaks, Undone::null, 4},
    {"io_pgetevents_time64", Kind::breaks, Undone::null, 4},
    {"io_uring_enter", Kind::breaks, Undone::extended, 3},
    {"fallocate", Kind::breaks},
    {"ioctl", Kind::breaks},
    // The arguments are in memory.
    {"socketcall", Kind::breaks},
    {"ipc", Kind::ipc}};

using Table = std::map<SyscallKey, const Entry*>;

Table make_table() {
  Table table;
  for (const Entry& entry : kEntries)
    for (const abi::Abi abi : {abi::Abi::native, abi::Abi::compat32, abi::Abi::x32})
      if (const auto number = abi::syscall_number(abi, entry.name)) table[{abi, *number}] = &entry;
  return table;
}

bool waits_for_ever(const Entry& call, const std::array<std::uint64_t, 6>& args) {
  constexpr std::uint64_t kExtended = 1U << 3;  // include/uapi/linux/io_uring.h
  const std::uint64_t value = args.at(call.timeout);
  switch (call.undone) {
    case Undone::for_ever:
      return true;
    case Undone::negative:
      return static_cast<int>(value) < 0;
    case Undone::null:
      return value == 0;
    case Undone::extended:
      return (value & kExtended) == 0;
    case Undone::unknown:
    case Undone::of_the_socket:
      return false;
  }
  return false;
}

// Null: no call that breaks.
const Entry* find(const SyscallKey& call) {
  static const Table table = make_table();
  const auto found = table.find(call);
  return found == table.end() ? nullptr : found->second;
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
  const Entry* const found = find(call);
  if (found == nullptr) return Disturbance::none;
  switch (found->kind) {
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
  const Entry* const found = find(call);
  if (found == nullptr || found->undone == Undone::unknown) return false;
  return just_begun || waits_for_ever(*found, args);
}

}  // namespace debug_process::trace::ptrace
