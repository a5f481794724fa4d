// SPDX-License-Identifier: Apache-2.0
#include "redact/kernel_names.h"

#include <algorithm>
#include <array>

namespace debug_process::redact {
namespace {

constexpr std::array<std::string_view, 21> kWhole = {
    "",
    "/",
    "/proc",
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/tty",
    "/dev/random",
    "/dev/urandom",
    "/dev/ptmx",
    "/dev/fuse",
    "/dev/net/tun",
    "[heap]",
    "[stack]",
    "[vdso]",
    "[vvar]",
    "[vsyscall]",
    "[vvar_vclock]",
    "[uprobes]",
    "/sys/kernel/btf/vmlinux",
    "/sys/devices/system/clocksource/clocksource0/current_clocksource"};

constexpr std::array<std::string_view, 44> kInProc = {
    "*",         "PID",     "TID",      "auxv",         "cgroup",   "cgroups", "cmdline",
    "comm",      "cpu",     "cpuinfo",  "diskstats",    "environ",  "exe",     "fd",
    "fdinfo",    "io",      "kallsyms", "limits",       "loadavg",  "locks",   "maps",
    "mem",       "meminfo", "memory",   "mounts",       "net",      "ns",      "pressure",
    "schedstat", "self",    "smaps",    "smaps_rollup", "sockstat", "stat",    "statm",
    "status",    "syscall", "task",     "tcp",          "tcp6",     "udp",     "unix",
    "uptime",    "wchan"};

// After "anon_inode:", brackets aside.
constexpr std::array<std::string_view, 16> kAnonymous = {
    "bpf-map", "bpf-prog", "bpf_link", "btf",    "dma-buf", "eventfd",  "eventpoll", "fanotify",
    "inotify", "io_uring", "kvm-vcpu", "kvm-vm", "pidfd",   "signalfd", "timerfd",   "userfaultfd"};

constexpr std::array<std::string_view, 11> kNumbered = {
    "pipe", "socket", "cgroup",          "ipc", "mnt", "net", "pid", "time",
    "user", "uts",    "pid_for_children"};

template <typename List>
bool is_in(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_in_proc(std::string_view path) {
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (!is_number(part) && !is_in(kInProc, part)) return false;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return true;
}

}  // namespace

bool is_kernels(std::string_view path) {
  constexpr std::string_view kProc = "/proc/";
  constexpr std::string_view kTerminals = "/dev/pts/";
  constexpr std::string_view kAnonInode = "anon_inode:";
  if (is_in(kWhole, path)) return true;
  if (path.starts_with(kProc)) return is_in_proc(path.substr(kProc.size()));
  if (path.starts_with(kTerminals)) return is_number(path.substr(kTerminals.size()));
  if (path.starts_with(kAnonInode)) {
    std::string_view name = path.substr(kAnonInode.size());
    if (name.size() > 2 && name.front() == '[' && name.back() == ']')
      name = name.substr(1, name.size() - 2);
    return is_in(kAnonymous, name);
  }
  const auto colon = path.find(":[");
  return colon != std::string_view::npos && path.ends_with(']') &&
         is_in(kNumbered, path.substr(0, colon)) &&
         is_number(path.substr(colon + 2, path.size() - colon - 3));
}

}  // namespace debug_process::redact
