// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which numbers do the threads of a PID namespace have in the initial one? Read once at start. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "namespace.bpf.h"
#include "task_ids.h"

/* In that namespace; 0: all that it knows. */
const volatile __s32 wanted_tgid;

SEC("iter/task")
int dp_task_ids(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct task_id id = {};

	if (!task)
		return 0;
	id.local_tgid = number_in_namespace(BPF_CORE_READ(task, group_leader, thread_pid));
	if (wanted_tgid ? id.local_tgid != wanted_tgid : id.local_tgid == 0)
		return 0;
	id.local_tid = number_in_namespace(BPF_CORE_READ(task, thread_pid));
	id.tgid = task->tgid;
	id.tid = task->pid;
	bpf_seq_write(ctx->meta->seq, &id, sizeof(id));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
