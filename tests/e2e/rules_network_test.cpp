// Rules about sockets: each on a process that does what it is about, as its first finding.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "e2e/script.h"

namespace debug_process::e2e {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kWindow = {"-d", "3s"};

class NetworkRules : public NeedsBpf {
 protected:
  void SetUp() override {
    NeedsBpf::SetUp();
    if (IsSkipped()) return;
    if (const auto reason = why_no_script()) GTEST_SKIP() << *reason;
  }

  // Where this kernel has none, or the tools to set one up are missing.
  static std::optional<std::string> why_no_network(const std::string& setup) {
    if (!find_program("unshare") || !find_program("ip"))
      return "unshare or ip is not installed (packages util-linux, iproute2)";
    auto command = Script::in_own_network(setup);
    command.emplace_back("/bin/true");
    const Result tried = run(command);
    if (tried.code == 0) return std::nullopt;
    return "no such network namespace here: " + tried.err;
  }

  static void expect_first(const Process& target, const std::string& rule, const std::string& title,
                           const std::vector<std::string>& window = kWindow) {
    const Json report = report_on(target.pid(), window);
    const Json finding = first_finding(report);
    EXPECT_EQ(finding.at("rule"), rule) << report.at("findings").dump(2);
    EXPECT_THAT(finding.at("title"), HasSubstr(title));
  }
};

// A network behind which there is nobody: what is sent to 10.9.0.2 is lost.
constexpr const char* kNobodyThere =
    "ip link add v0 type veth peer name v1 && ip addr add 10.9.0.1/24 dev v0 && "
    "ip link set v0 up && ip link set v1 up && ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev "
    "v0";

// Listens on 127.0.0.1 and connects to itself: `near` is of the target, `far` of its child.
constexpr const char* kPair =
    "listener = socket.create_server(('127.0.0.1', 0))\n"
    "def pair():\n"
    "  far = socket.create_connection(listener.getsockname())\n"
    "  near = listener.accept()[0]\n"
    "  return near, far\n";

TEST_F(NetworkRules, ConnectTroubleOnAHostThatDoesNotAnswer) {
  if (const auto reason = why_no_network(kNobodyThere)) GTEST_SKIP() << *reason;
  const Script target("ready()\nsocket.create_connection(('10.9.0.2', 80))", {},
                      Script::in_own_network(kNobodyThere));
  expect_first(target, "connect-trouble", "10.9.0.2:80 is not answered");
}

TEST_F(NetworkRules, ConnectTroubleOnAListenerOfThisHostWhoseQueueIsFullNamesTheQueue) {
  const Script target(
      "listener = socket.socket()\n"
      "listener.bind(('127.0.0.1', 0))\n"
      "listener.listen(1)\n"
      "address = listener.getsockname()\n"
      "if os.fork() == 0: time.sleep(60)\n"
      "listener.close()\n"
      "waiting = [socket.create_connection(address) for i in range(2)]\n"
      "ready()\n"
      "socket.create_connection(address)\n");
  const Json report = report_on(target.pid(), kWindow);
  const Json finding = first_finding(report);
  EXPECT_EQ(finding.at("rule"), "connect-trouble") << report.at("findings").dump(2);
  EXPECT_THAT(finding.at("explanation"), HasSubstr("does not accept, and its queue is full"));
  EXPECT_THAT(finding.at("next_step"), HasSubstr("ss -ltnp"));
}

TEST_F(NetworkRules, SynQueueFullOfConnectionsThatNobodyCompletes) {
  if (const auto reason = why_no_network(kNobodyThere)) GTEST_SKIP() << *reason;
  // Fifty requests a second, each from another port of an address that does not exist.
  const Script target(
      "import struct\n"
      "open('/proc/sys/net/ipv4/tcp_syncookies', 'w').write('0')\n"
      "listener = socket.socket()\n"
      "listener.bind(('10.9.0.1', 80))\n"
      "listener.listen(8)\n"
      "raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)\n"
      "source, to = socket.inet_aton('10.9.0.99'), socket.inet_aton('10.9.0.1')\n"
      "def checksum(data):\n"
      "  total = sum(struct.unpack('!%dH' % (len(data) // 2), data))\n"
      "  return ~((total >> 16) + (total & 0xffff) + (total >> 31)) & 0xffff\n"
      "def syn(port, check=0):\n"
      "  return struct.pack('!HHIIBBHHH', port, 80, 1, 0, 0x50, 2, 65535, check, 0)\n"
      "def send(port):\n"
      "  check = checksum(source + to + struct.pack('!HH', 6, 20) + syn(port))\n"
      "  ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 40, port, 0, 64, 6, 0, source, to)\n"
      "  raw.sendto(ip + syn(port, check), ('10.9.0.1', 0))\n"
      "for port in range(1024, 1124): send(port)\n"
      "ready()\n"
      "for port in range(2000, 5000): send(port); time.sleep(0.02)\n",
      {}, Script::in_own_network(kNobodyThere));
  expect_first(target, "syn-queue-full", "a queue of half-open connections is full");
}

TEST_F(NetworkRules, AcceptQueueFullWhereNobodyAccepts) {
  const Script target(
      "listener = socket.socket()\n"
      "listener.bind(('127.0.0.1', 0))\n"
      "listener.listen(10)\n"
      "if os.fork() == 0:\n"
      "  clients = [socket.create_connection(listener.getsockname()) for i in range(11)]\n"
      "  ready()\n"
      "  time.sleep(60)\n"
      "time.sleep(60)\n");
  expect_first(target, "accept-queue-full", "11 connections waiting to be accepted");
}

TEST_F(NetworkRules, CloseWaitLeakOfWhatPeersHaveClosed) {
  const Script target(std::string(kPair) +
                      "pairs = [pair() for i in range(60)]\n"
                      "for near, far in pairs: far.close()\n"
                      "ready()\n"
                      "time.sleep(60)\n");
  expect_first(target, "close-wait-leak", "this process has not, all with 127.0.0.1");
}

TEST_F(NetworkRules, RetransmitsOnANarrowPath) {
  // A bottleneck with room for four packets: what is more is dropped.
  const std::string narrow =
      "ip link set lo mtu 1500 && tc qdisc add dev lo root tbf rate 20mbit burst 3000 limit 6000";
  if (const auto reason = why_no_network(narrow)) GTEST_SKIP() << *reason;
  const Script target(std::string(kPair) +
                          "near, far = pair()\n"
                          "if os.fork() == 0:\n"
                          "  while far.recv(1 << 20): pass\n"
                          "  os._exit(0)\n"
                          "far.close()\n"
                          "ready()\n"
                          "while True: near.sendall(b'x' * (1 << 16))\n",
                      {}, Script::in_own_network(narrow));
  expect_first(target, "retransmits", "had to be sent again");
}

TEST_F(NetworkRules, SendLimitedByAPeerThatReadsSlowly) {
  const Script target(
      "listener = socket.socket()\n"
      "listener.bind(('127.0.0.1', 0))\n"
      "listener.listen()\n"
      "if os.fork() == 0:\n"
      "  far = socket.socket()\n"
      "  far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)\n"
      "  far.connect(listener.getsockname())\n"
      "  while far.recv(32768): time.sleep(0.05)\n"
      "  os._exit(0)\n"
      "near = listener.accept()[0]\n"
      "ready()\n"
      "while True: near.sendall(b'x' * 65536)\n");
  expect_first(target, "send-limited", "took nothing for");
}

TEST_F(NetworkRules, NotReadingWhatHasCome) {
  const Script target(std::string(kPair) +
                      "near, far = pair()\n"
                      "far.sendall(b'x' * 1000)\n"
                      "ready()\n"
                      "time.sleep(60)\n");
  expect_first(target, "not-reading", "1000 B have come from 127.0.0.1:", {"-d", "6s"});
}

TEST_F(NetworkRules, DnsStallOfANameServerThatDoesNotAnswer) {
  const TemporaryDirectory folder;
  const std::string servers = folder.path() / "resolv.conf";
  std::ofstream(servers) << "nameserver 127.0.0.53\noptions timeout:30\n";
  const std::string setup = "mount --bind " + servers + " /etc/resolv.conf";
  if (const auto reason = why_no_network(setup)) GTEST_SKIP() << *reason;
  const Script target(
      "if os.fork() == 0:\n"
      "  server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
      "  server.bind(('127.0.0.53', 53))\n"
      "  ready()\n"
      "  time.sleep(120)\n"
      "time.sleep(0.5)\n"
      "socket.getaddrinfo('debug-process.example', 80)\n",
      {}, Script::in_own_network(setup));
  expect_first(target, "dns-stall", "for an answer of the name server 127.0.0.53:53");
}

TEST_F(NetworkRules, NagleAndDelayedAcknowledgementsOfMessagesInTwoWrites) {
  const Script target(
      std::string(kPair) +
      "near, far = pair()\n"
      "if os.fork() == 0:\n"
      "  near.close()\n"
      "  while far.recv(1, socket.MSG_WAITALL) and far.recv(1, socket.MSG_WAITALL):\n"
      "    far.sendall(b'.')\n"
      "  os._exit(0)\n"
      "far.close()\n"
      "ready()\n"
      "while True: near.sendall(b'a'); near.sendall(b'b'); near.recv(1)\n");
  expect_first(target, "nagle-delayed-ack", "waits of 40 ms for 127.0.0.1:");
}

TEST_F(NetworkRules, IsSilentOnTheSameMessagesWithoutNagle) {
  const Script target(
      std::string(kPair) +
      "near, far = pair()\n"
      "near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\n"
      "if os.fork() == 0:\n"
      "  near.close()\n"
      "  while far.recv(1, socket.MSG_WAITALL) and far.recv(1, socket.MSG_WAITALL):\n"
      "    time.sleep(0.04)\n"
      "    far.sendall(b'.')\n"
      "  os._exit(0)\n"
      "far.close()\n"
      "ready()\n"
      "while True: near.sendall(b'a'); near.sendall(b'b'); near.recv(1)\n");
  const Json report = report_on(target.pid(), kWindow);
  for (const Json& finding : report.at("findings"))
    EXPECT_NE(finding.at("rule"), "nagle-delayed-ack") << finding.dump(2);
}

TEST_F(NetworkRules, UdpDropsOfAReaderThatIsTooSlow) {
  const Script target(
      "reader = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
      "reader.bind(('127.0.0.1', 0))\n"
      "reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)\n"
      "if os.fork() == 0:\n"
      "  writer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
      "  for i in range(3000):\n"
      "    writer.sendto(b'x' * 500, reader.getsockname())\n"
      "    time.sleep(0.02)\n"
      "  os._exit(0)\n"
      "ready()\n"
      "while True: reader.recv(500); time.sleep(0.1)\n");
  expect_first(target, "udp-drops", "dropped on udp 127.0.0.1:");
}

}  // namespace
}  // namespace debug_process::e2e
