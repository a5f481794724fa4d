/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A task's number in a PID namespace that is not the initial one. BPF only. */
#ifndef NAMESPACE_BPF_H
#define NAMESPACE_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define MAX_LEVELS 32 /* MAX_PID_NS_LEVEL: kernel/pid_namespace.c */

/* Of the tool's own PID namespace, as in /proc/self/ns/pid; 0: the initial one. */
const volatile __u32 namespace_inode;

/* 0: it has none there. */
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

static __always_inline __s32 local_number(struct task_struct *task)
{
	if (!namespace_inode)
		return BPF_CORE_READ(task, pid);
	return number_in_namespace(BPF_CORE_READ(task, thread_pid));
}

#endif
