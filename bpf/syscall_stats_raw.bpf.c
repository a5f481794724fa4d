// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* syscall_stats for a kernel without BTF of its own: --btf FILE. The same programs and maps. */
#define WITHOUT_KERNEL_BTF

#include "syscall_stats.bpf.c"
