/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One record of the task_ids iterator: a thread's numbers in two PID namespaces. */
#ifndef TASK_IDS_H
#define TASK_IDS_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

struct task_id {
	__s32 tgid; /* in the initial PID namespace, as BPF programs see it */
	__s32 tid;
	__s32 local_tgid; /* in the namespace that was asked for */
	__s32 local_tid;
};

#endif
