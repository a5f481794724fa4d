// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The least that watching system calls can cost: two programs on the two hooks that do nothing, or,
 * with read_clock, nothing but what every measurement of a latency needs.
 */
#include <vmlinux.h>

#include <bpf/bpf_helpers.h>

const volatile bool read_clock;

/* Somewhere to put the time, or the compiler would not have it read. */
__u64 last_time;

/* Without read_clock the verifier removes this: the program is its return alone. */
static __always_inline int reference(void) {
  if (read_clock) last_time = bpf_ktime_get_ns();
  return 0;
}

SEC("raw_tp/sys_enter")
int floor_enter(void* ctx) {
  (void)ctx;
  return reference();
}

SEC("raw_tp/sys_exit")
int floor_exit(void* ctx) {
  (void)ctx;
  return reference();
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
