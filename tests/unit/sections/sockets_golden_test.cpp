// The section of sockets as it is shown, with hostile text wherever a target chooses it.
// UPDATE_GOLDEN=1 writes what is made now: look at the difference before you commit it.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "render/render.h"
#include "sections/sockets/gather.h"
#include "sections/sockets/present.h"
#include "support/golden.h"

namespace debug_process::sections::sockets {
namespace {

constexpr const char* kHostile = "/run/\x1b[2J\x1b]0;owned\x07\r\n== Sockets ==\t\xff<script>|`\"'";

Socket socket(int fd, const char* protocol, const char* state) {
  Socket made;
  made.fd = fd;
  made.inode = static_cast<std::uint64_t>(fd) + 1000;
  made.protocol = protocol;
  made.state = state;
  made.known = true;
  return made;
}

Socket connection(int fd, const char* local, const char* remote, std::optional<bool> incoming) {
  Socket made = socket(fd, "tcp", "ESTABLISHED");
  made.local = local;
  made.remote = remote;
  made.incoming = incoming;
  made.recv_queue = Bytes{0};
  made.send_queue = Bytes{2048};
  made.rtt = std::chrono::microseconds(1234);
  made.cwnd = 10;
  made.unacked = 2;
  made.idle = std::chrono::milliseconds(3);
  made.congestion_control = "cubic";
  made.total.retransmits = 9;
  made.window.retransmits = 1;
  made.window.busy = std::chrono::milliseconds(20);
  return made;
}

Facts sample() {
  Facts facts;
  Socket web = socket(3, "tcp6", "LISTEN");
  web.local = "[::]:443";
  web.remote = "[::]:*";
  web.local_service = "https";
  web.waiting_to_be_accepted = 500;
  web.backlog = 511;
  web.v6only = false;
  web.window.drops = 12;
  Socket dns = socket(4, "udp", "UNCONNECTED");
  dns.local = "10.0.0.1%eth0:53";
  dns.local_service = "domain";
  dns.recv_queue = Bytes{832};
  dns.window.drops = 0;
  Socket client = connection(5, "10.0.0.1:443", "[::ffff:192.0.2.77]:50123", true);
  client.local_service = "https";
  Socket database = connection(6, "10.0.0.1:40000", "10.0.0.9:5432", false);
  database.remote_service = "postgresql";
  Socket leaving = connection(7, "10.0.0.1:443", "192.0.2.78:50123", true);
  leaving.state = "CLOSE_WAIT";
  leaving.rtt.reset();
  Socket bus = socket(8, "unix", "LISTEN");
  bus.type = "seqpacket";
  bus.local = kHostile;
  bus.waiting_to_be_accepted = 0;
  bus.backlog = 4096;
  Socket caller = socket(9, "unix", "ESTABLISHED");
  caller.remote = "@abstract@\x1b[31m@";
  caller.recv_queue = Bytes{5};
  caller.send_queue = Bytes{0};
  caller.peer_inode = 77;
  caller.peer = Holder{4711, "evil\x1b[0m\n"};
  Socket nameless = socket(10, "unix", "ESTABLISHED");
  nameless.peer_inode = 78;
  nameless.peer = Holder{4712, "\x1b]0;x\x07"};
  Socket unknown = socket(11, "xdp", "");
  unknown.known = false;
  facts.sockets = {web, dns, client, database, leaving, bus, caller, nameless, unknown};
  facts.established_by_peer = group_by_peer(facts.sockets);
  facts.total = facts.sockets.size();
  facts.listening = 2;
  facts.established = 4;
  facts.close_wait = 1;
  facts.time_wait = 1234;
  facts.unknown = 1;
  facts.retransmits = 3;
  facts.drops = 12;
  facts.recv_queue = Bytes{837};
  facts.send_queue = Bytes{6144};
  facts.peers_not_found = 2;
  facts.by_state = {{"ESTABLISHED", 4}, {"LISTEN", 2}, {"", 1}};
  facts.completeness.add_gap("the processes at the other end of 2 unix sockets: not found");
  return facts;
}

// What stands around it is not this file's.
std::string section_of(const std::string& whole) {
  const auto begin = std::min(whole.find("== Sockets"), whole.find("    \"sockets\": {"));
  const auto end = whole.find("  \"collection\"");
  return whole.substr(std::min(begin, whole.size()), end - std::min(begin, end));
}

struct Golden {
  const char* file;
  render::Format format;
};

void PrintTo(const Golden& golden, std::ostream* out) {
  *out << golden.file;
}

class SocketsGolden : public testing::TestWithParam<Golden> {};

TEST_P(SocketsGolden, IsWhatIsRendered) {
  report::Report report;
  report.sections = {present(sample())};
  const std::string rendered = section_of(render::render(report, GetParam().format, {}));
  support::expect_golden(GetParam().file, rendered);
  EXPECT_EQ(rendered.find('\x1b'), std::string::npos);
  EXPECT_EQ(rendered.find('\r'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, SocketsGolden,
                         testing::Values(Golden{"sockets.txt", render::Format::text},
                                         Golden{"sockets.json", render::Format::json}));

}  // namespace
}  // namespace debug_process::sections::sockets
