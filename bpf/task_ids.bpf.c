// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which numbers do the threads of a PID namespace have in the initial one? Read once at start. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "task_ids.h"

#define MAX_LEVELS 32 /* MAX_PID_NS_LEVEL: kernel/pid_namespace.c */

const volatile __u32 namespace_inode; /* of the PID namespace, as in /proc/self/ns/pid */
const volatile __s32 wanted_tgid;     /* in that namespace */

static __always_inline __s32 number_in_namespace(struct pid *pid)
{
	unsigned int level = BPF_CORE_READ(pid, level);

	for (unsigned int i = 0; i < MAX_LEVELS; i++) {
		struct upid upid;

		if (i > level)
			break;
		if (bpf_probe_read_kernel(&upid, sizeof(upid), &pid->numbers[i]))
			break;
		if (BPF_CORE_READ(upid.ns, ns.inum) == namespace_inode)
			return upid.nr;
	}
	return 0;
}

SEC("iter/task")
int dp_task_ids(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct task_id id = {};

	if (!task)
		return 0;
	id.local_tgid = number_in_namespace(BPF_CORE_READ(task, group_leader, thread_pid));
	if (id.local_tgid != wanted_tgid)
		return 0;
	id.local_tid = number_in_namespace(BPF_CORE_READ(task, thread_pid));
	id.tgid = task->tgid;
	id.tid = task->pid;
	bpf_seq_write(ctx->meta->seq, &id, sizeof(id));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
