// SPDX-License-Identifier: Apache-2.0
#include "trace/io_kinds.h"

#include <string_view>
#include <utility>
#include <vector>

namespace debug_process::trace {
namespace {

using Names = std::vector<std::string_view>;

const std::vector<std::pair<IoKind, Names>>& names_by_kind() {
  static const std::vector<std::pair<IoKind, Names>> all{
      {IoKind::call,
       {"fsync",       "fdatasync",   "sync_file_range", "syncfs",         "ftruncate",
        "ftruncate64", "fallocate",   "flock",           "ioctl",          "getdents",
        "getdents64",  "accept",      "accept4",         "connect",        "shutdown",
        "epoll_wait",  "epoll_pwait", "epoll_pwait2",    "io_uring_enter", "readahead"}},
      {IoKind::read,
       {"read", "pread64", "readv", "preadv", "preadv2", "recvfrom", "recvmsg", "recv"}},
      {IoKind::write,
       {"write", "pwrite64", "writev", "pwritev", "pwritev2", "sendto", "sendmsg", "send"}},
      {IoKind::recvmmsg, {"recvmmsg", "recvmmsg_time64"}},
      {IoKind::sendmmsg, {"sendmmsg"}},
      {IoKind::sendfile, {"sendfile", "sendfile64"}},
      {IoKind::splice, {"splice", "copy_file_range"}},
      {IoKind::tee, {"tee"}},
      {IoKind::futex, {"futex", "futex_time64"}},
      {IoKind::lookup_first,
       {"stat", "lstat", "stat64", "lstat64", "access", "readlink", "statfs", "statfs64"}},
      {IoKind::lookup_second,
       {"newfstatat", "fstatat64", "statx", "faccessat", "faccessat2", "readlinkat"}},
      {IoKind::open_first, {"open", "creat"}},
      {IoKind::open_second, {"openat", "openat2"}},
      {IoKind::close, {"close"}},
      {IoKind::dup_to, {"dup2", "dup3"}},
      {IoKind::close_range, {"close_range"}}};
  return all;
}

}  // namespace

const std::map<SyscallKey, IoKind>& io_kinds() {
  static const auto all = [] {
    std::map<SyscallKey, IoKind> kinds;
    for (const auto& [kind, names] : names_by_kind())
      for (const std::string_view name : names)
        for (const abi::Abi abi : {abi::Abi::native, abi::Abi::compat32})
          if (const auto number = abi::syscall_number(abi, name)) kinds[{abi, *number}] = kind;
    return kinds;
  }();
  return all;
}

}  // namespace debug_process::trace
