// Real servers under load: the report against readlink over /proc/PID/fd, ss and smaps_rollup.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;

class Server : public NeedsBpf {};

std::map<int, std::string> links_of(pid_t pid) {
  std::map<int, std::string> links;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    std::error_code closed_meanwhile;
    const auto link = std::filesystem::read_symlink(entry.path(), closed_meanwhile);
    if (!closed_meanwhile) links[std::stoi(entry.path().filename())] = link.string();
  }
  return links;
}

std::ptrdiff_t socket_count(const std::map<int, std::string>& links) {
  return std::count_if(links.begin(), links.end(),
                       [](const auto& link) { return link.second.starts_with("socket:["); });
}

double kilobytes(const std::filesystem::path& file, const std::string& key) {
  std::istringstream lines(read_text(file));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(key + ":")) return std::stod(line.substr(key.size() + 1)) * 1024;
  }
  throw std::runtime_error("no " + key + " in " + file.string());
}

void expect_within_a_tenth(double reported, double expected) {
  EXPECT_GT(reported, expected * 0.9);
  EXPECT_LT(reported, expected * 1.1);
}

void expect_files_as_in_proc(const Json& report, const std::map<int, std::string>& links) {
  std::set<int> expected;
  for (const auto& [fd, link] : links) expected.insert(fd);
  std::set<int> reported;
  for (const auto& file : rows(report, "files", "files")) {
    const int fd = file.at("fd").get<int>();
    reported.insert(fd);
    const auto link = links.find(fd);
    if (link != links.end() && link->second.starts_with('/')) {
      EXPECT_EQ(file.at("path"), link->second) << file;
    }
  }
  EXPECT_EQ(reported, expected);
  EXPECT_EQ(metric(report, "files", "open"), links.size());
  EXPECT_EQ(metric(report, "sockets", "total"), socket_count(links));
}

struct SocketLine {
  std::string family;
  std::string state;
  std::string local;
  std::string remote;
};

// Lines of `ss -tuxanpH`: family, state, two queues, local, remote, owner.
std::vector<SocketLine> sockets_in_ss(pid_t pid) {
  std::vector<SocketLine> sockets;
  std::istringstream lines(run({*find_program("ss"), "-tuxanpH"}).out);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("pid=" + std::to_string(pid) + ",") == std::string::npos) continue;
    std::istringstream words(line);
    SocketLine socket;
    std::string queue;
    words >> socket.family >> socket.state >> queue >> queue >> socket.local >> socket.remote;
    sockets.push_back(socket);
  }
  return sockets;
}

void expect_sockets_as_in_ss(const Json& report, pid_t pid) {
  int listening = 0;
  int established = 0;
  std::multiset<std::string> locals;
  std::multiset<std::string> remotes;
  for (const auto& socket : rows(report, "sockets", "sockets")) {
    if (socket.at("local").is_string()) locals.insert(socket.at("local").get<std::string>());
    if (socket.at("remote").is_string()) remotes.insert(socket.at("remote").get<std::string>());
  }
  for (const auto& socket : sockets_in_ss(pid)) {
    SCOPED_TRACE(socket.family + " " + socket.local + " " + socket.remote);
    if (socket.state == "LISTEN") ++listening;
    if (socket.state == "ESTAB") ++established;
    if (socket.family == "tcp") {
      EXPECT_THAT(locals, Contains(socket.local));
    }
    if (socket.family == "tcp" && socket.state == "ESTAB") {
      EXPECT_THAT(remotes, Contains(socket.remote));
    }
  }
  EXPECT_EQ(metric(report, "sockets", "listening"), listening);
  EXPECT_EQ(metric(report, "sockets", "established"), established);
}

void expect_resident_as_in_proc(const Json& report, pid_t pid) {
  const std::filesystem::path folder = "/proc/" + std::to_string(pid);
  expect_within_a_tenth(metric(report, "memory", "rss_bytes").get<double>(),
                        kilobytes(folder / "status", "VmRSS"));
  expect_within_a_tenth(metric(report, "memory", "pss_bytes").get<double>(),
                        kilobytes(folder / "smaps_rollup", "Pss"));
}

void expect_memory_as_in_proc(const Json& report, pid_t pid) {
  expect_resident_as_in_proc(report, pid);
  expect_within_a_tenth(metric(report, "memory", "virtual_bytes").get<double>(),
                        kilobytes("/proc/" + std::to_string(pid) + "/status", "VmSize"));
}

// The chain as a cycle has no first call: it is turned until `first` stands in front.
std::vector<std::string> cycle_from(const Json& report, const std::string& first) {
  auto names = metric(report, "syscalls", "activity").get<std::vector<std::string>>();
  const auto start = std::find(names.begin(), names.end(), first);
  if (start != names.end()) std::rotate(names.begin(), start, names.end());
  return names;
}

TEST_F(Server, EchoServersChainIsItsLoop) {
  Workload server("echo_server");
  server.wait_for_output("\n");
  Workload client("echo_client", {server.out().substr(std::string("ready ").size(), 5)});
  const Json report = report_on(server.pid(), {"-d", "1s"});
  const std::string wait = call_here({"epoll_wait", "epoll_pwait"});
  const std::vector<std::string> loop = {wait, "accept4", "read", "write", "close"};
  EXPECT_EQ(cycle_from(report, wait), loop);
}

TEST_F(Server, RedisUnderLoad) {
  const auto server_program = find_program("redis-server");
  const auto load_program = find_program("redis-benchmark");
  if (!server_program || !load_program) {
    GTEST_SKIP() << "redis is not installed (packages redis-server, redis-tools)";
  }
  if (!find_program("ss")) GTEST_SKIP() << "ss is not installed (package iproute2)";
  constexpr int kClients = 20;
  const std::string port = std::to_string(free_port());
  const TemporaryDirectory folder;
  Process server({*server_program, "--port", port, "--bind", "127.0.0.1", "--save", "",
                  "--appendonly", "no", "--dir", folder.path().string()});
  server.wait_for_output("Ready to accept connections");
  Process load({*load_program, "-p", port, "-c", std::to_string(kClients), "-n", "1000000000", "-t",
                "get", "-q"});
  ASSERT_TRUE(wait_until([&] { return socket_count(links_of(server.pid())) >= kClients + 1; }));

  const Json report = report_on(server.pid(), {"-d", "2s"});

  const std::string wait = call_here({"epoll_wait", "epoll_pwait"});
  const std::vector<std::string> loop = {wait, "read", "write"};
  EXPECT_EQ(cycle_from(report, wait), loop);
  EXPECT_GT(calls(report, "read"), 100U);
  EXPECT_EQ(losses(report), "");
  expect_files_as_in_proc(report, links_of(server.pid()));
  expect_sockets_as_in_ss(report, server.pid());
  expect_memory_as_in_proc(report, server.pid());
  EXPECT_EQ(
      report.at("target").at("executable"),
      std::filesystem::read_symlink("/proc/" + std::to_string(server.pid()) + "/exe").string());
}

// A connection after the other, as fast as they are answered.
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

TEST_F(Server, PythonHttpServerUnderLoad) {
  const std::string python = "/usr/bin/python3";
  if (!std::filesystem::exists(python)) GTEST_SKIP() << "python3 is not installed";
  if (!find_program("ss")) GTEST_SKIP() << "ss is not installed (package iproute2)";
  const std::string port = std::to_string(free_port());
  const TemporaryDirectory folder;
  Process server({python, "-u", "-m", "http.server", port, "--bind", "127.0.0.1", "--directory",
                  folder.path().string()});
  server.wait_for_output("Serving HTTP");
  Process load({python, "-c", kHttpLoad, port});
  load.wait_for_output("answered");

  const Json report = report_on(server.pid(), {"-d", "2s"});

  const auto chain = metric(report, "syscalls", "activity").get<std::vector<std::string>>();
  EXPECT_THAT(chain, Contains(AnyOf("accept4", "recvfrom", "sendto")))
      << report.at("sections").at("syscalls").at("tables").at("syscalls").dump(1);
  for (const auto& name : chain) EXPECT_GT(calls(report, name), 0U) << name;
  // Of its address space a large part comes and goes with the thread that answers: its stack.
  expect_resident_as_in_proc(report, server.pid());
  EXPECT_EQ(metric(report, "sockets", "listening"), 1);
  const Json listener =
      row(report, "sockets", "sockets", {{"local", "127.0.0.1:" + port}, {"fd", 3}});
  EXPECT_EQ(listener.at("fd"), 3);
}

TEST_F(Server, AnIdleOnesFilesAndSocketsAreAllThere) {
  if (!find_program("ss")) GTEST_SKIP() << "ss is not installed (package iproute2)";
  Workload target("many_fds", {"300"});
  const Json report = report_on(target.pid(), {"-d", "200ms"});
  expect_files_as_in_proc(report, links_of(target.pid()));
  expect_sockets_as_in_ss(report, target.pid());
  expect_memory_as_in_proc(report, target.pid());
}

}  // namespace
}  // namespace debug_process::e2e
