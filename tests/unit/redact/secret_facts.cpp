// SPDX-License-Identifier: Apache-2.0
#include "unit/redact/secret_facts.h"

#include <cerrno>

#include "util/result.h"

namespace debug_process::redact {
namespace {

using namespace std::chrono_literals;

sections::process::Facts process() {
  sections::process::Facts facts;
  facts.pid = 1234;
  facts.comm = "zqxd";
  facts.state = "sleeping";
  facts.state_letter = 'S';
  facts.uid = 1000;
  facts.user = "zqxuser";
  facts.ppid = 12;
  facts.parent_comm = "zqx parent";
  facts.threads = 2;
  facts.cwd = "/srv/zqx dir/current";
  facts.root = "/zqxroot";
  facts.executable = "/opt/zqx/bin/zqxd";
  facts.command = {"/opt/zqx/bin/zqxd", "--password=zqx", "zqx", "run", "10.77.0.1:80"};
  facts.command_note = "cannot open /srv/zqx: Permission denied (EACCES)";
  facts.uptime = 1h;
  facts.cgroup = "/zqx.slice/zqx-1.scope";
  facts.container_id = "0123zqx";
  facts.tracer_pid = 77;
  facts.tracer_comm = "zq";  // too short to be looked for by itself
  facts.followed = {
      {1235, 1234, "zqx child", "sleeping", std::nullopt, 5, 1, 1ms, {}, true, false}};
  facts.completeness.add_gap("cgroup: cannot open /srv/zqx/x: No such file (ENOENT)");
  return facts;
}

sections::threads::Facts threads() {
  sections::threads::Facts facts;
  facts.count = 2;
  facts.cpu = Ratio{0.9};
  sections::threads::Thread starved;
  starved.tid = 1234;
  starved.name = "zqx worker";
  starved.state = 'R';
  starved.cpu = Ratio{0.5};
  starved.observed = 10s;
  starved.on_cpu = 5s;
  starved.run_delay = 5s;
  starved.blocked = 0s;
  starved.calls = 900'000;
  starved.policy = "other";
  starved.place = {false, "openat", "zqx file", std::nullopt, "futex_do_wait"};
  facts.threads = {starved, starved, starved};
  facts.threads[1].name = "read";  // called as a system call is
  facts.threads[1].place->object = "fd 7 /data/zqx file";
  facts.threads[2].place->object = "fd 8 tcp 10.77.0.2:4711 <-> 10.77.0.3:443";
  facts.quota = {true, 0.5, "/zqx.slice", 100, 50, 1s};
  return facts;
}

sections::files::File file(int fd, const char* type, const char* path, const char* detail) {
  sections::files::File made;
  made.fd = fd;
  made.type = type;
  made.path = path;
  made.mode = "rw";
  made.detail = detail;
  return made;
}

sections::files::Facts files() {
  sections::files::Facts facts;
  facts.open = 1000;
  facts.limit_soft = facts.limit_hard = 1024;
  facts.deleted = 1;
  facts.files = {file(7, "file", "/data/zqx file (deleted)", "1 lock"),
                 file(8, "socket", "socket:[4711]",
                      "tcp 10.77.0.2:4711 -> 10.77.0.3:443, number used again 2 times"),
                 file(9, "socket", "socket:[4712]", "unix zqx socket -> @zqx"),
                 file(10, "memfd", "/memfd:zqx", ""),
                 file(11, "eventpoll", "anon_inode:[eventpoll]", "23 watched")};
  facts.files[0].deleted = true;
  facts.files[0].position = Bytes{9ULL << 30U};
  facts.closed = {{"file", "zqx/relative", 3, {}}, {"file", "/etc/zqx conf", 1, {}}};
  facts.completeness.add_gap("open files: cannot open /srv/zqx/fd: Permission denied (EACCES)");
  return facts;
}

sections::sockets::Socket socket(int fd, const char* protocol, const char* local,
                                 const char* remote, const char* state) {
  sections::sockets::Socket made;
  made.fd = fd;
  made.inode = 4700 + static_cast<std::uint64_t>(fd);
  made.known = true;
  made.protocol = protocol;
  made.local = local;
  made.remote = remote;
  made.state = state;
  return made;
}

sections::sockets::Facts sockets() {
  sections::sockets::Facts facts;
  facts.total = 4;
  facts.listening = 1;
  facts.established = 2;
  facts.close_wait = 900;
  facts.sockets = {socket(8, "tcp", "10.77.0.2:4711", "10.77.0.3:443", "ESTABLISHED"),
                   socket(9, "unix", "zqx socket", "@zqx", "ESTABLISHED"),
                   socket(12, "tcp6", "[2001:db8:77::1]%zqx0:80", "[::]:*", "LISTEN"),
                   socket(13, "unix", "/run/zqx.sock", "", "ESTABLISHED"),
                   socket(14, "packet", "ip:zqx0", "", "UNCONNECTED")};
  facts.sockets[2].waiting_to_be_accepted = 128;
  facts.sockets[2].backlog = 128;
  facts.sockets[3].peer = {99, "zqx peer"};
  facts.established_by_peer = {{"10.77.0.3:443", "https", false, 1, {}, {}, {}, {}, {}},
                               {"zqx peer[99]", "", {}, 1, {}, {}, {}, {}, {}},
                               {"@zqx", "", {}, 1, {}, {}, {}, {}, {}}};
  facts.by_state = {{"ESTABLISHED", 3}, {"LISTEN", 1}};
  return facts;
}

void add_errors(sections::errors::Facts& facts) {
  const auto add = [&](const char* syscall, int error, const char* example) {
    facts.rows.push_back({syscall, "x86_64", errno_name(error), error, 50'000, example, {}});
    facts.objects.push_back({syscall, errno_name(error), error, example, {}, 50'000});
    facts.errors += 50'000;
  };
  add("openat", EACCES, "/etc/zqx secret");
  add("openat", ENOSPC, "relative/zqx space");
  add("accept4", EMFILE, "fd 7, now /data/zqx file");
  add("connect", ETIMEDOUT, "10.77.0.4:5432");
  add("connect", EADDRNOTAVAIL, "[2001:db8:77::2]:5432");
  add("newfstatat", ENOENT, "/usr/lib/zqx/x");
}

sections::syscalls::Facts syscalls() {
  sections::syscalls::Facts facts;
  facts.traced = true;
  facts.observed = 10s;
  facts.calls = 1'000'000;
  facts.errors = 300'000;
  facts.activity = {"openat", "read"};
  facts.activity_text = "openat -> read";
  for (const char* name : {"openat", "connect", "accept4", "newfstatat", "read"}) {
    sections::syscalls::Row row;
    row.syscall = name;
    row.abi = "x86_64";
    row.calls = 100'000;
    facts.rows.push_back(row);
  }
  facts.in_flight = {{1234, "zqx worker", "read", 5s, true, "pipe_read"}};
  facts.last_calls = {{1234, "zqx last", "exit_group", false}};
  facts.time_shares = {
      {1234, 1234, "zqx sampled", 'S', "futex", true, "futex_do_wait", 9, Ratio{1}, false}};
  facts.lookups = {{"zqx/lookup", 12}, {"/usr/lib/zqx/y", 3}};
  return facts;
}

sections::memory::Facts memory() {
  sections::memory::Facts facts;
  facts.rss = Bytes{1 << 20};
  facts.mappings = {{"file text", "/usr/lib/zqx.so", 1, Bytes{4096}, Bytes{4096}, {}, {}},
                    {"named anonymous", "[anon:zqx]", 1, Bytes{4096}, Bytes{4096}, {}, {}},
                    {"heap", "[heap]", 1, Bytes{4096}, Bytes{4096}, {}, {}}};
  facts.limit.limited = true;
  facts.limit.limit = Bytes{2 << 20};
  facts.limit.group = "/zqx.slice";
  facts.limit.own_group = "/zqx.slice/zqx-1.scope";
  facts.completeness.add_gap("PSS: cannot open /srv/zqx/smaps: Permission denied (EACCES)");
  return facts;
}

}  // namespace

sections::Facts secret_facts() {
  sections::Facts facts;
  facts.window = 10s;
  facts.process = process();
  facts.threads = threads();
  facts.files = files();
  facts.sockets = sockets();
  add_errors(facts.errors);
  facts.syscalls = syscalls();
  facts.memory = memory();
  facts.disk.storage = {Bytes{1}, Bytes{2}};
  facts.disk.group_name = "/zqx.slice";
  facts.disk.disks = {{"vda", "disk", Ratio{0.5}, Rate{1}, Rate{2}, {}, {}, {}}};
  facts.host.load1 = facts.host.load5 = facts.host.load15 = 0.5;
  facts.host.cpus = 2;
  return facts;
}

run::Course secret_course() {
  run::Course course;
  course.started_at = std::chrono::system_clock::time_point(1'769'903'999'123ms);
  course.window = 10s;
  course.backend = "bpf";
  course.backend_reason = "the types are from /home/zqx/btf";
  course.activity.emplace();
  course.activity->notes = {"zqxd talks to 10.77.0.9 through /run/zqx.sock"};
  return course;
}

}  // namespace debug_process::redact
