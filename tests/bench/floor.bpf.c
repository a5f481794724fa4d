// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The least that watching system calls can cost: two programs on the two hooks that do nothing, or,
 * with read_clock, nothing but what every measurement of a latency needs. With counted_tgid the
 * calls of that process that begin are counted, for whoever wants to know the truth.
 */
#include <vmlinux.h>

#include <bpf/bpf_helpers.h>

const volatile bool read_clock;
const volatile __u32 counted_tgid;

/* By CPU, each on a cache line of its own. */
#define MOST_CPUS 1024
struct {
  __u64 calls;
  __u64 unused[7];
} counts[MOST_CPUS];

/* Somewhere to put the time, or the compiler would not have it read. */
__u64 last_time;

/* Without read_clock and counted_tgid the verifier removes this and that: a program is its return
 * alone. */
static __always_inline void count_call(void) {
  __u32 cpu;

  if (!counted_tgid || bpf_get_current_pid_tgid() >> 32 != counted_tgid) return;
  cpu = bpf_get_smp_processor_id();
  if (cpu < MOST_CPUS) __sync_fetch_and_add(&counts[cpu].calls, 1);
}

static __always_inline int reference(void) {
  if (read_clock) last_time = bpf_ktime_get_ns();
  return 0;
}

SEC("raw_tp/sys_enter")
int floor_enter(void* ctx) {
  (void)ctx;
  count_call();
  return reference();
}

SEC("raw_tp/sys_exit")
int floor_exit(void* ctx) {
  (void)ctx;
  return reference();
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
