// SPDX-License-Identifier: Apache-2.0
#include "trace/examples.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace debug_process::trace {
namespace {

constexpr std::array kPathInFirst{
    "open",     "creat",    "stat",      "lstat",        "stat64",      "lstat64",     "oldstat",
    "oldlstat", "access",   "execve",    "readlink",     "chdir",       "mkdir",       "rmdir",
    "unlink",   "chmod",    "chown",     "lchown",       "truncate",    "truncate64",  "statfs",
    "statfs64", "rename",   "link",      "symlink",      "mknod",       "utime",       "utimes",
    "chroot",   "getxattr", "lgetxattr", "setxattr",     "lsetxattr",   "listxattr",   "llistxattr",
    "swapon",   "swapoff",  "acct",      "mount",        "umount2",     "pivot_root",  "chown32",
    "lchown32", "mq_open",  "mq_unlink", "memfd_create", "removexattr", "lremovexattr"};
constexpr std::array kPathInSecond{"openat",
                                   "openat2",
                                   "newfstatat",
                                   "fstatat64",
                                   "statx",
                                   "faccessat",
                                   "faccessat2",
                                   "readlinkat",
                                   "mkdirat",
                                   "unlinkat",
                                   "fchmodat",
                                   "fchmodat2",
                                   "fchownat",
                                   "renameat",
                                   "renameat2",
                                   "linkat",
                                   "mknodat",
                                   "utimensat",
                                   "futimesat",
                                   "execveat",
                                   "inotify_add_watch",
                                   "name_to_handle_at",
                                   "open_tree",
                                   "fspick"};
constexpr std::array kSocketAddress{"connect", "bind"};
constexpr std::array kDescriptor{
    "read",       "write",    "pread64",    "pwrite64",   "readv",       "writev",
    "preadv",     "pwritev",  "preadv2",    "pwritev2",   "recvfrom",    "sendto",
    "recvmsg",    "sendmsg",  "recvmmsg",   "sendmmsg",   "accept",      "accept4",
    "listen",     "shutdown", "getsockopt", "setsockopt", "getsockname", "getpeername",
    "recv",       "send",     "close",      "fsync",      "fdatasync",   "ftruncate",
    "fallocate",  "lseek",    "_llseek",    "ioctl",      "fcntl",       "fcntl64",
    "flock",      "fstat",    "fstat64",    "epoll_wait", "epoll_pwait", "epoll_ctl",
    "sendfile",   "splice",   "dup",        "dup2",       "dup3",        "getdents",
    "getdents64", "fchmod",   "fchown",     "fchdir",     "fstatfs"};

constexpr std::size_t kShortestIpv6 =
    offsetof(sockaddr_in6, sin6_scope_id);  // what the kernel takes: RFC 2133

template <typename Names>
void mark_all(std::map<SyscallKey, ExampleKind>& kinds, const Names& names, ExampleKind kind) {
  for (const char* name : names)
    for (const abi::Abi abi : {abi::Abi::native, abi::Abi::compat32})
      if (const auto number = abi::syscall_number(abi, name)) kinds[{abi, *number}] = kind;
}

}  // namespace

const std::map<SyscallKey, ExampleKind>& example_kinds() {
  static const auto all = [] {
    std::map<SyscallKey, ExampleKind> kinds;
    mark_all(kinds, kPathInFirst, ExampleKind::path_in_first);
    mark_all(kinds, kPathInSecond, ExampleKind::path_in_second);
    mark_all(kinds, kSocketAddress, ExampleKind::address_in_second);
    mark_all(kinds, kDescriptor, ExampleKind::descriptor_in_first);
    return kinds;
  }();
  return all;
}

std::string path_text(std::string_view taken) {
  const bool cut = taken.size() >= kExampleBytes;
  if (!taken.empty()) taken.remove_suffix(1);
  return std::string(taken) + (cut ? "..." : "");
}

std::optional<std::string> address_text(std::string_view taken) {
  const std::size_t length = taken.size();
  if (length < sizeof(sa_family_t)) return std::nullopt;
  sockaddr_storage address{};
  std::memcpy(&address, taken.data(), std::min(length, sizeof(address)));
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &address, sizeof(ipv4));
    ::inet_ntop(AF_INET, &ipv4.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), ntohs(ipv4.sin_port));
  }
  if (address.ss_family == AF_INET6 && length >= kShortestIpv6) {
    sockaddr_in6 ipv6{};
    std::memcpy(&ipv6, &address, sizeof(ipv6));
    ::inet_ntop(AF_INET6, &ipv6.sin6_addr, text.data(), text.size());
    return fmt::format("[{}]:{}", text.data(), ntohs(ipv6.sin6_port));
  }
  if (address.ss_family != AF_UNIX || length < offsetof(sockaddr_un, sun_path)) return std::nullopt;
  std::string_view path = taken.substr(offsetof(sockaddr_un, sun_path));
  const bool abstract = path.starts_with('\0');
  if (abstract) path.remove_prefix(1);
  path = path.substr(0, path.find('\0'));
  return fmt::format("{}{}", abstract ? "@" : "", path);
}

}  // namespace debug_process::trace
