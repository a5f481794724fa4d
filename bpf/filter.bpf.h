/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which calls count. BPF only. All of it is constant from before the load: without a filter the
 * verifier leaves none of this code in the programs.
 */
#ifndef FILTER_BPF_H
#define FILTER_BPF_H

#include <bpf/bpf_helpers.h>

#include "arch.bpf.h"
#include "syscall_stats.h"

const volatile __u8 filtered;		 /* truth values: only calls that are wanted count */
const volatile __u8 wanted[WANTED_KEYS]; /* by wanted_index() */
const volatile __u8 unlisted_wanted;	 /* with numbers beyond that table */
const volatile __u8 failed_only;	 /* only calls that fail count */

__u8 measuring; /* enum measuring */

/* Calls of the target that were looked at and not counted. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} dp_passed SEC(".maps");

static __always_inline _Bool is_wanted(__u32 key)
{
	__u32 nr = key & KEY_NUMBER_MASK;

	if (measuring)
		return measuring == MEASURING_WANTED;
	if (nr >= WANTED_NUMBERS)
		return unlisted_wanted;
	return wanted[(key >> KEY_ABI_SHIFT) * WANTED_NUMBERS + nr];
}

/*
 * At exit the number may be another one than at entry: -1 after a sigreturn, and after an execve
 * that of the old image in the ABI of the new one. What was entered decides then.
 */
static __always_inline _Bool may_have_changed(long number)
{
	return number == -1 || number == NR_EXECVE || number == NR_EXECVEAT ||
	       number == NR32_EXECVE || number == NR32_EXECVEAT;
}

static __always_inline _Bool passes_by(__u32 key, long number)
{
	return filtered && !is_wanted(key) && !may_have_changed(number);
}

/*
 * For an exit whose entry is not known. With -1 it is most likely that of a sigreturn that was let
 * pass at entry.
 */
static __always_inline _Bool is_wanted_at_exit(__u32 key, long number)
{
	if (number != -1)
		return is_wanted(key);
	if (key >> KEY_ABI_SHIFT == ABI_COMPAT32)
		return is_wanted((ABI_COMPAT32 << KEY_ABI_SHIFT) | NR32_SIGRETURN) &&
		       is_wanted((ABI_COMPAT32 << KEY_ABI_SHIFT) | NR32_RT_SIGRETURN);
	return is_wanted(NR_RT_SIGRETURN);
}

static __always_inline void count_passed(void)
{
	__u32 zero = 0;
	__u64 *passed = bpf_map_lookup_elem(&dp_passed, &zero);

	if (passed)
		(*passed)++;
}

#endif
