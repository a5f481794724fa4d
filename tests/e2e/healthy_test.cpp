// Programs that are well: nothing is said to be wrong with them.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "e2e/findings.h"

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
  pid_t child = 0;
  const std::string children = "/proc/" + std::to_string(target.pid()) + "/task/" +
                               std::to_string(target.pid()) + "/children";
  ASSERT_TRUE(wait_until([&] { return (child = std::atoi(read_text(children).c_str())) > 0; }));
  EXPECT_THAT(complaints_on(child), IsEmpty());
}

}  // namespace
}  // namespace debug_process::e2e
