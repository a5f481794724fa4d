/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The target's children, with --follow. BPF only. Who is followed and what is known of him are two
 * maps: a number is free for somebody else the moment its process has ended, what it did stays
 * until it is read.
 */
#ifndef PROCESSES_BPF_H
#define PROCESSES_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "losses.bpf.h"
#include "namespace.bpf.h"
#include "syscall_stats.h"

#define EEXIST	   17
#define BORN_SHIFT 20 /* a millisecond: no number comes round in that */

const volatile __u8 follow;

/* Who is followed, besides the target itself: tgid -> born. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* with follow set before load, as below */
	__type(key, __u32);
	__type(value, __u32);
} dp_followed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct process_key);
	__type(value, struct process_stats);
} dp_processes SEC(".maps");

static const struct process_stats no_process;

static __always_inline _Bool is_followed(__u32 tgid)
{
	return follow && bpf_map_lookup_elem(&dp_followed, &tgid);
}

/* The target's own is 0: it was there before. */
static __always_inline struct process_key process_of(__u32 tgid)
{
	struct process_key key = {.tgid = tgid};
	__u32 *born = bpf_map_lookup_elem(&dp_followed, &tgid);

	if (born)
		key.born = *born;
	return key;
}

/* For what is not written to a slot of its own. */
static __always_inline void add_to_process(struct process_key key, __u64 calls, __u64 errors,
					   __u64 timed_ns)
{
	struct process_stats *process = bpf_map_lookup_elem(&dp_processes, &key);

	if (!process)
		return;
	__sync_fetch_and_add(&process->calls, calls);
	/* clang makes another instruction of an atomic += 0, which kernels before 5.12 lack. */
	if (errors)
		__sync_fetch_and_add(&process->errors, errors);
	if (timed_ns)
		__sync_fetch_and_add(&process->timed_ns, timed_ns);
}

/* NULL: it is followed, but no row is left for it; or it is already there. */
static __always_inline struct process_stats *add_child(__u32 parent, __u32 tgid, __s32 local_pid,
						       __u64 now)
{
	struct process_key key = {.tgid = tgid, .born = (__u32)(now >> BORN_SHIFT) | 1};
	struct process_stats *process;
	long status;

	status = bpf_map_update_elem(&dp_followed, &tgid, &key.born, BPF_NOEXIST);
	if (status == -EEXIST) /* found in /proc before this ran */
		return NULL;
	if (status) {
		count_loss(LOSS_PROCESSES);
		return NULL;
	}
	bpf_map_update_elem(&dp_processes, &key, &no_process, BPF_NOEXIST);
	process = bpf_map_lookup_elem(&dp_processes, &key);
	if (!process) {
		count_loss(LOSS_PROCESS_ROWS);
		return NULL;
	}
	process->started_ns = now;
	process->parent = process_of(parent);
	process->local_pid = local_pid;
	return process;
}

#endif
