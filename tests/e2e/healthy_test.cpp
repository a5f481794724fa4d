// Programs that are well: nothing is said to be wrong with them.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "e2e/children.h"
#include "e2e/findings.h"
#include "e2e/postgres.h"

namespace debug_process::e2e {
namespace {

using ::testing::IsEmpty;

class Healthy : public NeedsBpf {
 protected:
  static std::vector<std::string> complaints_on(pid_t pid) {
    return complaints(report_on(pid, {"-d", "5s"}));
  }
};

// A GET after the other, each on a connection of its own; says "answered" after the first.
constexpr const char* kHttpLoad = R"(
import socket, sys
answered = False
while True:
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.sendall(b"GET / HTTP/1.0\r\n\r\n")
    while s.recv(65536):
        pass
    s.close()
    if not answered:
        answered = True
        print("answered", flush=True)
)";

std::optional<std::string> system_python() {
  const std::string python = "/usr/bin/python3";
  return std::filesystem::exists(python) ? std::optional(python) : std::nullopt;
}

bool accepts_connections(const std::string& port) {
  return run({"/usr/bin/python3", "-c",
              "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])))",
              port})
             .code == 0;
}

TEST_F(Healthy, Sleep) {
  const Process target({"/bin/sleep", "600"});
  EXPECT_THAT(complaints_on(target.pid()), IsEmpty());
}

TEST_F(Healthy, PythonServerIdleAndUnderLoad) {
  const auto python = system_python();
  if (!python) GTEST_SKIP() << "python3 is not installed";
  const TemporaryDirectory folder;
  const std::string port = std::to_string(free_port());
  const Process server({*python, "-m", "http.server", port, "--bind", "127.0.0.1", "--directory",
                        folder.path().string()});
  ASSERT_TRUE(wait_until([&] { return accepts_connections(port); }));
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty()) << "idle";
  Process load({*python, "-c", kHttpLoad, port});
  load.wait_for_output("answered");
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty()) << "under load";
}

TEST_F(Healthy, RedisIdleAndUnderLoad) {
  const auto redis = find_program("redis-server");
  const auto benchmark = find_program("redis-benchmark");
  if (!redis || !benchmark)
    GTEST_SKIP() << "redis is not installed (packages redis-server, redis-tools)";
  const TemporaryDirectory folder;
  const std::string port = std::to_string(free_port());
  Process server({*redis, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                  "--dir", folder.path().string()});
  server.wait_for_output("Ready to accept connections");
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty()) << "idle";
  const Process load(
      {*benchmark, "-p", port, "-c", "20", "-n", "1000000000", "-t", "get,set", "-q"});
  ASSERT_TRUE(wait_until([&] { return load.running(); }));
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty()) << "under load";
}

TEST_F(Healthy, NginxUnderLoad) {
  const auto nginx = find_program("nginx");
  const auto python = system_python();
  if (!nginx || !python) GTEST_SKIP() << "nginx or python3 is not installed (package nginx-light)";
  const TemporaryDirectory folder;
  const std::string here = folder.path().string();
  const std::string port = std::to_string(free_port());
  std::ofstream(folder.path() / "index.html") << std::string(10'000, 'x');
  std::ofstream(folder.path() / "nginx.conf")
      << "daemon off; pid " << here << "/pid; error_log stderr; master_process off;\n"
      << "events { worker_connections 64; }\n"
      << "http { access_log " << here << "/log;\n"
      << "client_body_temp_path " << here << "/b; proxy_temp_path " << here << "/p;\n"
      << "fastcgi_temp_path " << here << "/f; uwsgi_temp_path " << here << "/u;\n"
      << "scgi_temp_path " << here << "/s;\n"
      << "server { listen 127.0.0.1:" << port << "; root " << here << "; } }\n";
  const Process server({*nginx, "-p", here, "-c", here + "/nginx.conf"});
  ASSERT_TRUE(wait_until([&] { return accepts_connections(port); }));
  Process load({*python, "-c", kHttpLoad, port});
  load.wait_for_output("answered");
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty());
}

// A timer ten times a second, and an HTTP server.
constexpr const char* kNodeServer = R"(
const http = require('http');
setInterval(() => {}, 100);
http.createServer((request, response) => response.end('x'.repeat(1000)))
    .listen(Number(process.argv[1]), '127.0.0.1', () => console.log('ready'));
)";

TEST_F(Healthy, NodeIdleAndUnderLoad) {
  const auto node = find_program("node");
  const auto python = system_python();
  if (!node || !python) GTEST_SKIP() << "node or python3 is not installed (package nodejs)";
  const std::string port = std::to_string(free_port());
  Process server({*node, "-e", kNodeServer, port});
  server.wait_for_output("ready");
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty()) << "idle";
  Process load({*python, "-c", kHttpLoad, port});
  load.wait_for_output("answered");
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty()) << "under load";
}

TEST_F(Healthy, PostgresIdleAndUnderLoad) {
  if (const auto missing = PostgresServer::missing()) GTEST_SKIP() << *missing;
  PostgresServer server;
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty()) << "idle";
  const pid_t backend = server.begin_load("127.0.0.1");
  ASSERT_GT(backend, 0);
  EXPECT_THAT(complaints_on(backend), IsEmpty()) << "a backend under load";
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty()) << "the postmaster then";
}

// sshd insists on this empty folder, which Debian makes when it starts it as a service.
class PrivilegeSeparation {
 public:
  PrivilegeSeparation() : is_ours_(std::filesystem::create_directory("/run/sshd")) {}
  ~PrivilegeSeparation() {
    std::error_code ignored;
    if (is_ours_) std::filesystem::remove("/run/sshd", ignored);
  }
  PrivilegeSeparation(const PrivilegeSeparation&) = delete;
  PrivilegeSeparation& operator=(const PrivilegeSeparation&) = delete;

 private:
  bool is_ours_;
};

TEST_F(Healthy, SshdIdleAndUnderLoad) {
  const auto sshd = find_program("sshd");
  if (!sshd || !find_program("ssh-keygen") || !find_program("ssh-keyscan"))
    GTEST_SKIP() << "sshd is not installed (package openssh-server)";
  const TemporaryDirectory folder;
  const std::string key = (folder.path() / "key").string();
  ASSERT_EQ(run({*find_program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", key}).code, 0);
  const PrivilegeSeparation folder_of_sshd;
  const std::string port = std::to_string(free_port());
  const Process server({*sshd, "-D", "-e", "-f", "/dev/null", "-h", key, "-p", port, "-o",
                        "ListenAddress=127.0.0.1", "-o", "PidFile=none"});
  ASSERT_TRUE(wait_until([&] { return accepts_connections(port); }));
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty()) << "idle";
  // Asked for a key again and again, on one connection at a time and with a pause: a child of its
  // own answers each, and the server with all of them would wait for the CPUs of a small machine.
  Process load(
      {"/bin/sh", "-c",
       "while :; do ssh-keyscan -t ed25519 -p \"$0\" 127.0.0.1; echo answered; sleep 0.05; "
       "done 2>/dev/null",
       port});
  load.wait_for_output("answered");
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty()) << "under load";
}

// A set and a get after the other, on one connection; says "answered" after the first.
constexpr const char* kMemcachedLoad = R"(
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
f = s.makefile("rwb")
answered = False
while True:
    f.write(b"set key 0 0 100\r\n" + b"x" * 100 + b"\r\n")
    f.flush()
    assert f.readline() == b"STORED\r\n"
    f.write(b"get key\r\n")
    f.flush()
    while f.readline() != b"END\r\n":
        pass
    if not answered:
        answered = True
        print("answered", flush=True)
)";

TEST_F(Healthy, MemcachedIdleAndUnderLoad) {
  const auto memcached = find_program("memcached");
  const auto python = system_python();
  if (!memcached || !python) GTEST_SKIP() << "memcached is not installed (package memcached)";
  const std::string port = std::to_string(free_port());
  const Process server({*memcached, "-u", "nobody", "-l", "127.0.0.1", "-p", port, "-U", "0"});
  ASSERT_TRUE(wait_until([&] { return accepts_connections(port); }));
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty()) << "idle";
  Process load({*python, "-c", kMemcachedLoad, port});
  load.wait_for_output("answered");
  EXPECT_THAT(complaints_on(server.pid()), IsEmpty()) << "under load";
}

TEST_F(Healthy, AShellThatWaitsAndTailThatFollows) {
  const TemporaryDirectory folder;
  const std::string log = (folder.path() / "log").string();
  std::ofstream(log) << "first\n";
  Process tail({"/usr/bin/tail", "-f", log});
  tail.wait_for_output("first");
  EXPECT_THAT(complaints_on(tail.pid()), IsEmpty()) << "tail, idle";
  // Ten lines a second.
  const Process shell(
      {"/bin/sh", "-c", "while :; do echo a line of a log >>\"$0\"; sleep 0.1; done", log});
  tail.wait_for_output("a line of a log");
  EXPECT_THAT(complaints_on(tail.pid()), IsEmpty()) << "tail, at work";
  EXPECT_THAT(complaints_on(shell.pid()), IsEmpty()) << "a shell that starts commands";
}

TEST_F(Healthy, ACompression) {
  const TemporaryDirectory folder;
  const Process target({"/bin/sh", "-c", "exec gzip -9 </dev/urandom >\"$0\"",
                        (folder.path() / "random.gz").string()});
  ASSERT_TRUE(wait_until([&] {
    return std::filesystem::exists(folder.path() / "random.gz") &&
           std::filesystem::file_size(folder.path() / "random.gz") > 0;
  }));
  EXPECT_THAT(complaints_on(target.pid()), IsEmpty());
}

// The compiler proper, which is a child of the command that one starts.
TEST_F(Healthy, ACompilation) {
  const auto compiler = find_program("cc");
  if (!compiler) GTEST_SKIP() << "no C compiler is installed";
  const TemporaryDirectory folder;
  {
    std::ofstream source(folder.path() / "large.c");
    for (int i = 0; i < 20'000; ++i)
      source << "int f" << i << "(int a, int b) { int s = 0; for (int i = 0; i < a; i++) s += b * "
             << i << " + a / (b + 1); return s; }\n";
  }
  const Process target({*compiler, "-O2", "-c", (folder.path() / "large.c").string(), "-o",
                        (folder.path() / "large.o").string()});
  ASSERT_TRUE(wait_until([&] { return !children_of(target.pid()).empty(); }));
  EXPECT_THAT(complaints_on(children_of(target.pid()).front()), IsEmpty());
}

}  // namespace
}  // namespace debug_process::e2e
