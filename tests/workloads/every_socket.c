// every_socket: holds a socket of every kind that this kernel makes and this user may have, in the
// current directory, and pauses. A line each: "KIND FD", or "KIND - REASON".
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "workload.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef AF_XDP
#define AF_XDP 44
#endif

enum { kBacklog = 5, kWaiting = 2 };

// The descriptor, or -1 with errno when `outcome` says that the last step failed.
static int if_done(int fd, int outcome) {
  if (outcome == 0) return fd;
  const int problem = errno;
  close(fd);
  errno = problem;
  return -1;
}

static struct sockaddr_in loopback(void) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static struct sockaddr_in6 loopback6(void) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  return address;
}

static int bound(int family, int type, int protocol, const void* address, socklen_t length) {
  const int fd = socket(family, type, protocol);
  return fd < 0 ? -1 : if_done(fd, bind(fd, address, length));
}

static int listening(int family, int type, int protocol, const void* address, socklen_t length) {
  const int fd = bound(family, type, protocol, address, length);
  return fd < 0 ? -1 : if_done(fd, listen(fd, kBacklog));
}

// To where `server` is bound.
static int connected_to(int server, int family, int type, int protocol) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(server, (struct sockaddr*)&address, &length) != 0) return -1;
  const int fd = socket(family, type, protocol);
  return fd < 0 ? -1 : if_done(fd, connect(fd, (struct sockaddr*)&address, length));
}

static void send_all(int fd, const char* text) {
  if (send(fd, text, strlen(text), 0) != (ssize_t)strlen(text)) die("send");
}

static void make_tcp(void) {
  const struct sockaddr_in v4 = loopback();
  const int server = listening(AF_INET, SOCK_STREAM, 0, &v4, sizeof v4);
  if (server < 0) die("listen");
  const int client = tell_fd("tcp-client", connected_to(server, AF_INET, SOCK_STREAM, 0));
  const int accepted = tell_fd("tcp-accepted", accept(server, NULL, NULL));
  send_all(client, "not read yet");
  send_all(accepted, "x");

  const int leaving = connected_to(server, AF_INET, SOCK_STREAM, 0);
  tell_fd("tcp-close-wait", accept(server, NULL, NULL));
  close(leaving);

  tell_fd("tcp-listen", server);
  for (int i = 0; i < kWaiting; i++)
    tell_fd("tcp-not-accepted", connected_to(server, AF_INET, SOCK_STREAM, 0));
  tell_fd("tcp-bound", bound(AF_INET, SOCK_STREAM, 0, &v4, sizeof v4));
  tell_fd("tcp-never-bound", socket(AF_INET, SOCK_STREAM, 0));
  tell_fd("tcp6-never-bound", socket(AF_INET6, SOCK_STREAM, 0));
}

static void make_tcp6(void) {
  const struct sockaddr_in6 v6 = loopback6();
  const int server = tell_fd("tcp6-listen", listening(AF_INET6, SOCK_STREAM, 0, &v6, sizeof v6));
  if (server >= 0) {
    tell_fd("tcp6-client", connected_to(server, AF_INET6, SOCK_STREAM, 0));
    tell_fd("tcp6-accepted", accept(server, NULL, NULL));
  }
  struct sockaddr_in6 any = {.sin6_family = AF_INET6};
  const int both =
      tell_fd("tcp6-both-listen", listening(AF_INET6, SOCK_STREAM, 0, &any, sizeof any));
  socklen_t length = sizeof any;
  if (both < 0 || getsockname(both, (struct sockaddr*)&any, &length) != 0) return;
  struct sockaddr_in v4 = loopback();
  v4.sin_port = any.sin6_port;
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  tell_fd("tcp-mapped-client", if_done(client, connect(client, (struct sockaddr*)&v4, sizeof v4)));
  tell_fd("tcp6-mapped-accepted", accept(both, NULL, NULL));
}

static void make_datagrams(void) {
  const struct sockaddr_in v4 = loopback();
  const struct sockaddr_in6 v6 = loopback6();
  const int server = tell_fd("udp-bound", bound(AF_INET, SOCK_DGRAM, 0, &v4, sizeof v4));
  if (server >= 0) {
    const int client = tell_fd("udp-connected", connected_to(server, AF_INET, SOCK_DGRAM, 0));
    if (client >= 0) send_all(client, "not read yet");
  }
  const int on_lo = socket(AF_INET, SOCK_DGRAM, 0);
  if (setsockopt(on_lo, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) == 0)
    tell_fd("udp-on-lo", if_done(on_lo, bind(on_lo, (const struct sockaddr*)&v4, sizeof v4)));
  tell_fd("udp6-bound", bound(AF_INET6, SOCK_DGRAM, 0, &v6, sizeof v6));
  tell_fd("udplite-bound", bound(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, &v4, sizeof v4));
  tell_fd("udp-never-bound", socket(AF_INET, SOCK_DGRAM, 0));
  tell_fd("raw", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  tell_fd("raw6", socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
  tell_fd("icmp", bound(AF_INET, SOCK_DGRAM, IPPROTO_ICMP, &v4, sizeof v4));
}

static int named(int type, const char* name, size_t length) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, name, length);
  const socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  const int fd = bound(AF_UNIX, type, 0, &address, size);
  if (fd < 0 || type == SOCK_DGRAM) return fd;
  return if_done(fd, listen(fd, kBacklog));
}

static void make_pair(const char* one, const char* other, int type) {
  int pair[2] = {-1, -1};
  if (socketpair(AF_UNIX, type, 0, pair) != 0) die("socketpair");
  send_all(pair[0], "12345");
  tell_fd(one, pair[0]);
  tell_fd(other, pair[1]);
}

static void make_unix(void) {
  // What a socket is called is the target's choice: each of these bytes is one that does harm
  // somewhere.
  static const char hostile[] = "a b\x1b[2J\n0000: 1 0 10000 1 1 99 fake\xff<b>|\"'\\";
  static const char abstract[] = "\0abstract\0\x1b]0;x\a\n\xfe";
  const int server = tell_fd("unix-listen", named(SOCK_STREAM, "plain.sock", sizeof "plain.sock"));
  if (server >= 0) {
    const int client = tell_fd("unix-client", connected_to(server, AF_UNIX, SOCK_STREAM, 0));
    tell_fd("unix-accepted", accept(server, NULL, NULL));
    send_all(client, "123");
    tell_fd("unix-not-accepted", connected_to(server, AF_UNIX, SOCK_STREAM, 0));
  }
  const int victim = tell_fd("unix-hostile", named(SOCK_STREAM, hostile, sizeof hostile));
  if (victim >= 0) tell_fd("unix-hostile-client", connected_to(victim, AF_UNIX, SOCK_STREAM, 0));
  tell_fd("unix-abstract", named(SOCK_SEQPACKET, abstract, sizeof abstract - 1));
  tell_fd("unix-dgram", named(SOCK_DGRAM, "dgram.sock", sizeof "dgram.sock"));
  make_pair("unix-pair-stream", "unix-pair-stream-peer", SOCK_STREAM);
  make_pair("unix-pair-dgram", "unix-pair-dgram-peer", SOCK_DGRAM);
  make_pair("unix-pair-seqpacket", "unix-pair-seqpacket-peer", SOCK_SEQPACKET);
  tell_fd("unix-never-bound", socket(AF_UNIX, SOCK_STREAM, 0));
}

static void make_others(void) {
  struct sockaddr_nl netlink = {.nl_family = AF_NETLINK};
  tell_fd("netlink-route", bound(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, &netlink, sizeof netlink));
  tell_fd("netlink-generic",
          bound(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC, &netlink, sizeof netlink));
  struct sockaddr_ll packet = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP)};
  packet.sll_ifindex = (int)if_nametoindex("lo");
  tell_fd("packet-arp", bound(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ARP), &packet, sizeof packet));
  tell_fd("packet-all", socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)));
  struct sockaddr_vm vsock = {.svm_family = AF_VSOCK, .svm_port = 5000, .svm_cid = VMADDR_CID_ANY};
  tell_fd("vsock-listen", listening(AF_VSOCK, SOCK_STREAM, 0, &vsock, sizeof vsock));
  tell_fd("vsock-never-bound", socket(AF_VSOCK, SOCK_STREAM, 0));
  const struct sockaddr_in v4 = loopback();
  tell_fd("mptcp-listen", listening(AF_INET, SOCK_STREAM, IPPROTO_MPTCP, &v4, sizeof v4));
  tell_fd("mptcp-never-bound", socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP));
  tell_fd("sctp-listen", listening(AF_INET, SOCK_STREAM, IPPROTO_SCTP, &v4, sizeof v4));
  tell_fd("xdp", socket(AF_XDP, SOCK_RAW, 0));
  tell_fd("alg", socket(AF_ALG, SOCK_SEQPACKET, 0));
  tell_fd("can", socket(AF_CAN, SOCK_RAW, 1));
  tell_fd("key", socket(AF_KEY, SOCK_RAW, 2));
}

int main(void) {
  make_tcp();
  make_tcp6();
  make_datagrams();
  make_unix();
  make_others();
  say("ready\n");
  wait_for_end_of_input();
  return 0;
}
