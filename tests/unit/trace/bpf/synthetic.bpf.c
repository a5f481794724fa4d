// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs of syscall_stats.bpf.c, fed by hand: BPF_PROG_TEST_RUN gives a raw tracepoint its
 * arguments, but not a tp_btf program. Whatever the kernel would tell comes in ctx->args.
 */
#include "syscall_stats.bpf.c"

/* args: tid, key, now */
SEC("raw_tp/sys_enter")
int synthetic_enter(struct bpf_raw_tracepoint_args* ctx) {
  call_begins(ctx->args[0], ctx->args[1], ctx->args[2]);
  return 0;
}

/* args: tid, number, ret, now. Returns the key that was counted. As dp_sys_exit, but no examples.
 */
SEC("raw_tp/sys_exit")
int synthetic_exit(struct bpf_raw_tracepoint_args* ctx) {
  long ret = ctx->args[2];
  __u32 key = call_ends(ctx->args[0], ctx->args[1], ret, ctx->args[3]);

  if (key != KEY_NONE) add_error(key, (__u32)-ret);
  return key;
}

/* args: number, whether it came by the 32-bit door. Returns the key. */
SEC("raw_tp/sys_enter")
int synthetic_key(struct bpf_raw_tracepoint_args* ctx) {
  return make_key(ctx->args[0], (int)ctx->args[1]);
}

/* args: the tid that the caller, who is the task in question, had before its execve */
SEC("raw_tp/sched_process_exec")
int synthetic_exec(struct bpf_raw_tracepoint_args* ctx) {
  return ____dp_exec((void*)ctx, bpf_get_current_task_btf(), ctx->args[0]);
}

/* No args: it is the caller that ends. */
SEC("raw_tp/sched_process_exit")
int synthetic_thread_exit(struct bpf_raw_tracepoint_args* ctx) {
  return ____dp_thread_exit((void*)ctx, bpf_get_current_task_btf());
}
