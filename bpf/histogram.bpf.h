/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Durations to buckets of an exponential histogram. BPF only: no floating point, no clz. */
#ifndef HISTOGRAM_BPF_H
#define HISTOGRAM_BPF_H

#include "syscall_stats.h"

/* 2^32 * (2^(k/8) - 1): where eighth k of an octave begins, as a fraction above the leading bit. */
#define EIGHTH_1 388727751U
#define EIGHTH_2 812638371U
#define EIGHTH_3 1274916179U
#define EIGHTH_4 1779033703U
#define EIGHTH_5 2328777762U
#define EIGHTH_6 2928277909U
#define EIGHTH_7 3582037455U

static __always_inline __u64 histogram_bucket(__u64 ns)
{
	/*
	 * Units of 2^-46 s, so that the shortest durations keep their place too:
	 * 2^46 / 10^9 = 70368 + 48770/65536 + 7e-6.
	 */
	__u64 aligned = ns * 70368 + ((ns * 48770) >> 16);
	__u32 fraction, exponent = 63 - 16, bucket;

	if (ns == 0)
		return 0;
	if (ns >> 47) /* 39 hours: the product would overflow */
		return HISTOGRAM_BUCKETS - 1;
	if (!(aligned >> 32)) {
		aligned <<= 32;
		exponent -= 32;
	}
	if (!(aligned >> 48)) {
		aligned <<= 16;
		exponent -= 16;
	}
	if (!(aligned >> 56)) {
		aligned <<= 8;
		exponent -= 8;
	}
	if (!(aligned >> 60)) {
		aligned <<= 4;
		exponent -= 4;
	}
	if (!(aligned >> 62)) {
		aligned <<= 2;
		exponent -= 2;
	}
	if (!(aligned >> 63)) {
		aligned <<= 1;
		exponent -= 1;
	}
	aligned <<= 1; /* drop the leading bit: the fraction is left */
	bucket = 1 + 8 * exponent;
	if (aligned == 0) /* a power of two belongs to the lower bucket */
		return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
	fraction = aligned >> 32;
	bucket += 1;
	if (fraction > EIGHTH_4) {
		bucket += 4;
		if (fraction > EIGHTH_6)
			bucket += fraction > EIGHTH_7 ? 3 : 2;
		else
			bucket += fraction > EIGHTH_5 ? 1 : 0;
	} else {
		if (fraction > EIGHTH_2)
			bucket += fraction > EIGHTH_3 ? 3 : 2;
		else
			bucket += fraction > EIGHTH_1 ? 1 : 0;
	}
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

#endif
