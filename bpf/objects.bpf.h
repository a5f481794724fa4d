/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What calls were about: descriptors, futexes, paths that were asked about, and what failed. BPF
 * only. */
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

static __always_inline int count_futex(const struct finished *call, __u64 address, __u64 op)
{
	__u32 bit = 1U << (op & FUTEX_CMD_MASK & 31);
	struct futex_stats *row;
	__u64 thread;

	if (!(bit & (FUTEX_WAITS | FUTEX_WAKES)) || (op & FUTEX_CMD_MASK) > 31)
		return 0;
	/* The value had changed before: it did not wait. */
	if (bit & FUTEX_WAITS && call->ret == -EAGAIN)
		return 0;
	row = futex_row(address);
	if (!row) {
		count_loss(LOSS_FUTEXES);
		return 0;
	}
	/* Fibonacci hashing: neighbours get different bits. Set by one, seen by all. */
	thread = 1ULL << (((__u32)bpf_get_current_pid_tgid() * 2654435769U) >> 26);
	if (bit & FUTEX_WAKES) {
		__sync_fetch_and_add(&row->wakes, 1);
		row->wakers |= thread;
		return 0;
	}
	__sync_fetch_and_add(&row->waits, 1);
	if (call->timed)
		__sync_fetch_and_add(&row->waited_ns, call->ns);
	row->waiters |= thread;
	return 0;
}

/* Returns what was done: enum extra_work. */
static __always_inline int count_lookup(const struct finished *call, __u64 path)
{
	struct lookup key = {};

	if (call->error) /* count_error() has those */
		return 0;
	/* On a page that is not present, or none: fstat(2) as newfstatat(2). */
	if (bpf_probe_read_user_str(key.path, sizeof(key.path), (void *)path) <= 1)
		return EXTRA_ROW;
	count_in(&dp_lookups, &key);
	return EXTRA_TEXT;
}

/* Returns 0 when the call is not counted here. */
static __always_inline int count_failed_text(const struct finished *call, __u32 kind, __u64 from,
					     __u64 size)
{
	struct failed_text failed = {
		.error = {.key = call->key, .errno_value = (__u32)-call->ret},
		.kind = kind,
	};
	long length;

	if (kind == OBJECT_SOCKADDR_ARG1) {
		if (size > sizeof(failed.data))
			size = sizeof(failed.data);
		length = bpf_probe_read_user(failed.data, size, (void *)from) ? 0 : size;
	} else {
		length = bpf_probe_read_user_str(failed.data, sizeof(failed.data), (void *)from);
	}
	if (length <= 0) /* none given, or on a page that is not present */
		return 0;
	failed.length = length;
	if (count_in(&dp_failed_texts, &failed))
		return 1;
	count_loss(LOSS_ERROR_OBJECTS);
	return 0;
}

static __always_inline int count_failed_fd(const struct finished *call, __s32 fd)
{
	struct failed_fd failed = {
		.error = {.key = call->key, .errno_value = (__u32)-call->ret},
		.fd = fd,
	};

	if (count_in(&dp_failed_fds, &failed))
		return 1;
	count_loss(LOSS_ERROR_OBJECTS);
	return 0;
}

/* What failed, how, and what it was about. Returns what was done: enum extra_work. */
static __always_inline int count_error(const struct finished *call, __u64 first, __u64 second,
				       __u64 third)
{
	__u32 index = key_index(call->key);
	__u32 kind = index < INDEXED_KEYS ? object_kinds[index] : OBJECT_NONE;

	if (kind == OBJECT_FD_ARG0 && count_failed_fd(call, first))
		return EXTRA_ROW;
	if (kind != OBJECT_FD_ARG0 && kind != OBJECT_NONE &&
	    count_failed_text(call, kind, kind == OBJECT_PATH_ARG0 ? first : second, third))
		return EXTRA_TEXT;
	add_error(call->key, (__u32)-call->ret);
	return EXTRA_ROW;
}

/*
 * The call that was counted last on this CPU. Returns what was done: enum extra_work. A global
 * function: the verifier looks at it once, and not once for each way to get there.
 */
__noinline int dp_count_objects(void)
{
	__u32 zero = 0, kind, done = 0;
	struct finished *call = bpf_map_lookup_elem(&dp_finished, &zero);

	if (!call)
		return 0;
	kind = call->kind;
	if (call->on_descriptor || kind == IO_FUTEX)
		done = EXTRA_ROW;
	if (call->on_descriptor)
		dp_count_io(kind, call->args[0], call->args[1], call->args[2]);
	else if (kind == IO_FUTEX)
		count_futex(call, call->args[0], call->args[1]);
	else if (kind == IO_LOOKUP_ARG0)
		done = count_lookup(call, call->args[0]);
	else if (kind == IO_LOOKUP_ARG1)
		done = count_lookup(call, call->args[1]);
	if (call->error)
		done |= count_error(call, call->args[0], call->args[1], call->args[2]);
	return done;
}

#endif
