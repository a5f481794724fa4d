// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs of syscall_stats.bpf.c, fed by hand: BPF_PROG_TEST_RUN gives a raw tracepoint its
 * arguments, but not a tp_btf program. Whatever the kernel would tell comes in ctx->args.
 */
#include "syscall_stats.bpf.c"

/* args: tgid and tid as bpf_get_current_pid_tgid() gives them, key, now */
SEC("raw_tp/sys_enter")
int synthetic_enter(struct bpf_raw_tracepoint_args* ctx) {
  if (filtered && !is_wanted(ctx->args[1])) return 0;
  call_begins(ctx->args[0], ctx->args[1], ctx->args[2]);
  return 0;
}

/* args: tgid and tid, number, ret, now. Returns the key that was counted. As dp_sys_exit, but no
 * examples.
 */
SEC("raw_tp/sys_exit")
int synthetic_exit(struct bpf_raw_tracepoint_args* ctx) {
  __u64 thread = ctx->args[0];
  long number = ctx->args[1], ret = ctx->args[2];
  struct finished call = {};

  /* Read now: the verifier wants constant offsets, which the compiler would share below. */
  barrier_var(number);
  if (filtered && passes_by(make_key(number, is_compat_call()), number)) {
    count_passed();
    return KEY_NONE;
  }
  if (!call_ends(thread, number, ret, ctx->args[3], &call)) return KEY_NONE;
  if (call.error) add_error(call.key, (__u32)-ret);
  return call.error ? call.key : KEY_NONE;
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

/* args: tgid of the parent, tgid of the child, the child's number for the tool, now */
SEC("raw_tp/sched_process_fork")
int synthetic_fork(struct bpf_raw_tracepoint_args* ctx) {
  if (is_watched(ctx->args[0])) add_child(ctx->args[0], ctx->args[1], ctx->args[2], ctx->args[3]);
  return 0;
}

/* args: tgid. What dp_thread_exit does when the last thread of a child ends. */
SEC("raw_tp/sched_process_exit")
int synthetic_child_end(struct bpf_raw_tracepoint_args* ctx) {
  __u32 tgid = ctx->args[0];

  bpf_map_delete_elem(&dp_followed, &tgid);
  return 0;
}

/* args: tgid. Returns whether its calls count. */
SEC("raw_tp/sys_enter")
int synthetic_is_watched(struct bpf_raw_tracepoint_args* ctx) {
  return is_watched(ctx->args[0]);
}

/* No args: it is the caller that ends. */
SEC("raw_tp/sched_process_exit")
int synthetic_thread_exit(struct bpf_raw_tracepoint_args* ctx) {
  return ____dp_thread_exit((void*)ctx, bpf_get_current_task_btf());
}
