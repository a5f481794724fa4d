// io_mix FOLDER ROUNDS: waits for a line, then moves known numbers of bytes through descriptors of
// many kinds, by every call that moves any, using numbers again all the time. Says what it did:
// "fd NUMBER CALLS READ WRITTEN" for those open at the end, and
// "closed TYPE PATH FILES CALLS READ WRITTEN" for the others. SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "workload.h"

enum { kSize = 100, kPath = 256, kMessages = 3 };

struct io {
  unsigned long calls, read, written;
};

static int rounds;
static char buffer[kSize];

static long checked(long result, const char* what) {
  if (result < 0) die(what);
  return result;
}

static void did_read(struct io* io, long bytes) {
  io->calls++;
  io->read += (unsigned long)checked(bytes, "read");
}

static void did_write(struct io* io, long bytes) {
  io->calls++;
  io->written += (unsigned long)checked(bytes, "write");
}

static void did(struct io* io, long result) {
  io->calls++;
  checked(result, "call");
}

static void tell(int fd, const struct io* io) {
  char line[128];
  snprintf(line, sizeof line, "fd %d %lu %lu %lu\n", fd, io->calls, io->read, io->written);
  say(line);
}

static void tell_closed(const char* type, const char* path, unsigned long files,
                        const struct io* io) {
  char line[kPath + 128];
  snprintf(line, sizeof line, "closed %s %s %lu %lu %lu %lu\n", type, path, files, io->calls,
           io->read, io->written);
  say(line);
}

// The whole family of read and write, and what flushes and truncates.
static void use_file(int fd, struct io* io) {
  struct iovec parts[2] = {{buffer, kSize / 2}, {buffer + kSize / 2, kSize / 2}};
  for (int i = 0; i < rounds; ++i) {
    did_write(io, write(fd, buffer, 10));
    did_write(io, pwrite(fd, buffer, kSize, 0));
    did_write(io, writev(fd, parts, 2));
    did_write(io, pwritev(fd, parts, 2, 0));
    did_write(io, pwritev2(fd, parts, 1, 0, 0));
    did(io, lseek(fd, 0, SEEK_SET) < 0 ? -1 : ftruncate(fd, 10L * kSize));
    did_read(io, read(fd, buffer, 20));
    did_read(io, pread(fd, buffer, kSize, 0));
    did_read(io, readv(fd, parts, 2));
    did_read(io, preadv(fd, parts, 2, 0));
    did_read(io, preadv2(fd, parts, 1, 0, 0));
    did(io, fdatasync(fd));
  }
}

static void use_messages(int a, int b, struct io* io_a, struct io* io_b) {
  struct iovec part = {buffer, kSize};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  struct mmsghdr many[kMessages];
  for (int i = 0; i < rounds; ++i) {
    did_write(io_a, send(a, buffer, 7, 0));
    did_read(io_b, recv(b, buffer, kSize, 0));
    did_write(io_a, sendmsg(a, &message, 0));
    did_read(io_b, recvmsg(b, &message, 0));
    for (int m = 0; m < kMessages; ++m) many[m].msg_hdr = message;
    did(io_a, sendmmsg(a, many, kMessages, 0));
    io_a->written += kMessages * kSize;
    did(io_b, recvmmsg(b, many, kMessages, 0, NULL));
    io_b->read += kMessages * kSize;
  }
}

// Between two descriptors: both have the call, one the bytes read, the other those written.
static void move_between(int from, int to, const int* pipe_a, const int* pipe_b, struct io* io) {
  for (int i = 0; i < rounds; ++i) {
    loff_t start = 0;
    loff_t target = 0;
    did_read(&io[0], copy_file_range(from, &start, to, &target, kSize, 0));
    did_write(&io[1], kSize);
    start = 0;
    did_read(&io[0], splice(from, &start, pipe_a[1], NULL, kSize, 0));
    did_write(&io[3], kSize);
    did_read(&io[2], tee(pipe_a[0], pipe_b[1], kSize, 0));
    did_write(&io[5], kSize);
    did_read(&io[2], read(pipe_a[0], buffer, kSize));
    did_read(&io[4], splice(pipe_b[0], NULL, to, &target, kSize, 0));
    did_write(&io[1], kSize);
    off_t offset = 0;
    did_read(&io[0], sendfile(pipe_a[1], from, &offset, kSize));
    did_write(&io[3], kSize);
    did_read(&io[2], read(pipe_a[0], buffer, kSize));
  }
}

// The same few numbers for files, pipes and sockets in turn.
static void use_numbers_again(const char* path) {
  struct io file = {0};
  struct io pipes = {0};
  struct io sockets = {0};
  for (int i = 0; i < rounds; ++i) {
    const int fd = (int)checked(open(path, O_RDWR), "open");
    did_write(&file, write(fd, buffer, 11));
    checked(close(fd), "close");
    int ends[2];
    checked(pipe(ends), "pipe");
    did_write(&pipes, write(ends[1], buffer, 22));
    did_read(&pipes, read(ends[0], buffer, kSize));
    checked(close(ends[0]), "close");
    checked(close(ends[1]), "close");
    checked(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    did_write(&sockets, write(ends[0], buffer, 33));
    did_read(&sockets, read(ends[1], buffer, kSize));
    checked((int)syscall(SYS_close_range, ends[0], ends[0], 0), "close_range");
    checked(close(ends[1]), "close");
  }
  tell_closed("file", path, (unsigned long)rounds, &file);
  tell_closed("pipe", "-", 2UL * (unsigned long)rounds, &pipes);
  tell_closed("socket", "-", 2UL * (unsigned long)rounds, &sockets);
}

// What dup2 puts in the place of another file is another file.
static void replace(int fd, const char* path, struct io* io) {
  struct io replaced = {0};
  const int number = (int)checked(open(path, O_RDONLY | O_CLOEXEC), "open");
  for (int i = 0; i < rounds; ++i) did_read(&replaced, pread(number, buffer, 1, 0));
  checked(dup2(fd, number), "dup2");
  for (int i = 0; i < rounds; ++i) did_write(io, pwrite(number, buffer, 2, 0));
  tell_closed("device", path, 1, &replaced);
  tell(number, io);
}

static int new_file(const char* folder, const char* name, char* path) {
  snprintf(path, kPath, "%s/%s", folder, name);
  return (int)checked(open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), path);
}

int main(int argc, char** argv) {
  if (argc != 3) die("io_mix FOLDER ROUNDS");
  rounds = atoi(argv[2]);
  char path[kPath];
  const int file = new_file(argv[1], "file", path);
  const int to = new_file(argv[1], "to", path);
  const int from = new_file(argv[1], "from", path);
  char again[kPath];
  checked(close(new_file(argv[1], "again", again)), "close");
  checked(ftruncate(from, kSize), "ftruncate");
  int pipe_a[2];
  int pipe_b[2];
  int sockets[2];
  checked(pipe(pipe_a), "pipe");
  checked(pipe(pipe_b), "pipe");
  checked(socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets), "socketpair");
  const int poll = (int)checked(epoll_create1(0), "epoll_create1");
  say("ready\n");
  wait_for_line();

  struct io io[10] = {{0}};
  use_file(file, &io[0]);
  use_messages(sockets[0], sockets[1], &io[1], &io[2]);
  move_between(from, to, pipe_a, pipe_b, &io[3]);
  struct epoll_event event;
  for (int i = 0; i < rounds; ++i) did(&io[9], epoll_wait(poll, &event, 1, 0));
  use_numbers_again(again);
  struct io replaced = {0};
  replace(to, "/dev/zero", &replaced);
  tell(file, &io[0]);
  tell(sockets[0], &io[1]);
  tell(sockets[1], &io[2]);
  tell(from, &io[3]);
  tell(to, &io[4]);
  tell(pipe_a[0], &io[5]);
  tell(pipe_a[1], &io[6]);
  tell(pipe_b[0], &io[7]);
  tell(pipe_b[1], &io[8]);
  tell(poll, &io[9]);
  say("done\n");
  wait_for_line();
  return 0;
}
