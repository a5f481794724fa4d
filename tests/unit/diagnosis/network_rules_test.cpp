// Sockets: what is lost, what waits, and for whom.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "unit/diagnosis/ill_sockets.h"

namespace debug_process::diagnosis {
namespace {

using ill::connection, ill::dropping, ill::histogram, ill::sending, ill::Socket, ill::talking,
    ill::unread, ill::waiting, ill::with_losses;
using testing::HasSubstr, testing::Not;

TEST(SynQueueFull, FiresFromTenDropsOfANamespaceThatItListensIn) {
  Facts facts = healthy();
  facts.sockets.network.syn_queue_drops = 10;
  EXPECT_FALSE(syn_queue_full(facts)) << "it listens to nobody";
  Socket listener = connection();
  listener.state = "LISTEN";
  facts.sockets.sockets = {listener};
  ASSERT_TRUE(syn_queue_full(facts));
  EXPECT_EQ(syn_queue_full(facts)->severity, Severity::warning);
  facts.sockets.network.syn_queue_drops = 9;
  EXPECT_FALSE(syn_queue_full(facts));
}

TEST(SynQueueFull, CookiesAreNoWarning) {
  Facts facts = healthy();
  Socket listener = connection();
  listener.state = "LISTEN";
  facts.sockets.sockets = {listener};
  facts.sockets.network.syn_cookies = 99;
  EXPECT_FALSE(syn_queue_full(facts));
  facts.sockets.network.syn_cookies = 100;
  EXPECT_EQ(syn_queue_full(facts)->severity, Severity::info);
}

TEST(Retransmits, FiresFromTwoPercent) {
  ASSERT_TRUE(retransmits(with_losses(20, 1000)));
  EXPECT_EQ(retransmits(with_losses(20, 1000))->title,
            "2.0% of the segments to 10.0.0.9:5432 had to be sent again");
  EXPECT_FALSE(retransmits(with_losses(19, 1000)));
}

TEST(Retransmits, IsSilentAboutFew) {
  EXPECT_FALSE(retransmits(with_losses(50, 99)));
  EXPECT_FALSE(retransmits(with_losses(4, 100)));
  EXPECT_TRUE(retransmits(with_losses(5, 100)));
}

TEST(Retransmits, IsSilentWhereSegmentsAreNotCounted) {
  Facts facts = with_losses(50, 100);
  facts.sockets.established_by_peer[0].segments.reset();
  EXPECT_FALSE(retransmits(facts));
}

TEST(SendLimited, FiresFromThirtyPercentByThePeer) {
  ASSERT_TRUE(send_limited(sending(1s, 300ms, 0ms)));
  EXPECT_EQ(send_limited(sending(1s, 300ms, 0ms))->title,
            "10.0.0.9:5432 took nothing for 300 ms of the 1.00 s it had data to send");
  EXPECT_FALSE(send_limited(sending(1s, 299ms, 0ms)));
}

TEST(SendLimited, FiresFromTwentyPercentByTheBuffer) {
  ASSERT_TRUE(send_limited(sending(1s, 0ms, 200ms)));
  EXPECT_THAT(send_limited(sending(1s, 0ms, 200ms))->next_step, HasSubstr("tcp_wmem"));
  EXPECT_FALSE(send_limited(sending(1s, 0ms, 199ms)));
}

TEST(SendLimited, IsSilentAboutAnIdleConnection) {
  EXPECT_FALSE(send_limited(sending(499ms, 499ms, 0ms))) << "under 5% of the window";
  EXPECT_TRUE(send_limited(sending(500ms, 499ms, 0ms)));
}

TEST(SendLimited, IsAWarningOnceAThreadWaits) {
  Facts facts = sending(5s, 4s, 0s);
  EXPECT_EQ(send_limited(facts)->severity, Severity::info);
  EXPECT_FALSE(send_limited(facts)->lost);
  facts.sockets.sockets[0].io->total = 500ms;
  EXPECT_EQ(send_limited(facts)->severity, Severity::warning);
  EXPECT_EQ(send_limited(facts)->lost, 500ms);
}

TEST(SendLimited, IsAWarningWhileAThreadWaits) {
  Facts facts = sending(5s, 4s, 0s);
  auto& thread = add_thread(facts, 0);
  thread.place.emplace();
  thread.place->syscall = "sendto";
  thread.place->fd = 7;
  facts.syscalls.in_flight.push_back({thread.tid, thread.name, "sendto", 2s, false, std::nullopt});
  EXPECT_EQ(send_limited(facts)->severity, Severity::warning);
  EXPECT_EQ(send_limited(facts)->lost, 2s);
}

TEST(NotReading, FiresOnWhatWaitsThroughTheWindow) {
  ASSERT_TRUE(not_reading(unread(4096, 4096)));
  EXPECT_EQ(not_reading(unread(4096, 4096))->title,
            "4.0 KB have come from 10.0.0.9:5432 and were not read for 10.0 s");
  EXPECT_FALSE(not_reading(unread(0, 4096))) << "it has just come";
  EXPECT_FALSE(not_reading(unread(4096, 4095))) << "something was read";
}

TEST(NotReading, IsSilentAboutAShorterWindow) {
  Facts facts = unread(10, 10);
  facts.window = 4999ms;
  EXPECT_FALSE(not_reading(facts));
  facts.window = 5s;
  EXPECT_TRUE(not_reading(facts));
}

TEST(NotReading, IsSilentWhereItReadsSlowly) {
  Facts facts = unread(4096, 9000);
  facts.sockets.sockets[0].io->read = Bytes{1};
  EXPECT_FALSE(not_reading(facts));
  facts.sockets.sockets[0].io.reset();
  EXPECT_FALSE(not_reading(facts)) << "not known";
}

TEST(NotReading, IsSilentAboutBackPressure) {
  Facts facts = unread(4096, 4096);
  Socket other = connection();
  other.fd = 8;
  other.send_queue = Bytes{100};
  facts.sockets.sockets.push_back(other);
  EXPECT_FALSE(not_reading(facts));
}

TEST(NotReading, IsSilentAboutWhatThePeerHasClosed) {
  Facts facts = unread(31, 31);
  facts.sockets.sockets[0].state = "CLOSE_WAIT";
  EXPECT_FALSE(not_reading(facts));
}

TEST(DnsStall, FiresFromASecond) {
  for (const char* syscall : {"poll", "recvfrom"}) {
    ASSERT_TRUE(dns_stall(waiting(syscall, 1s))) << syscall;
    EXPECT_FALSE(dns_stall(waiting(syscall, 999ms)));
  }
  EXPECT_EQ(dns_stall(waiting("poll", 4s))->title,
            "1 thread has waited 4.00 s for an answer of the name server 10.0.0.2:53");
  EXPECT_EQ(dns_stall(waiting("poll", 4s))->lost, 4s);
}

TEST(DnsStall, IsSilentAboutOthersAndAboutWhatIsAnswered) {
  Facts facts = waiting("poll", 4s);
  facts.sockets.sockets[0].remote = "10.0.0.2:123";
  EXPECT_FALSE(dns_stall(facts));
  facts = waiting("poll", 4s);
  facts.sockets.sockets[0].recv_queue = Bytes{80};
  EXPECT_FALSE(dns_stall(facts));
  facts = waiting("poll", 4s);
  facts.threads.threads[0].place->fd.reset();  // it polls several
  EXPECT_FALSE(dns_stall(facts));
}

TEST(DnsStall, IsSilentAboutANameServer) {
  Facts facts = waiting("poll", 4s);
  Socket server = connection("udp");
  server.fd = 3;
  server.local = "0.0.0.0:53";
  facts.sockets.sockets.push_back(server);
  EXPECT_FALSE(dns_stall(facts));
}

TEST(NagleDelayedAck, FiresOnWaitsOfFortyMilliseconds) {
  const auto finding = nagle_delayed_ack(talking(histogram({{41ms, 20}, {5us, 400}})));
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->title,
            "20 waits of 40 ms for 10.0.0.9:5432: small writes wait for delayed acknowledgements");
  EXPECT_EQ(finding->lost, 800ms);
  EXPECT_TRUE(
      nagle_delayed_ack(talking(histogram({{43ms, 12}, {46ms, 12}, {34ms, 6}, {55ms, 6}}))));
  EXPECT_FALSE(nagle_delayed_ack(talking(histogram({{41ms, 19}, {5us, 400}}))));
}

TEST(NagleDelayedAck, IsSilentBelowAFifthOfTheWaits) {
  EXPECT_TRUE(nagle_delayed_ack(talking(histogram({{41ms, 20}, {2ms, 80}}))));
  EXPECT_FALSE(nagle_delayed_ack(talking(histogram({{41ms, 20}, {2ms, 81}}))));
}

TEST(NagleDelayedAck, IsSilentAboutAServiceThatTakesAboutFortyMilliseconds) {
  EXPECT_FALSE(
      nagle_delayed_ack(talking(histogram({{34ms, 20}, {41ms, 24}, {48ms, 16}, {55ms, 11}}))));
}

TEST(NagleDelayedAck, IsSilentUnlessItWasSeenAtWork) {
  Facts facts = talking(histogram({{41ms, 100}}));
  facts.sockets.sockets[0].held_back = false;  // TCP_NODELAY
  EXPECT_FALSE(nagle_delayed_ack(facts));
  facts.sockets.sockets[0].earlier->held_back = true;
  EXPECT_TRUE(nagle_delayed_ack(facts));
}

TEST(NagleDelayedAck, IsSilentWhereThePathIsThatLong) {
  Facts facts = talking(histogram({{41ms, 100}}));
  facts.sockets.sockets[0].rtt_min = 20ms;
  EXPECT_FALSE(nagle_delayed_ack(facts));
  facts.sockets.sockets[0].rtt_min.reset();
  EXPECT_FALSE(nagle_delayed_ack(facts));
}

TEST(UdpDrops, FiresOnASingleOne) {
  EXPECT_FALSE(udp_drops(dropping(0, 1000)));
  ASSERT_TRUE(udp_drops(dropping(1, 1000)));
  EXPECT_EQ(udp_drops(dropping(1, 1000))->severity, Severity::info);
  EXPECT_EQ(udp_drops(dropping(1, 1000))->title, "1 datagram dropped on udp 0.0.0.0:514 (fd 7)");
}

TEST(UdpDrops, IsAWarningFromAPercent) {
  EXPECT_EQ(udp_drops(dropping(10, 990))->severity, Severity::warning);
  EXPECT_EQ(udp_drops(dropping(10, 991))->severity, Severity::info);
}

TEST(UdpDrops, IsSilentAboutOtherSockets) {
  Facts facts = dropping(10, 0);
  facts.sockets.sockets[0].protocol = "netlink";
  EXPECT_FALSE(udp_drops(facts));
}

TEST(ConnectTrouble, FiresOnAnAttemptThatTheKernelHasRepeated) {
  Facts facts = healthy();
  Socket socket = connection();
  socket.state = "SYN_SENT";
  facts.sockets.sockets = {socket};
  EXPECT_FALSE(connect_trouble(facts)) << "not a second old";
  facts.sockets.sockets[0].total.retransmits = 1;
  ASSERT_TRUE(connect_trouble(facts));
  EXPECT_EQ(connect_trouble(facts)->title,
            "an attempt to connect to 10.0.0.9:5432 is not answered");
  EXPECT_THAT(connect_trouble(facts)->next_step, HasSubstr("nc -vz PEER PORT"));
}

TEST(ConnectTrouble, SaysTheSameOfAttemptsThatHaveTimedOut) {
  Facts facts = healthy();
  add_errors(facts, "connect", ETIMEDOUT, 3);
  facts.errors.rows[0].example = "127.0.0.1:80";
  ASSERT_TRUE(connect_trouble(facts));
  EXPECT_THAT(connect_trouble(facts)->title, HasSubstr("connections time out"));
  EXPECT_THAT(connect_trouble(facts)->explanation, HasSubstr("its queue is full"));
  facts.errors.rows[0].example = "10.0.0.9:80";
  EXPECT_THAT(connect_trouble(facts)->explanation, HasSubstr("the host is down"));
}

TEST(ConnectTrouble, SuspectsTheListenersQueueBeforeTheNetworkOnThisHost) {
  for (const char* peer : {"127.0.0.1:80", "[::1]:80", "[::ffff:127.0.0.1]:80", "10.0.0.1:80"}) {
    Facts facts = healthy();
    Socket socket = connection();
    socket.state = "SYN_SENT";
    socket.remote = peer;
    socket.total.retransmits = 1;
    facts.sockets.sockets = {socket};
    ASSERT_TRUE(connect_trouble(facts)) << peer;
    EXPECT_THAT(connect_trouble(facts)->explanation, HasSubstr("its queue is full")) << peer;
    EXPECT_THAT(connect_trouble(facts)->explanation, Not(HasSubstr("the host is down"))) << peer;
  }
}

}  // namespace
}  // namespace debug_process::diagnosis
