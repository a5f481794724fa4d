/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What syscall_stats.bpf.c writes and user space reads once, after detaching.
 * Plain C types of fixed size; both sides include this file.
 */
#ifndef SYSCALL_STATS_H
#define SYSCALL_STATS_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* A system call: the ABI in the upper two bits, its number below. */
#define KEY_ABI_SHIFT	30
#define KEY_NUMBER_MASK 0x3fffffffU
#define KEY_NONE	0xffffffffU

enum call_abi {
	ABI_NATIVE = 0,
	ABI_COMPAT32 = 1,
	ABI_X32 = 2,
};

/* Numbers below this have a direct index; all others go through the overflow map. */
#define INDEXED_NUMBERS 512
#define INDEXED_KEYS	(2 * INDEXED_NUMBERS)

/* The table of calls that are wanted: all ABIs, and room for numbers to come. */
#define WANTED_NUMBERS 1024
#define WANTED_KEYS    (4 * WANTED_NUMBERS)

/*
 * Distinct calls that one CPU counts in its table; what comes after that is counted in the
 * overflow map, exactly too, but without a histogram. A per-CPU value is limited to 32 KiB.
 */
#define CALL_SLOTS 72

/*
 * Exponential histogram, base 2^(1/8). Bucket 0 is zero; bucket b >= 1 holds durations in
 * (2^((b-2)/8), 2^((b-1)/8)] times 2^-30 s. The last one begins at 1.7 hours.
 */
#define HISTOGRAM_BUCKETS      344
#define HISTOGRAM_SCALE	       3
#define HISTOGRAM_FIRST_OFFSET (-241) /* OpenTelemetry's index of bucket 1 */

struct call_counters {
	__u64 calls;
	__u64 errors;
	__u64 restarts;
	__u64 untimed; /* of calls: without a known latency */
	__u64 sum_ns;
	__u64 min_ns; /* valid when calls > untimed */
	__u64 max_ns;
};

/* One per CPU, written by that CPU alone: no atomics. */
struct cpu_table {
	__u8 slot_of[INDEXED_KEYS]; /* slot + 1; 0: not seen on this CPU */
	__u32 used;
	__u32 keys[CALL_SLOTS];
	struct call_counters counters[CALL_SLOTS];
	__u32 transitions[CALL_SLOTS][CALL_SLOTS]; /* [from][to] */
};

struct cpu_histogram {
	__u32 buckets[HISTOGRAM_BUCKETS];
};

/* One thread of the target, at index tid & mask or at a second place. Written by that thread alone.
 */
struct thread_slot {
	__u32 tid; /* in the initial PID namespace; 0: free */
	__u32 key; /* of the call it is in, when entered_ns != 0 */
	__u64 entered_ns;
	__u32 previous_key;
	__u32 restarted_key; /* of a call that ended as a restart, until it is known how that went
			      */
	__u64 calls;
	/* The rest with follow alone; a cache line in all: no false sharing between threads. */
	__u64 errors;
	__u64 timed_ns;
	__u32 tgid; /* in the initial PID namespace; 0: not known */
	__u32 born; /* as in process_key */
	__u64 padding;
};

/* What a thread of the target was in when the process ended, or had been in last. */
struct last_call {
	__u32 key;
	__u32 returned; /* a truth value */
};

/* A process that is followed. Numbers are used again: the time of its birth tells them apart. */
struct process_key {
	__u32 tgid; /* in the initial PID namespace */
	__u32 born; /* never 0 for those that began while we watched, and 0 for all others */
};

#define COMM_BYTES 16 /* TASK_COMM_LEN */

/* What is not in the slots of its living threads. */
struct process_stats {
	__u64 calls;
	__u64 errors;
	__u64 timed_ns;
	__u64 started_ns; /* 0: it was there before */
	__u64 ended_ns;	  /* 0: it lives */
	struct process_key parent;
	__s32 local_pid;   /* in the tool's PID namespace; 0: it has none there */
	__s32 wait_status; /* as wait(2) will give it; valid when ended_ns != 0 */
	char comm[COMM_BYTES];
};

struct error_key {
	__u32 key;
	__u32 errno_value;
};

enum example_kind {
	EXAMPLE_NONE = 0,
	EXAMPLE_PATH_ARG0 = 1,
	EXAMPLE_PATH_ARG1 = 2,
	EXAMPLE_SOCKADDR_ARG1 = 3,
	EXAMPLE_FD_ARG0 = 4,
};

#define EXAMPLE_BYTES 128

struct error_value {
	__u64 calls;
	__s32 fd;
	__u32 kind;   /* enum example_kind of what follows; EXAMPLE_NONE: none taken */
	__u32 length; /* bytes used in data */
	__u32 reserved;
	char data[EXAMPLE_BYTES];
};

/* Whether the calls that user space makes to measure the cost of one pass the filter. */
enum measuring {
	MEASURING_NOTHING = 0,
	MEASURING_WANTED = 1,
	MEASURING_UNWANTED = 2,
};

/* Everything that could not be counted in full, by cause. */
enum loss {
	LOSS_THREAD_SLOT = 0,  /* two threads on one slot: calls counted, latency lost */
	LOSS_PAIRING = 1,      /* an exit that does not fit the stored enter */
	LOSS_CLOCK = 2,	       /* the clock went backwards: latency taken as 0 */
	LOSS_HISTOGRAM = 3,    /* calls counted outside a histogram: CPU table full */
	LOSS_CALLS = 4,	       /* calls not counted at all: overflow map full */
	LOSS_ERRORS = 5,       /* failed calls without a row by errno: map full */
	LOSS_PROCESSES = 6,    /* children that are not followed: map full */
	LOSS_PROCESS_ROWS = 7, /* children that are followed, but have no row: map full */
	LOSS_LAST_CALLS = 8,   /* last calls of threads when the process ended: map full */
	LOSS_KINDS,
};

#endif
