@ arm32_calls N: the 32-bit half of two_abis on arm64: N getpid calls, then "done", and it waits for the end of its input; with
@ N = 0 only that it can run. Without a C library, which there is none of for 32 bits. SPDX-License-Identifier: Apache-2.0
	.arm
	.equ	nr_exit, 1
	.equ	nr_read, 3
	.equ	nr_write, 4
	.equ	nr_getpid, 20

	.global	_start
_start:
	ldr	r1, [sp, #8]		@ argv[1]
	mov	r4, #0
	mov	r5, #10
digit:
	ldrb	r2, [r1], #1
	subs	r2, r2, #'0'
	blt	parsed
	mla	r4, r4, r5, r2
	b	digit
parsed:
	cmp	r4, #0
	beq	leave
call:
	mov	r7, #nr_getpid
	svc	#0
	subs	r4, r4, #1
	bne	call

	mov	r0, #1
	ldr	r1, =done
	mov	r2, #5
	mov	r7, #nr_write
	svc	#0
wait:
	mov	r0, #0
	mov	r1, sp
	mov	r2, #1
	mov	r7, #nr_read
	svc	#0
	cmp	r0, #0
	bgt	wait
leave:
	mov	r0, #0
	mov	r7, #nr_exit
	svc	#0

done:
	.ascii	"done\n"
