// A program that holds a socket of every kind: the report against ss, and against lsof for what ss
// does not know. None of this needs BPF.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "e2e/harness.h"
#include "e2e/ss.h"

namespace debug_process::e2e {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kArguments = {"--backend", "sampling", "-d", "100ms", "--json"};

// every_socket in a folder of its own, and which descriptor is of which kind.
class Sockets : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, for raw and packet sockets";
  }

  // `prefix` is a command that becomes another ("unshare ...").
  void start(std::vector<std::string> prefix = {}) {
    const auto env = find_program("env");
    if (!env) throw std::runtime_error("no env");
    prefix.insert(prefix.end(),
                  {*env, "-C", folder_.path().string(), workload_path("every_socket")});
    target_ = std::make_unique<Process>(prefix);
    target_->wait_for_output("ready");
    std::istringstream lines(target_->out());
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string kind;
      int fd = -1;
      if (words >> kind >> fd) fds_[kind] = fd;
    }
  }

  [[nodiscard]] Json report(std::vector<std::string> prefix = {}) const {
    prefix.push_back(tool_path());
    prefix.insert(prefix.end(), kArguments.begin(), kArguments.end());
    prefix.push_back(std::to_string(target_->pid()));
    return parse_report(run(prefix));
  }

  // The kernel or the user may not make every kind.
  [[nodiscard]] bool has(const std::string& kind) const { return fds_.contains(kind); }
  [[nodiscard]] Json socket(const Json& report, const std::string& kind) const {
    return row(report, "sockets", "sockets", {{"fd", fds_.at(kind)}});
  }

  TemporaryDirectory folder_;
  std::unique_ptr<Process> target_;
  std::map<std::string, int> fds_;
};

struct Expected {
  const char* kind;
  const char* protocol;
  const char* state;  // null: not known
};

constexpr Expected kExpected[] = {
    {"tcp-client", "tcp", "ESTABLISHED"},
    {"tcp-accepted", "tcp", "ESTABLISHED"},
    {"tcp-close-wait", "tcp", "CLOSE_WAIT"},
    {"tcp-listen", "tcp", "LISTEN"},
    {"tcp-not-accepted", "tcp", "ESTABLISHED"},
    {"tcp-never-bound", "tcp", nullptr},
    {"tcp6-never-bound", "tcp6", nullptr},
    {"tcp6-listen", "tcp6", "LISTEN"},
    {"tcp6-client", "tcp6", "ESTABLISHED"},
    {"tcp6-both-listen", "tcp6", "LISTEN"},
    {"tcp-mapped-client", "tcp", "ESTABLISHED"},
    {"tcp6-mapped-accepted", "tcp6", "ESTABLISHED"},
    {"udp-bound", "udp", "UNCONNECTED"},
    {"udp-connected", "udp", "ESTABLISHED"},
    {"udp-on-lo", "udp", "UNCONNECTED"},
    {"udp6-bound", "udp6", "UNCONNECTED"},
    {"udplite-bound", "udplite", "UNCONNECTED"},
    {"udp-never-bound", "udp", nullptr},
    {"raw", "raw", "UNCONNECTED"},
    {"raw6", "raw6", "UNCONNECTED"},
    {"icmp", "icmp", "UNCONNECTED"},
    {"unix-listen", "unix", "LISTEN"},
    {"unix-client", "unix", "ESTABLISHED"},
    {"unix-dgram", "unix", "UNCONNECTED"},
    {"unix-pair-dgram", "unix", "ESTABLISHED"},
    {"unix-pair-seqpacket", "unix", "ESTABLISHED"},
    {"netlink-route", "netlink", "UNCONNECTED"},
    {"netlink-generic", "netlink", "UNCONNECTED"},
    {"packet-arp", "packet", "UNCONNECTED"},
    {"packet-all", "packet", "UNCONNECTED"},
    {"vsock-never-bound", "vsock", nullptr},
    {"mptcp-listen", "mptcp", "LISTEN"},
    {"mptcp-never-bound", "mptcp", nullptr},
    {"xdp", "xdp", nullptr},
    {"alg", "alg", nullptr},
};

// Connected from the start, which the kernel says of them since Linux 5.15.
constexpr std::string_view kUnixPairOfDatagrams = "unix-pair-dgram";

TEST_F(Sockets, OfEveryKindAreNamed) {
  start();
  const Json all = report();
  for (const Expected& expected : kExpected) {
    if (!has(expected.kind)) continue;
    SCOPED_TRACE(expected.kind);
    const Json seen = socket(all, expected.kind);
    EXPECT_EQ(seen.at("protocol"), expected.protocol);
    // Sockets that no table knows have no state; whether MPTCP and vsock are told of, and those of
    // TCP that have an address only, depends on the kernel.
    if (expected.state != nullptr && expected.kind != kUnixPairOfDatagrams) {
      EXPECT_EQ(seen.at("state"), expected.state);
    }
  }
  EXPECT_THAT(socket(all, std::string(kUnixPairOfDatagrams)).at("state").get<std::string>(),
              ::testing::AnyOf("ESTABLISHED", "UNCONNECTED"));
  EXPECT_EQ(all.at("sections").at("sockets").at("status"), "complete")
      << all.at("sections").at("sockets").at("reason");
  EXPECT_EQ(metric(all, "sockets", "total"), rows(all, "sockets", "sockets").size());
}

TEST_F(Sockets, TellWhatWaits) {
  start();
  const Json all = report();
  const Json listener = socket(all, "tcp-listen");
  EXPECT_EQ(listener.at("accept_queue"), 2);
  EXPECT_EQ(listener.at("backlog"), 5);
  EXPECT_EQ(listener.at("backlog_ratio"), 0.4);
  EXPECT_TRUE(listener.at("recv_queue_bytes").is_null());
  EXPECT_EQ(socket(all, "tcp-accepted").at("recv_queue_bytes"), 12);  // "not read yet"
  EXPECT_EQ(socket(all, "tcp-accepted").at("direction"), "in");
  EXPECT_EQ(socket(all, "tcp-client").at("direction"), "out");
  EXPECT_EQ(socket(all, "tcp-client").at("retransmits"), 0);
  EXPECT_GT(socket(all, "tcp-client").at("rtt_ns"), 0);
  EXPECT_THAT(socket(all, "udp-on-lo").at("local").get<std::string>(), HasSubstr("%lo:"));
  EXPECT_EQ(socket(all, "tcp6-both-listen").at("v6only"), false);
  const Json fullest = rows(all, "sockets", "listening").at(0);
  EXPECT_EQ(fullest.at("fd"), fds_.at("tcp-listen"));
}

TEST_F(Sockets, OfUnixHaveTheirPeersProcess) {
  start();
  const Json all = report();
  EXPECT_EQ(socket(all, "unix-listen").at("accept_queue"), 1);
  EXPECT_EQ(socket(all, "unix-listen").at("backlog"), 5);
  EXPECT_EQ(socket(all, "unix-client").at("remote"), "plain.sock");
  EXPECT_EQ(socket(all, "unix-client").at("peer_pid"), target_->pid());
  EXPECT_EQ(socket(all, "unix-client").at("peer_process"), "every_socket");
  EXPECT_EQ(socket(all, "unix-accepted").at("local"), "plain.sock");
  EXPECT_EQ(socket(all, "unix-accepted").at("recv_queue_bytes"), 3);
  const Json one = socket(all, "unix-pair-seqpacket");
  const Json other = socket(all, "unix-pair-seqpacket-peer");
  EXPECT_EQ(one.at("peer_inode"), other.at("inode"));
  EXPECT_EQ(one.at("type"), "seqpacket");
  // Nobody has accepted: whom it waits for is whoever listens.
  const Json waits = socket(all, "unix-not-accepted");
  EXPECT_EQ(waits.at("remote"), "plain.sock");
  EXPECT_EQ(waits.at("peer_inode"), socket(all, "unix-listen").at("inode"));
  EXPECT_EQ(waits.at("peer_pid"), target_->pid());
}

TEST_F(Sockets, AreThoseOfSs) {
  if (!find_program("ss")) GTEST_SKIP() << "ss is not installed (package iproute2)";
  start();
  const Json all = report();
  SsRows in_ss = inet_sockets_in_ss();
  in_ss.merge(packet_sockets_in_ss());
  std::size_t compared = 0;
  for (const Json& seen : rows(all, "sockets", "sockets")) {
    const auto found = in_ss.find(seen.at("inode").get<std::uint64_t>());
    if (found == in_ss.end()) continue;
    const SsRow& ss = found->second;
    SCOPED_TRACE(seen.dump() + "\n" + ss.local + " " + ss.remote + " " + ss.details);
    ++compared;
    const auto protocol = seen.at("protocol").get<std::string>();
    // ss calls a bound TCP socket that does nothing unconnected, the report as the kernel does.
    if (ss.state != "UNCONNECTED" || !protocol.starts_with("tcp")) {
      EXPECT_EQ(seen.at("state"), ss.state);
    }
    // ss writes a packet socket's protocol as a number, and no remote end.
    if (protocol == "packet") continue;
    EXPECT_EQ(seen.at("local"), as_reported(ss.local, protocol));
    EXPECT_EQ(seen.at("remote"), as_reported(ss.remote, protocol));
    if (ss.state == "LISTEN") {
      EXPECT_EQ(seen.at("accept_queue"), ss.recv_queue);
      EXPECT_EQ(seen.at("backlog"), ss.send_queue);
    } else {
      EXPECT_EQ(seen.at("recv_queue_bytes"), ss.recv_queue);
      EXPECT_EQ(seen.at("send_queue_bytes"), ss.send_queue);
    }
    if (!ss.detail("cwnd").empty() && ss.state != "LISTEN") {
      EXPECT_EQ(seen.at("cwnd"), std::stoull(ss.detail("cwnd")));
      EXPECT_NEAR(seen.at("rtt_ns").get<double>() / 1e6, std::stod(ss.detail("rtt")), 0.0011);
      EXPECT_THAT(" " + ss.details,
                  HasSubstr(" " + seen.at("congestion_control").get<std::string>() + " "));
    }
  }
  EXPECT_GE(compared, 18U);
}

TEST_F(Sockets, OfUnixAreThoseOfSs) {
  if (!find_program("ss")) GTEST_SKIP() << "ss is not installed (package iproute2)";
  start();
  const Json all = report();
  const SsRows in_ss = unix_sockets_in_ss();
  std::size_t compared = 0;
  for (const Json& seen : rows(all, "sockets", "sockets", {{"protocol", "unix"}})) {
    const auto found = in_ss.find(seen.at("inode").get<std::uint64_t>());
    if (found == in_ss.end()) continue;  // a name with blanks
    const SsRow& ss = found->second;
    SCOPED_TRACE(seen.dump());
    ++compared;
    EXPECT_EQ(seen.at("state"), ss.state);
    EXPECT_EQ(seen.at("local"), ss.local == "*" ? Json() : Json(ss.local));
    // ss knows no peer of one that waits to be accepted; the report names the listening socket.
    if (ss.peer_inode != 0) {
      EXPECT_EQ(seen.at("peer_inode"), ss.peer_inode);
    }
    const bool listening = ss.state == "LISTEN";
    EXPECT_EQ(seen.at(listening ? "accept_queue" : "recv_queue_bytes"), ss.recv_queue);
    EXPECT_EQ(seen.at(listening ? "backlog" : "send_queue_bytes"), ss.send_queue);
  }
  EXPECT_GE(compared, 10U);
}

// lsof's NAME of what it knows no more of: "protocol: TCPv6".
TEST_F(Sockets, ThatNoTableKnowsAreOfTheProtocolThatLsofSays) {
  const auto lsof = find_program("lsof");
  if (!lsof) GTEST_SKIP() << "lsof is not installed (package lsof)";
  start();
  const Json all = report();
  const Result listed = run({*lsof, "-nP", "-Ffn", "-p", std::to_string(target_->pid())});
  std::istringstream lines(listed.out);
  int fd = -1;
  std::size_t compared = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('f')) fd = std::isdigit(line[1]) != 0 ? std::stoi(line.substr(1)) : -1;
    if (!line.starts_with("nprotocol: ")) continue;
    std::string protocol = line.substr(std::string("nprotocol: ").size());
    std::transform(protocol.begin(), protocol.end(), protocol.begin(), ::tolower);
    if (protocol.ends_with("v6")) protocol.replace(protocol.size() - 2, 2, "6");
    if (protocol == "af_vsock") protocol = "vsock";
    EXPECT_EQ(row(all, "sockets", "sockets", {{"fd", fd}}).at("protocol"), protocol);
    ++compared;
  }
  EXPECT_GE(compared, 4U);
}

TEST_F(Sockets, KeepHostileNamesAndEscapeThem) {
  start();
  ASSERT_TRUE(has("unix-hostile") && has("unix-abstract"));
  const Json all = report();
  const std::string hostile =
      "a b\x1b[2J\n0000: 1 0 10000 1 1 99 fake\\xff<b>|\"'\\";  // no UTF-8: escaped
  EXPECT_EQ(socket(all, "unix-hostile").at("local"), hostile);
  EXPECT_EQ(socket(all, "unix-hostile-client").at("remote"), hostile);
  EXPECT_EQ(socket(all, "unix-abstract").at("local"), "@abstract@\x1b]0;x\x07\n\\xfe");
  const Result text = run_tool({"--backend", "sampling", "-d", "100ms", "--top", "0", "--sections",
                                "sockets", std::to_string(target_->pid())});
  EXPECT_EQ(text.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.out.find("\n0000: 1"), std::string::npos);
}

class SocketsElsewhere : public Sockets {
 protected:
  void SetUp() override {
    Sockets::SetUp();
    if (IsSkipped()) return;
    const auto unshare = find_program("unshare");
    const auto ip = find_program("ip");
    if (!unshare || !ip) GTEST_SKIP() << "unshare or ip is not installed (util-linux, iproute2)";
    const Result tried = run({*unshare, "--net", "--mount", "/bin/true"});
    if (tried.code != 0) GTEST_SKIP() << "namespaces are not allowed here: " << tried.err;
    // With a root of its own that hides our files.
    start({*unshare, "--net", "--mount", "/bin/sh", "-c",
           *ip + " link set lo up && mount -t tmpfs none /proc/sys && exec \"$@\"", "sh"});
  }
};

TEST_F(SocketsElsewhere, AreSeenAsFromInside) {
  const Json all = report();
  EXPECT_EQ(all.at("sections").at("sockets").at("status"), "complete")
      << all.at("sections").at("sockets").at("reason");
  EXPECT_EQ(socket(all, "tcp-listen").at("backlog"), 5);
  EXPECT_GT(socket(all, "tcp-client").at("rtt_ns"), 0);
  EXPECT_THAT(socket(all, "udp-on-lo").at("local").get<std::string>(), HasSubstr("%lo:"));
  EXPECT_EQ(socket(all, "unix-client").at("peer_pid"), target_->pid());
  EXPECT_EQ(metric(all, "sockets", "close_wait"), 1);
}

TEST_F(SocketsElsewhere, WithoutTheRightToGoThereProcTellsTheRest) {
  const auto setpriv = find_program("setpriv");
  if (!setpriv) GTEST_SKIP() << "setpriv is not installed (package util-linux)";
  const Json all = report({*setpriv, "--bounding-set=-sys_admin", "--inh-caps=-all"});
  const Json& section = all.at("sections").at("sockets");
  EXPECT_EQ(section.at("status"), "partial");
  EXPECT_THAT(section.at("reason").get<std::string>(), HasSubstr("CAP_SYS_ADMIN"));
  const Json listener = socket(all, "tcp-listen");
  EXPECT_EQ(listener.at("state"), "LISTEN");
  EXPECT_EQ(listener.at("accept_queue"), 2);
  EXPECT_TRUE(listener.at("backlog").is_null());
  EXPECT_TRUE(socket(all, "tcp-client").at("rtt_ns").is_null());
  EXPECT_TRUE(metric(all, "sockets", "retransmits").is_null());
  EXPECT_EQ(metric(all, "sockets", "close_wait"), 1);
  EXPECT_EQ(socket(all, "unix-listen").at("local"), "plain.sock");
  EXPECT_EQ(socket(all, "tcp-never-bound").at("protocol"), "tcp");
}

// There is room for one connection to wait; the second one's segments are dropped, and sent again.
constexpr const char* kFull = R"(
import socket, sys
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(0)
first = socket.create_connection(server.getsockname())
second = socket.socket()
second.setblocking(False)
second.connect_ex(server.getsockname())
print("ready %d" % second.fileno(), flush=True)
sys.stdin.read()
)";

// ss's "retrans:NOW/EVER" of a socket.
std::uint64_t retransmits_in_ss(std::uint64_t inode) {
  const auto all = inet_sockets_in_ss();
  const auto found = all.find(inode);
  if (found == all.end()) return 0;
  const std::string both = found->second.detail("retrans");
  const auto slash = both.find('/');
  return slash == std::string::npos ? 0 : std::stoull(both.substr(slash + 1));
}

TEST(SocketsWindow, RetransmitsAndDropsAreThoseOfTheWindow) {
  const std::string python = "/usr/bin/python3";
  if (!find_program("ss") || !std::filesystem::exists(python))
    GTEST_SKIP() << "ss or python3 is not installed";
  Process target({python, "-c", kFull});
  target.wait_for_output("\n");
  const int fd = std::stoi(target.out().substr(std::string("ready ").size()));
  struct stat info {};
  const std::string link = "/proc/" + std::to_string(target.pid()) + "/fd/" + std::to_string(fd);
  ASSERT_EQ(::stat(link.c_str(), &info), 0);
  const std::uint64_t inode = info.st_ino;
  ASSERT_TRUE(wait_until([&] { return retransmits_in_ss(inode) >= 1; }));

  Watch watch(target.pid(), {"--backend", "sampling"});
  const std::uint64_t before = retransmits_in_ss(inode);
  ASSERT_TRUE(wait_until([&] { return retransmits_in_ss(inode) > before; }));
  const Json all = watch.end();

  const Json seen = row(all, "sockets", "sockets", {{"fd", fd}});
  EXPECT_EQ(seen.at("state"), "SYN_SENT");
  EXPECT_GE(seen.at("retransmits"), 1);
  EXPECT_LT(seen.at("retransmits"), retransmits_in_ss(inode));
  EXPECT_EQ(metric(all, "sockets", "retransmits"), seen.at("retransmits"));
  const Json listener = row(all, "sockets", "listening", {{"accept_queue", 1}});
  EXPECT_GE(listener.at("drops"), 1);
  EXPECT_GT(listener.at("drops_total"), listener.at("drops"));
  EXPECT_EQ(all.at("findings").at(0).at("rule"), "accept-queue-full") << all.at("findings");
}

}  // namespace
}  // namespace debug_process::e2e
