/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What calls do to futexes, and which paths they ask about. BPF only. */
#ifndef OBJECTS_BPF_H
#define OBJECTS_BPF_H

#include <bpf/bpf_helpers.h>

#include "syscall_stats.bpf.h"

/* include/uapi/linux/futex.h */
#define FUTEX_WAIT	      0
#define FUTEX_WAKE	      1
#define FUTEX_WAKE_OP	      5
#define FUTEX_LOCK_PI	      6
#define FUTEX_UNLOCK_PI	      7
#define FUTEX_WAIT_BITSET     9
#define FUTEX_WAKE_BITSET     10
#define FUTEX_WAIT_REQUEUE_PI 11
#define FUTEX_LOCK_PI2	      13
#define FUTEX_CMD_MASK	      0x7f

#define EAGAIN 11

#define FUTEX_WAITS                                                                                \
	(1U << FUTEX_WAIT | 1U << FUTEX_LOCK_PI | 1U << FUTEX_WAIT_BITSET |                        \
	 1U << FUTEX_WAIT_REQUEUE_PI | 1U << FUTEX_LOCK_PI2)
#define FUTEX_WAKES                                                                                \
	(1U << FUTEX_WAKE | 1U << FUTEX_WAKE_OP | 1U << FUTEX_UNLOCK_PI | 1U << FUTEX_WAKE_BITSET)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct futex_stats);
} dp_futexes SEC(".maps");

/* The least used give way: what is asked again and again stays, and its count is a lower bound. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct lookup);
	__type(value, __u64);
} dp_lookups SEC(".maps");

static const struct futex_stats no_futex_calls;

static __always_inline struct futex_stats *futex_row(__u64 address)
{
	struct futex_stats *row = bpf_map_lookup_elem(&dp_futexes, &address);

	if (row)
		return row;
	bpf_map_update_elem(&dp_futexes, &address, &no_futex_calls, BPF_NOEXIST);
	return bpf_map_lookup_elem(&dp_futexes, &address);
}

/* The call that was counted last on this CPU: futex(2) with these first arguments. */
__noinline int dp_count_futex(__u64 address, __u64 op)
{
	__u32 zero = 0, bit = 1U << (op & FUTEX_CMD_MASK & 31);
	struct finished *call = bpf_map_lookup_elem(&dp_finished, &zero);
	struct futex_stats *row;

	if (!call || !(bit & (FUTEX_WAITS | FUTEX_WAKES)) || (op & FUTEX_CMD_MASK) > 31)
		return 0;
	/* The value had changed before: it did not wait. */
	if (bit & FUTEX_WAITS && call->ret == -EAGAIN)
		return 0;
	row = futex_row(address);
	if (!row) {
		count_loss(LOSS_FUTEXES);
		return 0;
	}
	if (bit & FUTEX_WAKES) {
		__sync_fetch_and_add(&row->wakes, 1);
		return 0;
	}
	__sync_fetch_and_add(&row->waits, 1);
	if (call->timed)
		__sync_fetch_and_add(&row->waited_ns, call->ns);
	/* Fibonacci hashing: neighbours get different bits. Set by one, seen by all. */
	row->waiters |= 1ULL << (((__u32)bpf_get_current_pid_tgid() * 2654435769U) >> 26);
	return 0;
}

/* The call that was counted last on this CPU, and found what is behind this path. */
__noinline int dp_count_lookup(__u64 path)
{
	__u32 zero = 0;
	struct finished *call = bpf_map_lookup_elem(&dp_finished, &zero);
	struct lookup key = {};

	if (!call || call->error) /* count_error() has those */
		return 0;
	if (bpf_probe_read_user_str(key.path, sizeof(key.path), (void *)path) <= 1)
		return 0; /* on a page that is not present, or none: fstat(2) as newfstatat(2) */
	count_in(&dp_lookups, &key);
	return 0;
}

#endif
