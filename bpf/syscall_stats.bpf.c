// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* System calls of one process, counted and timed in the kernel. See README.md. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "syscall_stats.bpf.h"

#define SIGNAL_GROUP_EXIT 0x00000004 /* include/linux/sched/signal.h */

__u64 exited_threads;
__u64 exited_calls;
__u64 execs;
__s32 wait_status; /* as wait(2) will give it; valid when has_wait_status */
__u8 has_wait_status;

static __always_inline _Bool is_target(__u64 pid_tgid)
{
	return (__u32)(pid_tgid >> 32) == target_tgid;
}

/* Nothing counts before the execve that starts a launched command. */
static __always_inline _Bool begins_now(long number)
{
	if (!from_next_exec || execs || (number != NR_EXECVE && number != NR_EXECVEAT))
		return 0;
	watching = 1;
	return 1;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(dp_sys_enter, struct pt_regs *regs, long number)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	if (!is_target(pid_tgid))
		return 0;
	if (!watching && !begins_now(number))
		return 0;
	call_begins((__u32)pid_tgid, make_key(number, is_compat_call()), bpf_ktime_get_ns());
	return 0;
}

/* Returns the number of bytes taken, 0 or less when there are none to have. */
static __always_inline long take_example(struct error_value *value, struct pt_regs *regs, __u32 abi,
					 __u32 kind)
{
	__u64 size;

	switch (kind) {
	case EXAMPLE_PATH_ARG0:
		return bpf_probe_read_user_str(value->data, sizeof(value->data),
					       (void *)call_arg(regs, abi, 0));
	case EXAMPLE_PATH_ARG1:
		return bpf_probe_read_user_str(value->data, sizeof(value->data),
					       (void *)call_arg(regs, abi, 1));
	case EXAMPLE_SOCKADDR_ARG1:
		size = call_arg(regs, abi, 2);
		if (size > sizeof(value->data))
			size = sizeof(value->data);
		if (bpf_probe_read_user(value->data, size, (void *)call_arg(regs, abi, 1)))
			return 0;
		return size;
	case EXAMPLE_FD_ARG0:
		value->fd = (__s32)call_arg(regs, abi, 0);
		return 1;
	}
	return 0;
}

/* Only the first failure of a kind pays for its example; a page not present means the next one. */
static __always_inline void count_error(struct pt_regs *regs, __u32 key, long ret)
{
	struct error_value *value = add_error(key, (__u32)-ret);
	__u32 index = key_index(key);
	long length;

	if (!value || value->kind || index >= INDEXED_KEYS)
		return;
	length = take_example(value, regs, key >> KEY_ABI_SHIFT, example_kinds[index]);
	if (length <= 0)
		return;
	value->length = length;
	value->kind = example_kinds[index];
}

SEC("tp_btf/sys_exit")
int BPF_PROG(dp_sys_exit, struct pt_regs *regs, long ret)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	long number;
	__u32 key;

	if (!is_target(pid_tgid) || !watching)
		return 0;
	number = call_number(regs);
	key = call_ends((__u32)pid_tgid, number, ret, bpf_ktime_get_ns());
	if (key != KEY_NONE)
		count_error(regs, key, ret);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(dp_thread_exit, struct task_struct *task)
{
	__u32 tid = task->pid;
	struct thread_slot *thread;

	if ((__u32)task->tgid != target_tgid)
		return 0;
	if (task->signal->flags & SIGNAL_GROUP_EXIT) {
		wait_status = task->signal->group_exit_code;
		has_wait_status = 1;
	} else if (task->pid == task->tgid) {
		wait_status = task->exit_code;
		has_wait_status = 1;
	}
	thread = slot_of(tid);
	__sync_fetch_and_add(&exited_threads, 1);
	if (!thread)
		return 0;
	__sync_fetch_and_add(&exited_calls, thread->calls);
	thread->entered_ns = 0;
	thread->tid = 0;
	return 0;
}

/* An execve by a thread that is not the leader comes back under the leader's tid. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(dp_exec, struct task_struct *task, pid_t old_pid)
{
	struct thread_slot *from, *to, moved;

	if ((__u32)task->tgid != target_tgid)
		return 0;
	__sync_fetch_and_add(&execs, 1);
	if (old_pid == task->pid)
		return 0;
	from = slot_of(old_pid);
	if (!from)
		return 0;
	moved = *from;
	from->entered_ns = 0; /* free before the leader looks for one: it may be the only one */
	from->tid = 0;
	to = own_slot(task->pid);
	if (!to)
		return 0;
	*to = moved;
	to->tid = task->pid;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
