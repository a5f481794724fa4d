/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What could not be counted. BPF only. */
#ifndef LOSSES_BPF_H
#define LOSSES_BPF_H

#include <bpf/bpf_helpers.h>

#include "syscall_stats.h"

__u64 losses[LOSS_KINDS];

static __always_inline void count_loss(enum loss cause)
{
	__sync_fetch_and_add(&losses[cause], 1);
}

#endif
