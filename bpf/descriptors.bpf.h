/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What calls do to each open file. BPF only.
 *
 * Numbers are used again, so a row has to know whose it is. Looking that up costs as much as all
 * the rest: it is done when a row is new, after its number was closed, and when closes may have
 * passed unseen (fd_generation).
 */
#ifndef DESCRIPTORS_BPF_H
#define DESCRIPTORS_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "arch.bpf.h"
#include "losses.bpf.h"
#include "syscall_stats.h"

#define S_IFMT		    00170000 /* include/uapi/linux/stat.h */
#define S_IFREG		    0100000
#define ANON_INODE_FS_MAGIC 0x09041934 /* include/uapi/linux/magic.h */
#define EBADF		    9

const volatile __u8 io_kinds[INDEXED_KEYS]; /* enum io_kind */
const volatile __u32 fd_rows;		    /* of dp_fds */

/* Rows that were looked up in another one than this have to be looked up again. Never 0. */
__u32 fd_generation = 1;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1024); /* set before load, with fd_rows */
	__type(key, __u32);
	__type(value, struct fd_stats);
} dp_fds SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct file_kind);
	__type(value, struct closed_stats);
} dp_closed SEC(".maps");

static const struct closed_stats nothing_closed;

/*
 * A call that has returned, and what is done for it. In a map, not on the stack: what is there the
 * verifier does not follow, and so does not look at all that comes after once for each way to get
 * there.
 */
struct finished {
	__u32 key;
	long ret;
	_Bool error;
	_Bool timed;
	__u64 ns;
	__u64 bucket;	     /* as of histogram_bucket(); valid when timed */
	__u64 returned_zero; /* a truth value; so is the next */
	__u64 on_descriptor; /* it counts for the descriptors in its arguments too */
	__u64 args[3];	     /* valid where kind is set, and where it failed */
	__u32 kind;	     /* enum io_kind */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct finished);
} dp_finished SEC(".maps");

const __u8 on_descriptor[32] = {
	/* by enum io_kind */
	[IO_CALL] = 1,	   [IO_READ] = 1,     [IO_WRITE] = 1,  [IO_RECVMMSG] = 1,
	[IO_SENDMMSG] = 1, [IO_SENDFILE] = 1, [IO_SPLICE] = 1, [IO_TEE] = 1,
};

static __always_inline struct fd_stats *fd_row(__u32 fd)
{
	return fd < fd_rows ? bpf_map_lookup_elem(&dp_fds, &fd) : NULL;
}

/* What the number stands for now; NULL: it is closed. */
static __always_inline struct file *file_of(__u32 fd)
{
	struct fdtable *table =
		BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), files, fdt);
	struct file **files = BPF_CORE_READ(table, fd);
	struct file *file = NULL;

	if (fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), &files[fd]);
	return file;
}

/* All that is neither file nor socket in the file system's sense shares one inode, without a path.
 */
static __always_inline void name_kind(struct fd_stats *row, struct file *file,
				      struct super_block *file_system)
{
	__builtin_memset(row->kind.name, 0, sizeof(row->kind.name));
	if (row->kind.format && row->kind.format != S_IFREG)
		return;
	if (BPF_CORE_READ(file_system, s_magic) == ANON_INODE_FS_MAGIC)
		bpf_probe_read_kernel_str(row->kind.name, sizeof(row->kind.name),
					  BPF_CORE_READ(file, f_path.dentry, d_name.name));
}

/* Adds a counter of the row to the closed ones, and takes away what was added and no more. */
static __always_inline void move(__u64 *from, __u64 *to)
{
	__u64 value = *from;

	if (!value)
		return;
	__sync_fetch_and_add(to, value);
	__sync_fetch_and_add(from, -value);
}

static __always_inline struct closed_stats *closed_row(const struct file_kind *kind)
{
	struct closed_stats *row = bpf_map_lookup_elem(&dp_closed, kind);
	struct file_kind any = {.format = kind->format};

	if (row)
		return row;
	bpf_map_update_elem(&dp_closed, kind, &nothing_closed, BPF_NOEXIST);
	row = bpf_map_lookup_elem(&dp_closed, kind);
	if (row)
		return row;
	/* User space has made a row for each format before the window. */
	count_loss(LOSS_CLOSED_PATHS);
	return bpf_map_lookup_elem(&dp_closed, &any);
}

/*
 * The file that wore the number until now is closed. Two threads that find that out in the same
 * moment both come here: nobody can wait in a tracepoint, so the sums over all rows stay right,
 * and what is said of this number may come out short.
 */
static __noinline int retire(struct fd_stats *row)
{
	struct closed_stats *closed = closed_row(&row->kind);

	if (!closed)
		return 0;
	__sync_fetch_and_add(&closed->files, 1);
	if (row->calls) {
		move(&row->calls, &closed->calls);
		move(&row->errors, &closed->errors);
		move(&row->untimed, &closed->untimed);
		move(&row->total_ns, &closed->total_ns);
		move(&row->read_bytes, &closed->read_bytes);
		move(&row->written_bytes, &closed->written_bytes);
		move(&row->transfers, &closed->transfers);
		__builtin_memset(row->buckets, 0, sizeof(row->buckets));
	}
	__builtin_memset(row->kind.path, 0, sizeof(row->kind.path));
	return 0;
}

/* From here on the number stands for another file; which one is not looked up yet. */
static __always_inline void begin_row(struct fd_stats *row)
{
	if (row->files)
		retire(row);
	row->inode = 0;
	row->files++;
	row->generation = 0;
	row->state = FD_OPEN;
}

/*
 * Makes the row that of the file which the number stands for now. A global function, and so are
 * others below: the verifier looks at them once, and not once for each way to get there.
 */
__noinline int dp_look_up(__u32 fd)
{
	struct fd_stats *row = fd_row(fd);
	__u32 generation = fd_generation;
	struct super_block *file_system;
	struct inode *inode;
	struct file *file;
	__u64 number;

	if (!row)
		return 0;
	file = file_of(fd);
	if (!file) /* closed since the call began: that was done to the file that had the number */
		return 0;
	inode = BPF_CORE_READ(file, f_inode);
	number = BPF_CORE_READ(inode, i_ino);
	file_system = BPF_CORE_READ(inode, i_sb);
	if (!row->files || row->state == FD_CLOSED ||
	    (row->inode && (row->inode != number || row->file_system != (__u64)file_system)))
		begin_row(row);
	row->generation = generation;
	if (row->inode)
		return 0;
	row->inode = number;
	row->file_system = (__u64)file_system;
	row->kind.format = BPF_CORE_READ(inode, i_mode) & S_IFMT;
	name_kind(row, file, file_system);
	return 0;
}

static __always_inline struct fd_stats *own_fd_row(__u32 fd)
{
	struct fd_stats *row = fd_row(fd);

	if (row && (row->generation != fd_generation || row->state != FD_OPEN))
		dp_look_up(fd);
	return row;
}

static __noinline int add_io(__u32 fd, const struct finished *call, __u64 read_bytes,
			     __u64 written_bytes)
{
	struct fd_stats *row = own_fd_row(fd);
	__u64 bucket = call->bucket / 2, bytes = read_bytes | written_bytes; /* one of them is 0 */

	if (!row) {
		count_loss(LOSS_FD_ROWS);
		return 0;
	}
	__sync_fetch_and_add(&row->calls, 1);
	if (call->error)
		__sync_fetch_and_add(&row->errors, 1);
	if (read_bytes)
		__sync_fetch_and_add(&row->read_bytes, read_bytes);
	if (written_bytes)
		__sync_fetch_and_add(&row->written_bytes, written_bytes);
	if (bytes)
		__sync_fetch_and_add(&row->transfers,
				     bytes <= SMALL_TRANSFER_BYTES ? 1 + SMALL_TRANSFER : 1);
	if (!call->timed) {
		__sync_fetch_and_add(&row->untimed, 1);
		return 0;
	}
	__sync_fetch_and_add(&row->total_ns, call->ns);
	barrier_var(bucket);
	if (bucket < FD_HISTOGRAM_BUCKETS)
		__sync_fetch_and_add(&row->buckets[bucket], 1);
	return 0;
}

/* struct mmsghdr, of each ABI */
#define MMSG_BYTES	  64
#define MMSG_LENGTH_AT	  56
#define MMSG_BYTES_32	  32
#define MMSG_LENGTH_AT_32 28
#define MMSG_MOST	  64 /* messages that are added up */

static __noinline __u64 sum_messages(__u64 vector, __u32 abi, __u32 messages)
{
	__u32 stride = abi == ABI_COMPAT32 ? MMSG_BYTES_32 : MMSG_BYTES;
	__u64 at = vector + (abi == ABI_COMPAT32 ? MMSG_LENGTH_AT_32 : MMSG_LENGTH_AT);
	__u64 sum = 0, unread = messages > MMSG_MOST;

	for (__u32 i = 0; i < MMSG_MOST; i++) {
		__u32 length = 0;

		if (i >= messages)
			break;
		unread |= bpf_probe_read_user(&length, sizeof(length), (void *)at);
		sum += length;
		at += stride;
	}
	if (unread)
		count_loss(LOSS_FD_BYTES);
	return sum;
}

/* The new number is of a file of this path; what kind of file shows when it is used. */
static __noinline int keep_path(__u32 fd, __u64 path)
{
	struct fd_stats *row = fd_row(fd);

	if (!row)
		return 0;
	begin_row(row);
	row->kind.format = 0;
	__builtin_memset(row->kind.name, 0, sizeof(row->kind.name));
	bpf_probe_read_user_str(row->kind.path, sizeof(row->kind.path), (void *)path);
	return 0;
}

static __always_inline void mark(__u32 fd, __u32 state)
{
	struct fd_stats *row = fd_row(fd);

	if (row)
		row->state = state;
}

/* Only where no other file has shown up under the number since the close was entered. */
static __always_inline void mark_closed(__u32 fd)
{
	struct fd_stats *row = fd_row(fd);

	if (row && row->state == FD_CLOSING)
		row->state = FD_CLOSED;
}

/* Where tables by call have it; INDEXED_KEYS: in none. */
static __always_inline __u32 key_index(__u32 key)
{
	__u32 abi = key >> KEY_ABI_SHIFT, nr = key & KEY_NUMBER_MASK;

	if (nr >= INDEXED_NUMBERS || abi > ABI_COMPAT32)
		return INDEXED_KEYS;
	return abi * INDEXED_NUMBERS + nr;
}

static __always_inline __u32 io_kind_of(__u32 key)
{
	__u32 index = key_index(key);

	return index < INDEXED_KEYS ? io_kinds[index] : IO_NONE;
}

/* Before a close can take effect: another thread may be given its number before it returns. */
static __always_inline void descriptors_at_enter(struct pt_regs *regs, __u32 key)
{
	if (io_kind_of(key) == IO_CLOSE)
		mark(call_arg(regs, key >> KEY_ABI_SHIFT, 0), FD_CLOSING);
}

/*
 * What closes or opens numbers, whether it is wanted (-e) or not; its first two arguments. Returns
 * what was done beyond counting it: enum extra_work.
 */
__noinline int dp_follow_descriptors(__u32 kind, __u64 first, __u64 second, __s64 ret)
{
	switch (kind) {
	case IO_CLOSE:
		mark_closed(first);
		break;
	case IO_DUP_TO:
		if (ret >= 0 && first != second)
			mark(ret, FD_CLOSED);
		break;
	case IO_CLOSE_RANGE:
		__sync_fetch_and_add(&fd_generation, 1);
		break;
	case IO_OPEN_ARG0:
	case IO_OPEN_ARG1:
		if (ret < 0)
			break;
		keep_path(ret, kind == IO_OPEN_ARG1 ? second : first);
		return EXTRA_TEXT | EXTRA_SUM;
	}
	return 0;
}

/* In bits, which the verifier does not follow as it follows the values of an enum. */
#define MESSAGES    0x01 /* bytes are with each message */
#define FROM_SECOND 0x02
#define TO_SECOND   0x04
#define TO_THIRD    0x08
#define READS	    0x10
#define WRITES	    0x20

const __u8 io_traits[16] = {
	/* of kinds below IO_FIRST_WITHOUT_FD */
	[IO_READ] = READS,
	[IO_WRITE] = WRITES,
	[IO_RECVMMSG] = READS | MESSAGES,
	[IO_SENDMMSG] = WRITES | MESSAGES,
	[IO_SENDFILE] = READS | FROM_SECOND,
	[IO_SPLICE] = READS | TO_THIRD,
	[IO_TEE] = READS | TO_SECOND,
};

/* The call that was counted last on this CPU, and its first three arguments. */
__noinline int dp_count_io(__u32 kind, __u64 first, __u64 second, __u64 third)
{
	__u8 traits = io_traits[kind & 15];
	__u32 zero = 0, from = first;
	struct finished *call = bpf_map_lookup_elem(&dp_finished, &zero);
	__u64 bytes;

	if (!call || call->ret == -EBADF) /* there is no file */
		return 0;
	bytes = call->ret > 0 ? call->ret : 0;
	if (traits & MESSAGES)
		bytes = sum_messages(second, call->key >> KEY_ABI_SHIFT, bytes);
	if (traits & FROM_SECOND)
		from = second;
	add_io(from, call, traits & READS ? bytes : 0, traits & WRITES ? bytes : 0);
	if (traits & FROM_SECOND)
		add_io(first, call, 0, bytes);
	else if (traits & TO_SECOND)
		add_io(second, call, 0, bytes);
	else if (traits & TO_THIRD)
		add_io(third, call, 0, bytes);
	return 0;
}

#endif
