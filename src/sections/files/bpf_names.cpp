// SPDX-License-Identifier: Apache-2.0
#include "sections/files/bpf_names.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace debug_process::sections::files {
namespace {

constexpr std::array<std::string_view, 34> kMapTypes{"unspec",
                                                     "hash",
                                                     "array",
                                                     "prog_array",
                                                     "perf_event_array",
                                                     "percpu_hash",
                                                     "percpu_array",
                                                     "stack_trace",
                                                     "cgroup_array",
                                                     "lru_hash",
                                                     "lru_percpu_hash",
                                                     "lpm_trie",
                                                     "array_of_maps",
                                                     "hash_of_maps",
                                                     "devmap",
                                                     "sockmap",
                                                     "cpumap",
                                                     "xskmap",
                                                     "sockhash",
                                                     "cgroup_storage",
                                                     "reuseport_sockarray",
                                                     "percpu_cgroup_storage",
                                                     "queue",
                                                     "stack",
                                                     "sk_storage",
                                                     "devmap_hash",
                                                     "struct_ops",
                                                     "ringbuf",
                                                     "inode_storage",
                                                     "task_storage",
                                                     "bloom_filter",
                                                     "user_ringbuf",
                                                     "cgrp_storage",
                                                     "arena"};

constexpr std::array<std::string_view, 33> kProgramTypes{"unspec",
                                                         "socket_filter",
                                                         "kprobe",
                                                         "sched_cls",
                                                         "sched_act",
                                                         "tracepoint",
                                                         "xdp",
                                                         "perf_event",
                                                         "cgroup_skb",
                                                         "cgroup_sock",
                                                         "lwt_in",
                                                         "lwt_out",
                                                         "lwt_xmit",
                                                         "sock_ops",
                                                         "sk_skb",
                                                         "cgroup_device",
                                                         "sk_msg",
                                                         "raw_tracepoint",
                                                         "cgroup_sock_addr",
                                                         "lwt_seg6local",
                                                         "lirc_mode2",
                                                         "sk_reuseport",
                                                         "flow_dissector",
                                                         "cgroup_sysctl",
                                                         "raw_tracepoint_writable",
                                                         "cgroup_sockopt",
                                                         "tracing",
                                                         "struct_ops",
                                                         "ext",
                                                         "lsm",
                                                         "sk_lookup",
                                                         "syscall",
                                                         "netfilter"};

template <std::size_t Count>
std::string name_in(const std::array<std::string_view, Count>& names, std::uint32_t type) {
  return type < Count ? std::string(names[type]) : fmt::format("type {}", type);
}

}  // namespace

std::string bpf_map_type_name(std::uint32_t type) {
  return name_in(kMapTypes, type);
}

std::string bpf_program_type_name(std::uint32_t type) {
  return name_in(kProgramTypes, type);
}

}  // namespace debug_process::sections::files
