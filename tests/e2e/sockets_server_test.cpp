// nginx and PostgreSQL under load: each socket against what ss says of it.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "e2e/harness.h"
#include "e2e/ss.h"

namespace debug_process::e2e {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kArguments = {"--backend", "sampling", "-d", "500ms"};

std::vector<pid_t> children_of(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid);
  std::ifstream file(path + "/task/" + std::to_string(pid) + "/children");
  std::vector<pid_t> children;
  for (pid_t child = 0; file >> child;) children.push_back(child);
  return children;
}

// Under load queues, states and measures change from one moment to the next: what does not is
// compared, of each socket that ss saw with the same ends before and after.
std::size_t expect_rows_as_in_ss(const Json& report, const SsRows& before, const SsRows& after) {
  std::size_t compared = 0;
  for (const Json& seen : rows(report, "sockets", "sockets")) {
    const auto inode = seen.at("inode").get<std::uint64_t>();
    const auto one = before.find(inode);
    const auto other = after.find(inode);
    if (one == before.end() || other == after.end()) continue;
    if (one->second.state != other->second.state || one->second.local != other->second.local)
      continue;
    const SsRow& ss = one->second;
    SCOPED_TRACE(seen.dump() + "\n" + ss.details);
    ++compared;
    const auto protocol = seen.at("protocol").get<std::string>();
    EXPECT_EQ(seen.at("state"), ss.state);
    if (protocol == "unix") {
      EXPECT_EQ(seen.at("local"), ss.local == "*" ? Json() : Json(ss.local));
      continue;
    }
    EXPECT_EQ(seen.at("local"), as_reported(ss.local, protocol));
    EXPECT_EQ(seen.at("remote"), as_reported(ss.remote, protocol));
    if (ss.state == "LISTEN") {
      EXPECT_EQ(seen.at("backlog"), ss.send_queue);
    } else if (protocol.starts_with("tcp")) {
      EXPECT_THAT(" " + ss.details,
                  HasSubstr(" " + seen.at("congestion_control").get<std::string>() + " "));
      EXPECT_GT(seen.at("rtt_ns"), 0);
    }
  }
  return compared;
}

SsRows all_in_ss() {
  SsRows all = inet_sockets_in_ss();
  all.merge(unix_sockets_in_ss());
  return all;
}

constexpr const char* kKeepAlive = R"(
import socket, sys
connections = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(10)]
while True:
    for c in connections:
        c.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    for c in connections:
        c.recv(65536)
    print("answered", flush=True)
)";

TEST(SocketsOfServers, NginxUnderLoadIsAsSsSays) {
  const auto nginx = find_program("nginx");
  const std::string python = "/usr/bin/python3";
  if (!nginx) GTEST_SKIP() << "nginx is not installed (package nginx-light)";
  if (!find_program("ss") || !std::filesystem::exists(python))
    GTEST_SKIP() << "ss or python3 is not installed";
  const TemporaryDirectory folder;
  const std::string port = std::to_string(free_port());
  const std::string here = folder.path().string();
  std::ofstream(folder.path() / "nginx.conf")
      << "daemon off; pid " << here << "/pid; error_log stderr; worker_processes 1;\n"
      << (::geteuid() == 0 ? "user root;\n" : "")
      << "events { worker_connections 64; }\n"
         "http { access_log off; keepalive_requests 100000000;\n"
      << "client_body_temp_path " << here << "/b; proxy_temp_path " << here << "/p;\n"
      << "fastcgi_temp_path " << here << "/f; uwsgi_temp_path " << here << "/u;\n"
      << "scgi_temp_path " << here << "/s;\n"
      << "server { listen 127.0.0.1:" << port << " backlog=77; return 200 x; } }\n";
  Process server({*nginx, "-p", here, "-c", here + "/nginx.conf"});
  ASSERT_TRUE(wait_until([&] { return !children_of(server.pid()).empty(); }));
  Process load({python, "-c", kKeepAlive, port});
  load.wait_for_output("answered");
  const pid_t worker = children_of(server.pid()).front();

  const SsRows before = all_in_ss();
  const Json report = report_on(worker, kArguments);
  EXPECT_GE(expect_rows_as_in_ss(report, before, all_in_ss()), 11U);

  const Json listener = row(report, "sockets", "listening", {{"local", "127.0.0.1:" + port}});
  EXPECT_EQ(listener.at("backlog"), 77);
  const Json peer = row(report, "sockets", "established_by_peer", {{"peer", "127.0.0.1"}});
  EXPECT_EQ(peer.at("connections"), 10);
  EXPECT_EQ(peer.at("direction"), "in");
  EXPECT_EQ(peer.at("service"), port);
  // Its end of the pair through which the master sends it orders.
  const auto pairs = rows(report, "sockets", "sockets", {{"protocol", "unix"}});
  ASSERT_FALSE(pairs.empty());
}

// A cluster of its own in a temporary directory, run by an unprivileged user.
class Postgres : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become the user postgres";
    const auto setpriv = find_program("setpriv");
    if (!find_program("ss") || !setpriv) GTEST_SKIP() << "ss or setpriv is not installed";
    for (const auto& version : versions()) bin_ = version / "bin";
    if (bin_.empty() || run({"/usr/bin/id", "postgres"}).code != 0)
      GTEST_SKIP() << "PostgreSQL is not installed (package postgresql)";
    as_postgres_ = {*setpriv, "--reuid=postgres", "--regid=postgres", "--clear-groups"};
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0777));
    ASSERT_EQ(run(as_postgres({bin("initdb"), "-D", data(), "-A", "trust", "-N"})).code, 0);
    port_ = std::to_string(free_port());
    server_ = std::make_unique<Process>(
        as_postgres({bin("postgres"), "-D", data(), "-k", folder_.path(), "-p", port_, "-c",
                     "listen_addresses=127.0.0.1", "-c", "fsync=off"}));
    server_->wait_for_error_output("ready to accept connections");
    ASSERT_EQ(
        run(as_postgres({bin("pgbench"), "-i", "-h", folder_.path(), "-p", port_, "postgres"}))
            .code,
        0);
  }

  // Its children have sessions of their own: it has to end them itself.
  void TearDown() override {
    load_.reset();
    if (!server_) return;
    server_->kill(SIGQUIT);
    static_cast<void>(server_->wait());
  }

  static std::vector<std::filesystem::path> versions() {
    std::vector<std::filesystem::path> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none))
      if (std::filesystem::exists(entry.path() / "bin/initdb")) found.push_back(entry.path());
    return found;
  }
  [[nodiscard]] std::string bin(const std::string& name) const { return bin_ / name; }
  [[nodiscard]] std::string data() const { return folder_.path() / "data"; }
  [[nodiscard]] std::vector<std::string> as_postgres(const std::vector<std::string>& argv) const {
    std::vector<std::string> result = as_postgres_;
    result.insert(result.end(), argv.begin(), argv.end());
    return result;
  }
  [[nodiscard]] std::string socket_path() const { return folder_.path() / (".s.PGSQL." + port_); }

  // pgbench with one client through `host`, and the process of the server that it talks to.
  void begin_load(const std::string& host) {
    load_ =
        std::make_unique<Process>(as_postgres({bin("pgbench"), "-h", host, "-p", port_, "-c", "1",
                                               "-T", "100000", "-P", "1", "-S", "postgres"}));
    // Its first connection only asks what there is.
    load_->wait_for_error_output("progress:");
    ASSERT_TRUE(wait_until([&] {
      for (const pid_t child : children_of(server_->pid())) {
        const std::string title = read_text("/proc/" + std::to_string(child) + "/cmdline");
        if (title.find(" SELECT") == std::string::npos && title.find("idle") == std::string::npos)
          continue;
        backend_ = child;
        return true;
      }
      return false;
    }));
  }

  TemporaryDirectory folder_;
  std::filesystem::path bin_;
  std::vector<std::string> as_postgres_;
  std::string port_;
  std::unique_ptr<Process> server_;
  std::unique_ptr<Process> load_;
  pid_t backend_ = 0;
};

TEST_F(Postgres, ListensAsSsSays) {
  const SsRows before = all_in_ss();
  const Json report = report_on(server_->pid(), kArguments);
  EXPECT_GE(expect_rows_as_in_ss(report, before, all_in_ss()), 2U);
  EXPECT_EQ(row(report, "sockets", "listening", {{"local", "127.0.0.1:" + port_}}).at("protocol"),
            "tcp");
  const Json local = row(report, "sockets", "listening", {{"local", socket_path()}});
  EXPECT_FALSE(local.at("backlog").is_null());
}

TEST_F(Postgres, ABackendsPeerOverAUnixSocketIsTheClientsProcess) {
  begin_load(folder_.path());
  const SsRows before = all_in_ss();
  const Json report = report_on(backend_, kArguments);
  EXPECT_GE(expect_rows_as_in_ss(report, before, all_in_ss()), 1U);
  const Json seen = row(report, "sockets", "sockets", {{"local", socket_path()}});
  EXPECT_EQ(seen.at("peer_process"), "pgbench");
  EXPECT_EQ(seen.at("peer_pid"), load_->pid());
}

TEST_F(Postgres, ABackendsConnectionOverTcpCameIn) {
  begin_load("127.0.0.1");
  const SsRows before = all_in_ss();
  const Json report = report_on(backend_, kArguments);
  EXPECT_GE(expect_rows_as_in_ss(report, before, all_in_ss()), 1U);
  // The backend itself does not listen: that somebody in the namespace does tells the direction.
  const Json seen = row(report, "sockets", "sockets", {{"local", "127.0.0.1:" + port_}});
  EXPECT_EQ(seen.at("direction"), "in");
  EXPECT_GT(seen.at("received_bytes"), 0);
  EXPECT_GT(seen.at("acked_bytes"), 0);
}

}  // namespace
}  // namespace debug_process::e2e
