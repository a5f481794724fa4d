/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Pairing enter with exit, and adding up. BPF only. Everything here takes what the kernel says
 * as arguments, so that tests can drive it with sequences that are hard to provoke.
 */
#ifndef SYSCALL_STATS_BPF_H
#define SYSCALL_STATS_BPF_H

#include <bpf/bpf_helpers.h>

#include "arch.bpf.h"
#include "descriptors.bpf.h"
#include "filter.bpf.h"
#include "histogram.bpf.h"
#include "losses.bpf.h"
#include "processes.bpf.h"
#include "syscall_stats.h"

/* Include errnos that never reach user space but restart the call: include/linux/errno.h. */
#define EINTR		      4
#define MAX_ERRNO	      4095
#define ERESTARTSYS	      512
#define ERESTARTNOINTR	      513
#define ERESTARTNOHAND	      514
#define ERESTART_RESTARTBLOCK 516

const volatile __u32 thread_mask; /* number of thread slots - 1; a power of two - 1 */
const volatile __u8 from_next_exec;
const volatile __u8 object_kinds[INDEXED_KEYS]; /* enum object_kind */

/*
 * In the initial PID namespace; 0: nobody. Not constant: before the window user space is the
 * target itself for some milliseconds, to measure what these very programs cost.
 */
__u32 target_tgid;
/*
 * Since when calls count, on the clock of bpf_ktime_get_ns(); 0: they do not. Set by user space
 * once all programs are attached and cleared before any is detached, so that a slice of the window
 * has the same two ends for enter and exit. With from_next_exec the execve sets it first.
 */
__u64 watching_since;
/*
 * What each kind of extra work costs the thread that makes the call. Measured by user space before
 * the window, and 0 until then.
 */
__u32 row_ns;
__u32 text_ns;
/*
 * A truth value (C++ does not know _Bool): dp_count counts. Never at the same time as the above.
 */
__u8 counting;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1024); /* set before load, with thread_mask */
	__type(key, __u32);
	__type(value, struct thread_slot);
} dp_threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cpu_table);
} dp_calls SEC(".maps");

/* Of the target's threads, by tid, when it ends. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct last_call);
} dp_last_calls SEC(".maps");

/* What dp_count has counted. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} dp_counted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CALL_SLOTS);
	__type(key, __u32);
	__type(value, struct cpu_histogram);
} dp_histograms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, struct call_counters);
} dp_overflow SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct error_key);
	__type(value, __u64);
} dp_errors SEC(".maps");

/*
 * A failed call is in one of three maps: by what it was about, a path or an address, or a
 * descriptor; or else, where that is not known, in the one above.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2048);
	__type(key, struct failed_text);
	__type(value, __u64);
} dp_failed_texts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2048);
	__type(key, struct failed_fd);
	__type(value, __u64);
} dp_failed_fds SEC(".maps");

static const __u64 no_calls;

/* The call's slot in this CPU's table, taken at its first use; CALL_SLOTS when there is none. */
static __always_inline __u32 slot_for(struct cpu_table *table, __u32 key)
{
	__u32 index = key_index(key), slot;

	if (index >= INDEXED_KEYS)
		return CALL_SLOTS;
	slot = table->slot_of[index];
	if (slot)
		return slot - 1;
	slot = table->used;
	if (slot >= CALL_SLOTS)
		return CALL_SLOTS;
	table->keys[slot] = key;
	table->slot_of[index] = slot + 1;
	table->used = slot + 1;
	return slot;
}

static __always_inline struct thread_slot *slot_at(__u32 place)
{
	__u32 index = place & thread_mask;

	return bpf_map_lookup_elem(&dp_threads, &index);
}

/* Where a thread goes that finds another one in its first place (Fibonacci hashing). */
static __always_inline __u32 second_place(__u32 tid)
{
	return (tid * 2654435769U) >> 15;
}

/* The slot that the thread has; NULL: none. */
static __always_inline struct thread_slot *slot_of(__u32 tid)
{
	struct thread_slot *thread = slot_at(tid);

	if (thread && thread->tid == tid)
		return thread;
	thread = slot_at(second_place(tid));
	return thread && thread->tid == tid ? thread : NULL;
}

static __always_inline void add_call(struct call_counters *counters, const struct finished *call,
				     _Bool restart)
{
	__u64 ns = call->ns;

	counters->calls++;
	counters->errors += call->error;
	counters->restarts += restart;
	counters->zeros += call->returned_zero;
	if (!call->timed) {
		counters->untimed++;
		return;
	}
	counters->sum_ns += ns;
	if (ns > counters->max_ns)
		counters->max_ns = ns;
	if (ns < counters->min_ns || counters->calls - counters->untimed == 1)
		counters->min_ns = ns;
}

static __noinline int add_overflow(const struct finished *call, _Bool restart)
{
	__u32 key = call->key;
	struct call_counters *counters = bpf_map_lookup_elem(&dp_overflow, &key);

	if (!counters) {
		struct call_counters fresh = {};

		bpf_map_update_elem(&dp_overflow, &key, &fresh, BPF_NOEXIST);
		counters = bpf_map_lookup_elem(&dp_overflow, &key);
		if (!counters) {
			count_loss(LOSS_CALLS);
			return 0;
		}
	}
	add_call(counters, call, restart);
	if (call->timed)
		count_loss(LOSS_HISTOGRAM);
	return 0;
}

static __always_inline void add_to_histogram(__u32 slot, __u64 bucket)
{
	struct cpu_histogram *histogram = bpf_map_lookup_elem(&dp_histograms, &slot);

	/* The verifier must see the check on the very register that it indexes with. */
	barrier_var(bucket);
	if (histogram && bucket < HISTOGRAM_BUCKETS)
		histogram->buckets[bucket]++;
}

/* Returns the thread's previous call's place in the transition matrix, or CALL_SLOTS. */
static __always_inline __u32 previous_slot(struct cpu_table *table, struct thread_slot *thread)
{
	if (!thread || thread->previous_key == KEY_NONE)
		return CALL_SLOTS;
	return slot_for(table, thread->previous_key);
}

static __always_inline void add_finished(struct thread_slot *thread, const struct finished *call,
					 _Bool restart)
{
	__u32 zero = 0, slot, from;
	struct cpu_table *table = bpf_map_lookup_elem(&dp_calls, &zero);

	if (!table)
		return;
	slot = slot_for(table, call->key);
	if (slot >= CALL_SLOTS) {
		add_overflow(call, restart);
		return;
	}
	add_call(&table->counters[slot], call, restart);
	from = previous_slot(table, thread);
	if (from < CALL_SLOTS)
		table->transitions[from][slot]++;
	if (call->timed)
		add_to_histogram(slot, call->bucket);
}

/* One more in the row, which is made at its first. Returns 0 when there is no room for it. */
static __always_inline _Bool count_in(void *map, const void *key)
{
	__u64 *calls = bpf_map_lookup_elem(map, key);

	if (!calls) {
		bpf_map_update_elem(map, key, &no_calls, BPF_NOEXIST);
		calls = bpf_map_lookup_elem(map, key);
		if (!calls)
			return 0;
	}
	__sync_fetch_and_add(calls, 1);
	return 1;
}

static __always_inline void add_error(__u32 key, __u32 errno_value)
{
	struct error_key row = {.key = key, .errno_value = errno_value};

	if (!count_in(&dp_errors, &row))
		count_loss(LOSS_ERRORS);
}

/* The thread's slot, taken at its first event; NULL: other threads have both of its places. */
static __always_inline struct thread_slot *own_slot(__u32 tid, __u32 tgid)
{
	struct thread_slot *thread = slot_of(tid);

	if (thread)
		return thread;
	thread = slot_at(tid);
	if (!thread || thread->tid != 0)
		thread = slot_at(second_place(tid));
	if (!thread || thread->tid != 0)
		return NULL;
	thread->entered_ns = 0;
	thread->previous_key = KEY_NONE;
	thread->calls = 0;
	thread->extra_ns = 0;
	thread->restarted_key = KEY_NONE;
	if (follow) {
		struct process_key process = process_of(tgid);

		thread->errors = 0;
		thread->timed_ns = 0;
		thread->tgid = process.tgid;
		thread->born = process.born;
	}
	thread->tid = tid;
	return thread;
}

/* Adds one call to its thread, or where that has no slot to its process. */
static __always_inline void add_to_thread(struct thread_slot *thread, __u32 tgid, _Bool error,
					  __u64 timed_ns)
{
	if (thread)
		thread->calls++;
	if (!follow)
		return;
	if (!thread) {
		add_to_process(process_of(tgid), 1, error, timed_ns);
		return;
	}
	thread->errors += error;
	thread->timed_ns += timed_ns;
}

static __always_inline void call_begins(__u64 pid_tgid, __u32 key, __u64 now)
{
	__u32 tgid = pid_tgid >> 32;
	struct thread_slot *thread = own_slot((__u32)pid_tgid, tgid);

	if (never_returns(key)) {
		const struct finished call = {.key = key};

		if (thread) {
			thread->entered_ns = 0;
			thread->previous_key = key;
		}
		if (failed_only)
			return;
		add_finished(thread, &call, 0);
		add_to_thread(thread, tgid, 0, 0);
		return;
	}
	if (!thread) /* a collision: the exit counts it */
		return;
	thread->key = key;
	thread->entered_ns = now;
}

static __always_inline _Bool is_restart(long ret)
{
	return ret == -ERESTARTSYS || ret == -ERESTARTNOINTR || ret == -ERESTARTNOHAND ||
	       ret == -ERESTART_RESTARTBLOCK;
}

/* The ABI is not compared: an execve of an image of another one changes it on the way. */
static __always_inline _Bool fits(__u32 entered, long number)
{
	return ((entered ^ (__u32)number) & KEY_NUMBER_MASK) == 0 ||
	       (number == -1 && is_sigreturn(entered));
}

/* What was counted as a restart has reached the program as EINTR. */
static __noinline int restart_failed(__u32 key)
{
	__u32 zero = 0, slot;
	struct cpu_table *table = bpf_map_lookup_elem(&dp_calls, &zero);
	struct call_counters *counters;

	if (!table)
		return 0;
	add_error(key, EINTR);
	slot = slot_for(table, key);
	if (slot < CALL_SLOTS)
		counters = &table->counters[slot];
	else
		counters = bpf_map_lookup_elem(&dp_overflow, &key);
	if (!counters) {
		count_loss(LOSS_CALLS);
		return 0;
	}
	if (failed_only) { /* it was not counted when it seemed not to fail */
		counters->calls++;
		counters->untimed++;
	} else { /* perhaps below 0 on this CPU: the sum over all is right */
		counters->restarts--;
	}
	counters->errors++;
	return 0;
}

/*
 * A call that ends as a restart is made again by the kernel, unless a signal handler comes first:
 * then, by the kind of restart and by SA_RESTART, the program may get EINTR. That shows when the
 * handler returns: the sigreturn then "returns" it. signal(7), arch_do_signal_or_restart().
 */
static __always_inline void follow_restart(struct thread_slot *thread, __u32 key, _Bool restart,
					   _Bool sigreturn, long ret)
{
	__u32 restarted = thread->restarted_key;

	if (restart)
		thread->restarted_key = key;
	else if (restarted != KEY_NONE && (sigreturn || key == restarted))
		thread->restarted_key = KEY_NONE;
	if (!sigreturn || restarted == KEY_NONE || ret != -EINTR)
		return;
	restart_failed(restarted);
	thread->errors++;
	thread->calls += failed_only;
}

/*
 * Counts a call that returns `ret`; `number` is what the kernel has for it at exit. Fills in `call`
 * and returns 1, or 0 when it does not count.
 */
static __always_inline _Bool call_ends(__u64 pid_tgid, long number, long ret, __u64 now,
				       struct finished *call)
{
	__u32 tid = pid_tgid, tgid = pid_tgid >> 32;
	__u32 key = filtered ? make_key(number, is_compat_call()) : KEY_NONE;
	_Bool unwanted = filtered && !is_wanted_at_exit(key, number);
	/* What is not wanted, and was not entered as something else, leaves no trace. */
	struct thread_slot *thread = unwanted ? slot_of(tid) : own_slot(tid, tgid);
	_Bool sigreturn, restart, error, timed = 0;
	__u64 ns = 0;

	if (!thread && !unwanted)
		count_loss(LOSS_THREAD_SLOT);
	/* One entered in an earlier slice may have returned unseen: this is another call then. */
	if (thread && thread->entered_ns < watching_since)
		thread->entered_ns = 0;
	if (thread && thread->entered_ns) {
		timed = fits(thread->key, number);
		if (timed) {
			key = thread->key;
			ns = now - thread->entered_ns;
			if ((__s64)ns < 0) {
				count_loss(LOSS_CLOCK);
				ns = 0;
			}
		} else {
			count_loss(LOSS_PAIRING);
		}
		thread->entered_ns = 0;
	}
	if (!timed && unwanted) {
		/* A sigreturn still tells how a restart went. */
		if (thread && number == -1)
			follow_restart(thread, key, 0, 1, ret);
		return 0;
	}
	if (!timed) {
		if (!filtered)
			key = make_key(number, is_compat_call());
		if (ret == 0 && is_fork_call(key >> KEY_ABI_SHIFT, key & KEY_NUMBER_MASK))
			return 0;
	}
	/* A sigreturn returns nothing of its own: that is the interrupted code's. */
	sigreturn = is_sigreturn(key);
	restart = !sigreturn && is_restart(ret);
	error = !sigreturn && !restart && ret < 0 && ret >= -MAX_ERRNO;
	if (thread)
		follow_restart(thread, key, restart, sigreturn, ret);
	if (failed_only && !error) {
		count_passed();
		return 0;
	}
	call->key = key;
	call->ret = sigreturn ? 0 : ret;
	/* Without a branch, each of which doubles what the verifier has to look at. */
	call->returned_zero = 1 - ((__u64)(ret | -ret) >> 63);
	call->error = error;
	call->timed = timed;
	call->ns = ns;
	call->bucket = histogram_bucket(ns);
	add_finished(thread, call, restart);
	add_to_thread(thread, tgid, error, ns);
	if (thread)
		thread->previous_key = key;
	return 1;
}

#endif
