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
	__u64 zeros; /* of calls: returned 0 */
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
	__u64 extra_ns; /* what they have cost it beyond plain ones; see enum extra_work */
	/* The rest with follow alone; a cache line in all: no false sharing between threads. */
	__u64 errors;
	__u64 timed_ns;
	__u32 tgid; /* in the initial PID namespace; 0: not known */
	__u32 born; /* as in process_key */
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

/* Which argument tells what a call was about. */
enum object_kind {
	OBJECT_NONE = 0,
	OBJECT_PATH_ARG0 = 1,
	OBJECT_PATH_ARG1 = 2,
	OBJECT_SOCKADDR_ARG1 = 3,
	OBJECT_FD_ARG0 = 4,
};

#define OBJECT_BYTES 128 /* no more of a path or an address is taken */

/* The path or the address of failed calls; what is beyond `length` is zero. */
struct failed_text {
	struct error_key error;
	__u32 kind;   /* enum object_kind */
	__u32 length; /* of a path, with its NUL */
	char data[OBJECT_BYTES];
};

struct failed_fd {
	struct error_key error;
	__s32 fd;
};

/* What is done for a call beyond counting it, in bits: what each costs is measured. */
enum extra_work {
	EXTRA_ROW = 1,	/* of a descriptor, a futex or an errno */
	EXTRA_TEXT = 2, /* a path or an address is copied and looked up */
	EXTRA_SUM = 4,	/* as much again: what had the number before is summed by its path */
};

/* What a call does to the descriptors in its arguments. */
enum io_kind {
	IO_NONE = 0,
	IO_CALL = 1,	 /* to the first; moves no data, or none that is counted */
	IO_READ = 2,	 /* returns how many bytes came from the first */
	IO_WRITE = 3,	 /* returns how many bytes went to the first */
	IO_RECVMMSG = 4, /* as IO_READ, but bytes are with each message */
	IO_SENDMMSG = 5, /* as IO_WRITE, the same */
	IO_SENDFILE = 6, /* from the second to the first */
	IO_SPLICE = 7,	 /* from the first to the third */
	IO_TEE = 8,	 /* from the first to the second */
	/* No descriptor, but what is counted beside them: */
	IO_FUTEX = 9,	     /* the address in the first, what is done in the second */
	IO_LOOKUP_ARG0 = 10, /* asks for the state of the path in the first */
	IO_LOOKUP_ARG1 = 11, /* the same, path in the second */
	/* What a number stands for: */
	IO_OPEN_ARG0 = 12,  /* returns a new one, of the path in the first */
	IO_OPEN_ARG1 = 13,  /* the same, path in the second */
	IO_CLOSE = 14,	    /* the first */
	IO_DUP_TO = 15,	    /* closes the second, and opens it anew */
	IO_CLOSE_RANGE = 16 /* from the first to the second */
};

#define IO_FIRST_WITHOUT_FD IO_FUTEX
#define IO_FIRST_OPEN	    IO_OPEN_ARG0

/* Transfers are counted twice in 64 bits: all of a byte or more below, small ones of them above. */
#define SMALL_TRANSFER_BYTES 64
#define SMALL_TRANSFER	     (1ULL << 32)

struct futex_stats {
	__u64 waits;
	__u64 wakes;
	__u64 waited_ns;
	__u64 waiters; /* a bit for each thread that waited: 1 << (a hash of its tid) */
	__u64 wakers;  /* the same of those that woke */
};

struct lookup {
	char path[OBJECT_BYTES];
};

/* Half as fine as that of a call: base 2^(1/4), the bucket of above divided by two. */
#define FD_HISTOGRAM_BUCKETS	  (HISTOGRAM_BUCKETS / 2)
#define FD_HISTOGRAM_SCALE	  2
#define FD_HISTOGRAM_FIRST_OFFSET (-120) /* OpenTelemetry's index of bucket 1 */

enum fd_state {
	FD_OPEN = 0,
	FD_CLOSING = 1, /* a close has been entered: it may still be this file, or another one */
	FD_CLOSED = 2,	/* whatever comes next is another file */
};

/* What was closed in the window is summed by this. */
struct file_kind {
	__u32 format; /* S_IFMT of the mode */
	__u32 padding;
	char name[16];		 /* of one without a path: "[eventpoll]"; else empty */
	char path[OBJECT_BYTES]; /* as the target opened it in the window; empty: not seen */
};

/* What was done with one number of the target, at index fd. Written by all threads, atomically. */
struct fd_stats {
	__u64 calls;
	__u64 errors;
	__u64 untimed;
	__u64 total_ns;
	__u64 read_bytes;
	__u64 written_bytes;
	__u64 transfers; /* see SMALL_TRANSFER */
	__u64 inode;	 /* 0: not looked up yet */
	__u64 file_system;
	__u32 generation; /* of fd_generation when this was looked up last */
	__u32 state;	  /* enum fd_state */
	__u32 files;	  /* that wore the number, this one included; 0: not used yet */
	__u32 padding;
	struct file_kind kind;
	__u32 buckets[FD_HISTOGRAM_BUCKETS];
};

struct closed_stats {
	__u64 files;
	__u64 calls;
	__u64 errors;
	__u64 untimed;
	__u64 total_ns;
	__u64 read_bytes;
	__u64 written_bytes;
	__u64 transfers;
};

/* Whether the calls that user space makes to measure the cost of one pass the filter. */
enum measuring {
	MEASURING_NOTHING = 0,
	MEASURING_WANTED = 1,
	MEASURING_UNWANTED = 2,
};

/* Everything that could not be counted in full, by cause. */
enum loss {
	LOSS_THREAD_SLOT = 0,	/* two threads on one slot: calls counted, latency lost */
	LOSS_PAIRING = 1,	/* an exit that does not fit the stored enter */
	LOSS_CLOCK = 2,		/* the clock went backwards: latency taken as 0 */
	LOSS_HISTOGRAM = 3,	/* calls counted outside a histogram: CPU table full */
	LOSS_CALLS = 4,		/* calls not counted at all: overflow map full */
	LOSS_ERRORS = 5,	/* failed calls without a row by errno: map full */
	LOSS_PROCESSES = 6,	/* children that are not followed: map full */
	LOSS_PROCESS_ROWS = 7,	/* children that are followed, but have no row: map full */
	LOSS_LAST_CALLS = 8,	/* last calls of threads when the process ended: map full */
	LOSS_ERROR_OBJECTS = 9, /* failed calls without the row of their object: map full */
	LOSS_FD_ROWS = 10,	/* calls on descriptors beyond the table */
	LOSS_FD_BYTES = 11,	/* calls whose bytes could not be told in full */
	LOSS_CLOSED_PATHS = 12, /* closed files summed without their path: map full */
	LOSS_FUTEXES = 13,	/* futex calls without the row of their futex: map full */
	LOSS_KINDS,
};

#endif
