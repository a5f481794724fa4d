// For each rule a process that has what the rule is about, and nothing else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <map>
#include <string_view>

#include "unit/diagnosis/ill_growth.h"
#include "unit/diagnosis/ill_sockets.h"
#include "unit/diagnosis/ill_writes.h"

namespace debug_process::diagnosis::ill {

inline Facts with_calls(const char* syscall, std::uint64_t calls,
                        std::chrono::nanoseconds total = 0ns) {
  Facts facts = healthy();
  add_calls(facts, syscall, calls, total);
  return facts;
}

inline Facts with_errors(const char* syscall, int errno_value, std::uint64_t calls) {
  Facts facts = with_calls(syscall, calls);
  add_errors(facts, syscall, errno_value, calls);
  return facts;
}

inline Facts zero_timeout_polling() {
  Facts facts = healthy();
  auto& polls = add_calls(facts, "epoll_wait", 1'000'000);
  polls.zeros = 1'000'000;
  set_latency(polls, 500ns);
  add_thread(facts, 0.95).calls = 1'000'000;
  add_intervals(facts);
  return facts;
}

inline Facts ready_event_ignored() {
  Facts facts = healthy();
  auto& waits = add_calls(facts, "epoll_wait", 1'000'000);
  waits.zeros = 0;
  set_latency(waits, 500ns);
  add_thread(facts, 0.95).calls = 1'000'000;
  add_file(facts, 4, "eventpoll", "anon_inode:[eventpoll]");
  sections::sockets::Socket socket;
  socket.fd = 5;
  socket.state = "CLOSE_WAIT";
  facts.sockets.sockets.push_back(socket);
  add_intervals(facts);
  return facts;
}

inline Facts cgroup_cpu_throttling() {
  Facts facts = healthy();
  facts.threads.quota = {true, 0.5, "/kubepods/pod1", 100, 90, 4s};
  add_thread(facts, 0.5).run_delay = 5s;
  return facts;
}

inline Facts tiny_io() {
  Facts facts = healthy();
  add_calls(facts, "write", 1'000'000, 5s);
  add_thread(facts, 0.9).calls = 1'000'000;
  facts.threads.cpu = Ratio{0.9};
  auto& io = *add_file(facts, 3, "file", "/var/log/app.log").io;
  io.transfers = io.small_transfers = io.calls = 1'000'000;
  io.written = Bytes{8'000'000};
  io.total = 5s;
  add_intervals(facts);
  return facts;
}

inline Facts stat_polling() {
  Facts facts = healthy();
  add_calls(facts, "newfstatat", 500'000, 1s);
  facts.syscalls.lookups.emplace();
  facts.syscalls.lookups->push_back({"/etc/localtime", 500'000});
  add_intervals(facts);
  return facts;
}

inline Facts sleep_polling() {
  Facts facts = healthy();
  set_latency(add_calls(facts, "clock_nanosleep", 9'000), 1060us);
  auto& thread = add_thread(facts, 0.02);
  thread.calls = 9'000;
  add_intervals(facts);
  return facts;
}

// Four threads, 90% of whose time goes into waiting for one lock.
inline Facts lock_contention() {
  Facts facts = healthy();
  add_calls(facts, "futex", 10'000, 36s);
  facts.syscalls.futexes.emplace();
  facts.syscalls.futexes->push_back({0x7f00, 5'000, 5'000, 36s, 4, 4});
  for (int i = 0; i < 4; ++i) {
    auto& thread = add_thread(facts, 0.1);
    thread.tid = 100 + i;
    thread.voluntary_switches = 1'250;
  }
  facts.threads.cpu = Ratio{0.4};
  facts.host.cpus = 2;
  add_intervals(facts);
  return facts;
}

// The same, and the lock goes round twenty thousand times a second.
inline Facts lock_convoy() {
  Facts facts = lock_contention();
  facts.syscalls.rows[0].calls = facts.syscalls.calls = 400'000;
  (*facts.syscalls.futexes)[0].waits = (*facts.syscalls.futexes)[0].wakes = 200'000;
  for (auto& thread : facts.threads.threads) thread.voluntary_switches = 50'000;
  add_intervals(facts);
  return facts;
}

inline Facts thread_explosion() {
  Facts facts = healthy();
  facts.intervals.threads_at_start = 10;
  add_intervals(facts);
  std::uint64_t threads = 10;
  for (auto& interval : facts.intervals.intervals) interval.threads = threads += 5;
  facts.threads.count = threads;
  facts.threads.started_in_window = threads - 10;
  return facts;
}

inline Facts fsync_bound() {
  Facts facts = healthy();
  set_latency(add_calls(facts, "fsync", 1'000), 8ms);
  facts.syscalls.in_syscalls = 8s;
  add_thread(facts, 0.1).calls = 2'000;
  facts.disk.storage = {Bytes{0}, Bytes{4'096'000}};
  add_intervals(facts);
  return facts;
}

inline Facts slow_storage() {
  Facts facts = healthy();
  add_thread(facts, 0.1).block_io_delay = 6s;
  facts.disk.host_pressure.some = Ratio{0.6};
  facts.disk.host_pressure.full = Ratio{0.5};
  return facts;
}

inline Facts hung_io() {
  Facts facts = healthy();
  auto& thread = add_thread(facts, 0);
  thread.state = 'D';
  thread.timeslices = 0;
  thread.place.emplace();
  thread.place->syscall = "read";
  thread.place->object = "fd 7 /mnt/nfs/data";
  thread.place->wait_channel = "folio_wait_bit_common";
  return facts;
}

inline Facts cpu_starvation() {
  Facts facts = healthy();
  add_thread(facts, 0.3).run_delay = 6s;
  facts.host.psi_cpu.some = Ratio{0.9};
  return facts;
}

inline Facts accept_queue_full() {
  Facts facts = healthy();
  sections::sockets::Socket socket;
  socket.fd = 3;
  socket.state = "LISTEN";
  socket.local = "0.0.0.0:80";
  socket.waiting_to_be_accepted = 129;
  socket.backlog = 128;
  socket.window.drops = 10;
  socket.earlier = sections::sockets::Earlier{};
  socket.earlier->state = "LISTEN";
  socket.earlier->waiting_to_be_accepted = 129;
  facts.sockets.sockets.push_back(socket);
  return facts;
}

inline Facts big_deleted_file() {
  Facts facts = healthy();
  auto& file = add_file(facts, 5, "file", "/var/log/app.log (deleted)");
  file.deleted = true;
  file.position = Bytes{2ULL << 30U};
  facts.files.deleted = 1;
  return facts;
}

inline Facts fd_limit_near() {
  Facts facts = healthy();
  facts.files.open = 1000;
  return facts;
}

inline Facts close_wait_leak() {
  Facts facts = healthy();
  facts.files.open = 600;
  facts.sockets.close_wait = 500;
  facts.sockets.close_wait_throughout = 500;
  return facts;
}

inline Facts compute_bound() {
  Facts facts = healthy();
  add_thread(facts, 1.0).calls = 0;
  return facts;
}

inline Facts sched_yield_spin() {
  Facts facts = with_calls("sched_yield", 1'000'000, 3s);
  add_thread(facts, 0.9).calls = 1'000'000;
  return facts;
}

inline Facts swapping() {
  Facts facts = healthy();
  facts.memory.swap = Bytes{1U << 30U};
  facts.memory.page_faults_major = 500;
  return facts;
}

inline Facts fault_storm() {
  Facts facts = healthy();
  facts.memory.page_faults_minor = 1'000'000;
  return facts;
}

inline Facts stopped() {
  Facts facts = healthy();
  facts.process.state_letter = 'T';
  return facts;
}

inline Facts zombie() {
  Facts facts = healthy();
  facts.process.state_letter = 'Z';
  return facts;
}

inline Facts died() {
  Facts facts = healthy();
  facts.wait_status = SIGSEGV;
  return facts;
}

inline Facts blind_spot() {
  Facts facts = with_calls("io_submit", 100);
  facts.files.by_type["io_uring"] = 1;
  return facts;
}

inline Facts syn_queue_full() {
  Facts facts = healthy();
  Socket listener = connection();
  listener.state = "LISTEN";
  facts.sockets.sockets = {listener};
  facts.sockets.network.syn_queue_drops = 100;
  return facts;
}

inline Facts clock_jump() {
  Facts facts = healthy();
  facts.host.clock_step = -1500ms;
  return facts;
}

// By the id of the rule that they are a case of.
inline std::map<std::string_view, Facts> facts_by_rule() {
  return {{"accept-queue-full", accept_queue_full()},
          {"big-deleted-file", big_deleted_file()},
          {"blind-spot", blind_spot()},
          {"broken-pipes", with_errors("write", EPIPE, 1000)},
          {"cgroup-cpu-throttling", cgroup_cpu_throttling()},
          {"cgroup-memory-near-limit", limited(990)},
          {"clock-jump", clock_jump()},
          {"close-wait-leak", close_wait_leak()},
          {"compute-bound", compute_bound()},
          {"connect-trouble", with_errors("connect", ETIMEDOUT, 3)},
          {"cpu-starvation", cpu_starvation()},
          {"died", died()},
          {"dns-stall", waiting("poll", 4s)},
          {"eagain-storm", with_errors("read", EAGAIN, 100'000)},
          {"enoent-search", with_errors("openat", ENOENT, 100'000)},
          {"fault-storm", fault_storm()},
          {"fd-leak", leaking()},
          {"fd-limit-near", fd_limit_near()},
          {"fsync-bound", fsync_bound()},
          {"hung-io", hung_io()},
          {"lock-contention", lock_contention()},
          {"lock-convoy", lock_convoy()},
          {"log-flood", writing(log_file())},
          {"mapping-churn", with_calls("munmap", 1'000'000, 3s)},
          {"memory-growth", growing()},
          {"nagle-delayed-ack", talking(histogram({{41ms, 20}, {5us, 400}}))},
          {"no-space", with_errors("write", ENOSPC, 1)},
          {"not-reading", unread(4096, 4096)},
          {"out-of-fds", with_errors("accept4", EMFILE, 1)},
          {"permission-denied", with_errors("openat", EACCES, 1000)},
          {"pipe-full", stuck(pipe(1), 2s)},
          {"port-exhaustion", with_errors("connect", EADDRNOTAVAIL, 1)},
          {"ready-event-ignored", ready_event_ignored()},
          {"retransmits", with_losses(200, 1000)},
          {"sched-yield-spin", sched_yield_spin()},
          {"send-limited", sending(5s, 4s, 0s)},
          {"sleep-polling", sleep_polling()},
          {"slow-storage", slow_storage()},
          {"stat-polling", stat_polling()},
          {"stopped", stopped()},
          {"swapping", swapping()},
          {"syn-queue-full", syn_queue_full()},
          {"thread-explosion", thread_explosion()},
          {"time-by-syscall", with_calls("clock_gettime", 1'000'000, 1s)},
          {"tiny-io", tiny_io()},
          {"udp-drops", dropping(100, 1000)},
          {"zero-timeout-polling", zero_timeout_polling()},
          {"zombie", zombie()},
          {"zombies", with_zombies(5, 5, 12)}};
}

}  // namespace debug_process::diagnosis::ill
