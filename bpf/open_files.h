/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One record of the open_files iterator; its path follows, padded to 8 bytes. */
#ifndef OPEN_FILES_H
#define OPEN_FILES_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define OPEN_FILE_PATH_BYTES 4096 /* PATH_MAX */

struct open_file {
	__s32 fd;
	__u32 flags; /* as of open(2), O_CLOEXEC left out */
	__u64 inode;
	__u64 position;
	__u64 size;
	__u64 file;  /* which one: equal where descriptors share one open file */
	__u32 links; /* hard links: 0 when the file is deleted */
	__u32 mode;
	__s32 path_bytes; /* of what follows, with its NUL, unpadded; negative: an errno, and
			     nothing follows */
	__u32 fmode;	  /* FMODE_READ, FMODE_WRITE, FMODE_PATH */
	__u32 device;	  /* as the kernel has it: 12 bits, and 20 for the minor number */
	__u32 unused;
};

#endif
