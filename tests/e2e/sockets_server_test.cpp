// nginx and PostgreSQL under load: each socket against what ss says of it.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "e2e/children.h"
#include "e2e/harness.h"
#include "e2e/postgres.h"
#include "e2e/ss.h"

namespace debug_process::e2e {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kArguments = {"--backend", "sampling", "-d", "500ms"};

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

class Postgres : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("ss")) GTEST_SKIP() << "ss is not installed (package iproute2)";
    if (const auto missing = PostgresServer::missing()) GTEST_SKIP() << *missing;
    server_ = std::make_unique<PostgresServer>();
  }

  std::unique_ptr<PostgresServer> server_;
};

TEST_F(Postgres, ListensAsSsSays) {
  const SsRows before = all_in_ss();
  const Json report = report_on(server_->pid(), kArguments);
  EXPECT_GE(expect_rows_as_in_ss(report, before, all_in_ss()), 2U);
  EXPECT_EQ(row(report, "sockets", "listening", {{"local", "127.0.0.1:" + server_->port()}})
                .at("protocol"),
            "tcp");
  const Json local = row(report, "sockets", "listening", {{"local", server_->socket_path()}});
  EXPECT_FALSE(local.at("backlog").is_null());
}

TEST_F(Postgres, ABackendsPeerOverAUnixSocketIsTheClientsProcess) {
  const pid_t backend = server_->begin_load(server_->folder());
  ASSERT_GT(backend, 0);
  const SsRows before = all_in_ss();
  const Json report = report_on(backend, kArguments);
  EXPECT_GE(expect_rows_as_in_ss(report, before, all_in_ss()), 1U);
  const Json seen = row(report, "sockets", "sockets", {{"local", server_->socket_path()}});
  EXPECT_EQ(seen.at("peer_process"), "pgbench");
  EXPECT_EQ(seen.at("peer_pid"), server_->pid_of_load());
}

TEST_F(Postgres, ABackendsConnectionOverTcpCameIn) {
  const pid_t backend = server_->begin_load("127.0.0.1");
  ASSERT_GT(backend, 0);
  const SsRows before = all_in_ss();
  const Json report = report_on(backend, kArguments);
  EXPECT_GE(expect_rows_as_in_ss(report, before, all_in_ss()), 1U);
  // The backend itself does not listen: that somebody in the namespace does tells the direction.
  const Json seen = row(report, "sockets", "sockets", {{"local", "127.0.0.1:" + server_->port()}});
  EXPECT_EQ(seen.at("direction"), "in");
  EXPECT_GT(seen.at("received_bytes"), 0);
  EXPECT_GT(seen.at("acked_bytes"), 0);
}

}  // namespace
}  // namespace debug_process::e2e
