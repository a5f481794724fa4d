// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* System calls of one process, counted and timed in the kernel. See README.md. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "objects.bpf.h"
#include "syscall_stats.bpf.h"

#define SIGNAL_GROUP_EXIT 0x00000004 /* include/linux/sched/signal.h */

__u64 exited_threads;
__u64 exited_calls;
__u64 exited_extra_ns;
__u64 execs;
__s32 wait_status; /* as wait(2) will give it; valid when has_wait_status */
__u8 has_wait_status;

static __always_inline _Bool is_watched(__u32 tgid)
{
	return tgid == target_tgid || is_followed(tgid);
}

static __always_inline _Bool is_target(__u64 pid_tgid)
{
	return is_watched(pid_tgid >> 32);
}

/* Nothing counts before the execve that starts a launched command. */
static __always_inline _Bool begins_now(long number)
{
	if (!from_next_exec || execs || (number != NR_EXECVE && number != NR_EXECVEAT))
		return 0;
	watching_since = bpf_ktime_get_ns();
	return 1;
}

TRACEPOINT("sys_enter")
int BPF_PROG(dp_sys_enter, struct pt_regs *regs, long number)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 key;

	if (!is_target(pid_tgid))
		return 0;
	if (!watching_since && !begins_now(number))
		return 0;
	key = make_key(number, is_compat_call());
	if (pid_tgid >> 32 == target_tgid)
		descriptors_at_enter(regs, key);
	if (filtered && !is_wanted(key))
		return 0;
	call_begins(pid_tgid, key, bpf_ktime_get_ns());
	return 0;
}

/* The thread pays for extra work, also where its call is not wanted. One without a slot does not.
 */
static __noinline int charge(__u32 tid, __u32 extra_work)
{
	struct thread_slot *thread = slot_of(tid);
	__u64 texts = (extra_work & EXTRA_TEXT) / EXTRA_TEXT + (extra_work & EXTRA_SUM) / EXTRA_SUM;

	if (thread)
		thread->extra_ns += (extra_work & EXTRA_ROW) * (__u64)row_ns + texts * text_ns;
	return 0;
}

/* What dp_count_objects() needs; see struct finished. */
static __always_inline void keep_arguments(struct pt_regs *regs, __u32 abi, __u32 kind, long ret,
					   struct finished *call)
{
	call->kind = kind;
	call->on_descriptor = on_descriptor[kind & 31];
	if (kind == IO_NONE && (__u64)ret < (__u64)-MAX_ERRNO)
		return;
	call->args[0] = call_arg(regs, abi, 0);
	call->args[1] = call_arg(regs, abi, 1);
	call->args[2] = call_arg(regs, abi, 2);
}

TRACEPOINT("sys_exit")
int BPF_PROG(dp_sys_exit, struct pt_regs *regs, long ret)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	_Bool own = pid_tgid >> 32 == target_tgid; /* children have descriptors of their own */
	struct finished *call;
	__u32 zero = 0, key, kind, abi;
	long number;

	if (!is_target(pid_tgid) || !watching_since)
		return 0;
	call = bpf_map_lookup_elem(&dp_finished, &zero);
	if (!call)
		return 0;
	number = call_number(regs);
	key = make_key(number, is_compat_call());
	abi = key >> KEY_ABI_SHIFT;
	kind = own ? io_kind_of(key) : IO_NONE;
	if (kind >= IO_FIRST_OPEN)
		charge(pid_tgid, dp_follow_descriptors(kind, call_arg(regs, abi, 0),
						       call_arg(regs, abi, 1), ret));
	if (filtered && passes_by(key, number)) {
		count_passed();
		return 0;
	}
	keep_arguments(regs, abi, kind, ret, call);
	if (!call_ends(pid_tgid, number, ret, bpf_ktime_get_ns(), call))
		return 0;
	if (call->kind != IO_NONE || call->error)
		charge(pid_tgid, dp_count_objects());
	return 0;
}

/*
 * Counts the calls that dp_sys_exit would look at and does nothing else: between two slices of the
 * whole work a short one with this alone shows how fast the target is with hardly anything added.
 */
TRACEPOINT("sys_exit")
int BPF_PROG(dp_count, struct pt_regs *regs, long ret)
{
	__u32 zero = 0;
	__u64 *calls;

	if (!is_target(bpf_get_current_pid_tgid()) || !counting)
		return 0;
	calls = bpf_map_lookup_elem(&dp_counted, &zero);
	if (calls)
		(*calls)++;
	return 0;
}

/* As wait(2) will give it; false: that is not known yet. */
static __always_inline _Bool read_wait_status(struct task_struct *task, __s32 *status)
{
	struct signal_struct *signal = FIELD(task, signal);

	if (FIELD(signal, flags) & SIGNAL_GROUP_EXIT)
		*status = FIELD(signal, group_exit_code);
	else if (FIELD(task, pid) == FIELD(task, tgid))
		*status = FIELD(task, exit_code);
	else
		return 0;
	return 1;
}

static __always_inline void keep_wait_status(struct task_struct *task)
{
	__s32 status;

	if (!read_wait_status(task, &status))
		return;
	wait_status = status;
	has_wait_status = 1;
}

/* In a pause its last call may have been one that nobody saw. */
static __always_inline void keep_last_call(struct task_struct *task,
					   const struct thread_slot *thread)
{
	struct signal_struct *signal = FIELD(task, signal);
	_Bool in_call = thread->entered_ns && thread->entered_ns >= watching_since;
	struct last_call last = {};
	__u32 tid = thread->tid;

	last.returned = !in_call;
	last.key = in_call ? thread->key : thread->previous_key;
	if (!watching_since || last.key == KEY_NONE)
		return;
	if (!(FIELD(signal, flags) & SIGNAL_GROUP_EXIT) && FIELD(signal, live.counter) > 0)
		return;
	if (bpf_map_update_elem(&dp_last_calls, &tid, &last, BPF_ANY))
		count_loss(LOSS_LAST_CALLS);
}

static __always_inline void add_slot_to_process(const struct thread_slot *thread)
{
	struct process_key process = {.tgid = thread->tgid, .born = thread->born};

	add_to_process(process, thread->calls, thread->errors, thread->timed_ns);
}

/* The last of its threads to come here ends it; two may come at once, and say the same. */
static __always_inline void process_may_end(struct task_struct *task)
{
	__u32 tgid = FIELD(task, tgid);
	struct process_key key = process_of(tgid);
	struct process_stats *process = bpf_map_lookup_elem(&dp_processes, &key);
	struct signal_struct *signal = FIELD(task, signal);

	if (process)
		read_wait_status(task, &process->wait_status);
	if (FIELD(signal, live.counter) > 0)
		return;
	bpf_map_delete_elem(&dp_followed, &tgid);
	if (!process)
		return;
	process->ended_ns = bpf_ktime_get_ns();
	bpf_probe_read_kernel_str(process->comm, sizeof(process->comm),
				  FIELD(task, group_leader)->comm);
}

TRACEPOINT("sched_process_exit")
int BPF_PROG(dp_thread_exit, struct task_struct *task)
{
	__u32 tid = FIELD(task, pid), tgid = FIELD(task, tgid);
	struct thread_slot *thread;

	if (!is_watched(tgid))
		return 0;
	if (tgid == target_tgid)
		keep_wait_status(task);
	thread = slot_of(tid);
	__sync_fetch_and_add(&exited_threads, 1);
	if (thread) {
		__sync_fetch_and_add(&exited_calls, thread->calls);
		__sync_fetch_and_add(&exited_extra_ns, thread->extra_ns);
		if (tgid == target_tgid)
			keep_last_call(task, thread);
		if (follow)
			add_slot_to_process(thread);
		thread->entered_ns = 0;
		thread->tid = 0;
	}
	if (follow)
		process_may_end(task);
	return 0;
}

/* Runs in the parent, when the child is complete and has not run. */
TRACEPOINT("sched_process_fork")
int BPF_PROG(dp_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 tgid = BPF_CORE_READ(child, tgid), forker = BPF_CORE_READ(parent, tgid);
	struct process_stats *process;

	/* A thread is of the same group. */
	if (tgid == forker || !is_watched(forker))
		return 0;
	process = add_child(forker, tgid, local_number(child), bpf_ktime_get_ns());
	if (process)
		BPF_CORE_READ_STR_INTO(&process->comm, child, comm);
	return 0;
}

static __always_inline void keep_name(struct task_struct *task)
{
	struct process_key key = process_of(FIELD(task, tgid));
	struct process_stats *process = bpf_map_lookup_elem(&dp_processes, &key);

	if (process)
		bpf_probe_read_kernel_str(process->comm, sizeof(process->comm), task->comm);
}

/* An execve by a thread that is not the leader comes back under the leader's tid. */
TRACEPOINT("sched_process_exec")
int BPF_PROG(dp_exec, struct task_struct *task, pid_t old_pid)
{
	__u32 tid = FIELD(task, pid), tgid = FIELD(task, tgid);
	struct thread_slot *from, *to, moved;

	if (!is_watched(tgid))
		return 0;
	if (tgid == target_tgid) {
		__sync_fetch_and_add(&execs, 1);
		__sync_fetch_and_add(&fd_generation, 1); /* FD_CLOEXEC */
	}
	if (follow)
		keep_name(task);
	if ((__u32)old_pid == tid)
		return 0;
	from = slot_of(old_pid);
	if (!from)
		return 0;
	moved = *from;
	from->entered_ns = 0; /* free before the leader looks for one: it may be the only one */
	from->tid = 0;
	to = own_slot(tid, tgid);
	if (!to)
		return 0;
	*to = moved;
	to->tid = tid;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
