/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What differs between architectures at a system call. BPF only. */
#ifndef ARCH_BPF_H
#define ARCH_BPF_H

#include <bpf/bpf_core_read.h>

#include "syscall_stats.h"

/*
 * A kernel without BTF takes neither tp_btf programs nor pointers to its types: syscall_stats_raw
 * has the same programs on raw_tp, and reads the kernel's memory by copying.
 */
#ifdef WITHOUT_KERNEL_BTF

#define TRACEPOINT(name)	  SEC("raw_tp/" name)
#define FIELD(pointer, field)	  BPF_CORE_READ(pointer, field)
#define CURRENT_TASK_FIELD(field) BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), field)

#else

#define TRACEPOINT(name)      SEC("tp_btf/" name)
#define FIELD(pointer, field) ((pointer)->field)
/*
 * bpf_get_current_task_btf() came with 5.11; before, the same memory is read by copying.
 */
#define CURRENT_TASK_FIELD(field)                                                                  \
	({                                                                                         \
		typeof(((struct task_struct *)0)->field) value__;                                  \
		if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))   \
			value__ = bpf_get_current_task_btf()->field;                               \
		else                                                                               \
			value__ = BPF_CORE_READ((struct task_struct *)bpf_get_current_task(),      \
						field);                                            \
		value__;                                                                           \
	})

#endif

#if defined(__TARGET_ARCH_x86)

#define X32_SYSCALL_BIT 0x40000000
#define TS_COMPAT	0x0002 /* arch/x86/include/asm/thread_info.h */

#define NR_EXECVE	   59
#define NR_EXECVEAT	   322
#define NR_EXIT		   60
#define NR_EXIT_GROUP	   231
#define NR_RT_SIGRETURN	   15
#define NR32_EXECVE	   11
#define NR32_EXECVEAT	   358
#define NR32_EXIT	   1
#define NR32_EXIT_GROUP	   252
#define NR32_SIGRETURN	   119
#define NR32_RT_SIGRETURN  173
#define NRX32_RT_SIGRETURN 513

static __always_inline int is_compat_call(void)
{
	return CURRENT_TASK_FIELD(thread_info.status) & TS_COMPAT;
}

static __always_inline long call_number(struct pt_regs *regs)
{
	return FIELD(regs, orig_ax);
}

/* Arguments survive until exit: the kernel writes only ax. */
static __always_inline __u64 call_arg(struct pt_regs *regs, __u32 abi, int n)
{
	if (abi == ABI_COMPAT32)
		return (__u32)(n == 0	? FIELD(regs, bx)
			       : n == 1 ? FIELD(regs, cx)
					: FIELD(regs, dx));
	return n == 0 ? FIELD(regs, di) : n == 1 ? FIELD(regs, si) : FIELD(regs, dx);
}

/* clone, fork, vfork, clone3: their child's first return has no enter here. */
static __always_inline int is_fork_call(__u32 abi, __u32 nr)
{
	if (abi == ABI_COMPAT32)
		return nr == 2 || nr == 120 || nr == 190 || nr == 435;
	return nr == 56 || nr == 57 || nr == 58 || nr == 435;
}

#elif defined(__TARGET_ARCH_arm64)

#define TIF_32BIT 22 /* arch/arm64/include/asm/thread_info.h */

#define NR_EXECVE	  221
#define NR_EXECVEAT	  281
#define NR_EXIT		  93
#define NR_EXIT_GROUP	  94
#define NR_RT_SIGRETURN	  139
#define NR32_EXECVE	  11
#define NR32_EXECVEAT	  387
#define NR32_EXIT	  1
#define NR32_EXIT_GROUP	  248
#define NR32_SIGRETURN	  119
#define NR32_RT_SIGRETURN 173

static __always_inline int is_compat_call(void)
{
	return (CURRENT_TASK_FIELD(thread_info.flags) >> TIF_32BIT) & 1;
}

static __always_inline long call_number(struct pt_regs *regs)
{
	return FIELD(regs, syscallno);
}

static __always_inline __u64 call_arg(struct pt_regs *regs, __u32 abi, int n)
{
	(void)abi;
	return n == 0 ? FIELD(regs, orig_x0) : n == 1 ? FIELD(regs, regs[1]) : FIELD(regs, regs[2]);
}

static __always_inline int is_fork_call(__u32 abi, __u32 nr)
{
	if (abi == ABI_COMPAT32)
		return nr == 2 || nr == 120 || nr == 190 || nr == 435;
	return nr == 220 || nr == 435;
}

#else
#error "no system call conventions for this architecture"
#endif

static __always_inline __u32 make_key(long number, int compat)
{
	__u32 nr = (__u32)number;

	if (compat)
		return (ABI_COMPAT32 << KEY_ABI_SHIFT) | (nr & KEY_NUMBER_MASK);
#ifdef X32_SYSCALL_BIT
	if ((long)nr == number && (nr & X32_SYSCALL_BIT) && !(nr & 0x80000000U))
		return (ABI_X32 << KEY_ABI_SHIFT) | (nr & KEY_NUMBER_MASK);
#endif
	return nr & KEY_NUMBER_MASK;
}

static __always_inline int never_returns(__u32 key)
{
	__u32 nr = key & KEY_NUMBER_MASK;

	if (key >> KEY_ABI_SHIFT == ABI_COMPAT32)
		return nr == NR32_EXIT || nr == NR32_EXIT_GROUP;
	return nr == NR_EXIT || nr == NR_EXIT_GROUP;
}

/* These restore the interrupted context, number and all: -1 at exit. */
static __always_inline int is_sigreturn(__u32 key)
{
	__u32 nr = key & KEY_NUMBER_MASK;

	if (key >> KEY_ABI_SHIFT == ABI_COMPAT32)
		return nr == NR32_SIGRETURN || nr == NR32_RT_SIGRETURN;
#ifdef NRX32_RT_SIGRETURN
	if (key >> KEY_ABI_SHIFT == ABI_X32)
		return nr == NRX32_RT_SIGRETURN;
#endif
	return nr == NR_RT_SIGRETURN;
}

#endif
