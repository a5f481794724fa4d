// every_fd [N]: holds an open file of every type that this kernel makes and this user may have, in
// the current directory, and pauses. A line each: "KIND FD", or "KIND - REASON". A child holds the
// other ends of some pipes, and ends with it. With N one of its descriptors has that number, and
// the table is large.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <mqueue.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

#include "workload.h"

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif

static int make_file(const char* name) {
  const int fd = open(name, O_RDWR | O_CREAT, 0600);
  if (fd >= 0 && write(fd, "0123456789", 10) != 10) die(name);
  return fd;
}

static void make_files(void) {
  static const char hostile[] = "a\nflags:\t0\x1b[2J\xff";
  tell_fd("file-hostile", make_file(hostile));
  const int file = tell_fd("file", make_file("plain"));
  tell_fd("file-dup", dup(file));
  tell_fd("file-again", open("plain", O_RDWR));
  tell_fd("path-only", open("plain", O_PATH));
  tell_fd("directory", open(".", O_RDONLY | O_DIRECTORY));
  const int gone = tell_fd("file-deleted", make_file("gone"));
  if (gone >= 0) unlink("gone");
  tell_fd("device", open("/dev/null", O_RDWR));
  tell_fd("device-again", open("/dev/null", O_RDWR));
  tell_fd("memfd", memfd_create("m\x1b[31m\n", 0));
  tell_fd("memfd-secret", (int)syscall(SYS_memfd_secret, 0));
  tell_fd("namespace", open("/proc/self/ns/mnt", O_RDONLY));
}

static void make_locks(void) {
  const int posix = tell_fd("lock-posix", make_file("posix"));
  struct flock range = {.l_type = F_WRLCK, .l_start = 5, .l_len = 10};
  if (fcntl(posix, F_SETLK, &range) != 0) die("F_SETLK");
  range = (struct flock){.l_type = F_RDLCK, .l_start = 100};
  if (fcntl(posix, F_SETLK, &range) != 0) die("F_SETLK");
  const int description = tell_fd("lock-ofd", make_file("ofd"));
  range = (struct flock){.l_type = F_WRLCK};
  if (fcntl(description, F_OFD_SETLK, &range) != 0) die("F_OFD_SETLK");
  const int whole = tell_fd("lock-flock", make_file("flock"));
  if (flock(whole, LOCK_EX) != 0) die("flock");
  close(make_file("lease"));
  const int lease = tell_fd("lock-lease", open("lease", O_RDONLY));
  if (fcntl(lease, F_SETLEASE, F_RDLCK) != 0) tell_fd("lease-taken", -1);
}

static void make_watchers(int pipe_reader) {
  const int event = tell_fd("eventfd", eventfd(31, 0));
  tell_fd("eventfd-semaphore", eventfd(1, EFD_SEMAPHORE));
  const int poll = tell_fd("eventpoll", epoll_create1(0));
  struct epoll_event wanted = {.events = EPOLLIN};
  // A number that nothing else takes.
  const int closed = fcntl(event, F_DUPFD, 200);
  const int reused = dup(event);
  if (epoll_ctl(poll, EPOLL_CTL_ADD, event, &wanted) != 0 ||
      epoll_ctl(poll, EPOLL_CTL_ADD, pipe_reader, &wanted) != 0 ||
      epoll_ctl(poll, EPOLL_CTL_ADD, closed, &wanted) != 0 ||
      epoll_ctl(poll, EPOLL_CTL_ADD, reused, &wanted) != 0)
    die("epoll_ctl");
  tell_fd("eventpoll-reused", dup2(pipe_reader, reused));
  close(closed);
  tell_fd("eventpoll-closed", closed);

  const int notify = tell_fd("inotify", inotify_init1(0));
  mkdir("watched", 0700);
  if (inotify_add_watch(notify, ".", IN_CREATE) < 0 ||
      inotify_add_watch(notify, "watched", IN_CREATE) < 0)
    die("inotify_add_watch");
  const int fan = tell_fd("fanotify", fanotify_init(FAN_CLASS_NOTIF, O_RDONLY));
  if (fan >= 0 &&
      (fanotify_mark(fan, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "watched") != 0 ||
       fanotify_mark(fan, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_MODIFY, AT_FDCWD, "/dev/null") != 0))
    die("fanotify_mark");
}

static void make_timers(void) {
  const int armed = tell_fd("timerfd", timerfd_create(CLOCK_BOOTTIME, 0));
  const struct itimerspec slow = {.it_value = {.tv_sec = 100000}, .it_interval = {.tv_sec = 7}};
  if (timerfd_settime(armed, 0, &slow, NULL) != 0) die("timerfd_settime");
  tell_fd("timerfd-unarmed", timerfd_create(CLOCK_MONOTONIC, 0));
  const int expired = tell_fd("timerfd-expired", timerfd_create(CLOCK_REALTIME, 0));
  const struct itimerspec once = {.it_value = {.tv_nsec = 1}};
  if (timerfd_settime(expired, 0, &once, NULL) != 0) die("timerfd_settime");
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  tell_fd("signalfd", signalfd(-1, &signals, 0));
}

static int bpf(enum bpf_cmd command, union bpf_attr* attributes) {
  return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

static int make_program(enum bpf_prog_type type) {
  static const struct bpf_insn nothing[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0},
                                            {.code = BPF_JMP | BPF_EXIT}};
  union bpf_attr program = {.prog_type = type,
                            .insn_cnt = 2,
                            .insns = (unsigned long)nothing,
                            .license = (unsigned long)"GPL"};
  return bpf(BPF_PROG_LOAD, &program);
}

static void make_kernel_objects(void) {
  struct io_uring_params ring = {.cq_entries = 0};
  const int uring = tell_fd("io_uring", (int)syscall(SYS_io_uring_setup, 8, &ring));
  if (uring >= 0) {
    const int one = eventfd(0, 0);
    if (syscall(SYS_io_uring_register, uring, IORING_REGISTER_FILES, &one, 1) != 0)
      die("io_uring_register");
    close(one);
  }
  union bpf_attr map = {
      .map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 64};
  tell_fd("bpf-map", bpf(BPF_MAP_CREATE, &map));
  tell_fd("bpf-prog", make_program(BPF_PROG_TYPE_SOCKET_FILTER));
  struct perf_event_attr clock = {
      .type = PERF_TYPE_SOFTWARE, .size = sizeof clock, .config = PERF_COUNT_SW_TASK_CLOCK};
  tell_fd("perf_event", (int)syscall(SYS_perf_event_open, &clock, 0, -1, -1, 0));
  tell_fd("userfaultfd", (int)syscall(SYS_userfaultfd, O_NONBLOCK | 1 /* UFFD_USER_MODE_ONLY */));
  const unsigned long long rights = 1;
  tell_fd("landlock-ruleset", (int)syscall(SYS_landlock_create_ruleset, &rights, sizeof rights, 0));
  char name[64];
  snprintf(name, sizeof name, "/every_fd.%d", (int)getpid());
  tell_fd("mqueue", mq_open(name, O_RDWR | O_CREAT, 0600, NULL));
  mq_unlink(name);
  const int tun = tell_fd("tun", open("/dev/net/tun", O_RDWR));
  struct ifreq interface = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  snprintf(interface.ifr_name, sizeof interface.ifr_name, "every_fd%%d");
  if (tun >= 0 && ioctl(tun, TUNSETIFF, &interface) != 0) tell_fd("tun-interface", -1);
}

// The child reads what we write, and writes what we read.
static void make_pipes(void) {
  int own[2];
  int out[2];
  int in[2];
  int left[2];
  if (pipe(own) != 0 || pipe(out) != 0 || pipe(in) != 0 || pipe(left) != 0) die("pipe");
  const pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    prctl(PR_SET_NAME, "other\x1b[2J\nend");
    close(own[0]);
    close(own[1]);
    close(left[0]);
    close(left[1]);
    close(out[1]);
    close(in[0]);
    char byte;
    // Named by now; and it ends when nobody holds the other end any more.
    if (write(in[1], "x", 1) != 1) _exit(1);
    while (read(out[0], &byte, 1) > 0) {
    }
    _exit(0);
  }
  close(out[0]);
  close(in[1]);
  char byte;
  if (read(in[0], &byte, 1) != 1) die("read");
  tell_fd("pipe-own-reader", own[0]);
  tell_fd("pipe-own-writer", own[1]);
  tell_fd("pipe-to-child", out[1]);
  tell_fd("pipe-from-child", in[0]);
  tell_fd("pipe-nobody-reads", left[1]);
  close(left[0]);
  tell_fd("pidfd", (int)syscall(SYS_pidfd_open, child, 0));
  char line[64];
  snprintf(line, sizeof line, "child %d\n", (int)child);
  say(line);
  make_watchers(own[0]);
}

int main(int argc, char** argv) {
  const int high = (int)number_argument(argc, argv, 1, 0);
  signal(SIGPIPE, SIG_IGN);
  make_files();
  make_locks();
  make_pipes();
  make_timers();
  make_kernel_objects();
  if (mkfifo("fifo", 0600) == 0) tell_fd("fifo", open("fifo", O_RDWR));
  if (high > 0) tell_fd("high", fcntl(STDIN_FILENO, F_DUPFD, high));
  say("ready\n");
  wait_for_end_of_input();
  return 0;
}
