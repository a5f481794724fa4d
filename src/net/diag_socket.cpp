// SPDX-License-Identifier: Apache-2.0
#include "net/diag_socket.h"

#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

#include "util/deadline.h"
#include "util/fd.h"

namespace debug_process::net {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kAttempts = 3;
// The kernel makes the next part of an answer as the one before it is read: no part takes so long.
constexpr timeval kAnswerLimit = {1, 0};

constexpr const char* kAsk = "ask the kernel for sockets";

void set_sequence(Message& message, unsigned sequence) {
  nlmsghdr header{};
  std::memcpy(&header, message.data(), sizeof header);
  header.nlmsg_seq = sequence;
  std::memcpy(message.data(), &header, sizeof header);
}

}  // namespace

Message make_request(unsigned flags, const void* body, std::size_t length) {
  Message message(NLMSG_SPACE(length), 0);
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(length));
  header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  std::memcpy(message.data(), &header, sizeof header);
  std::memcpy(message.data() + NLMSG_HDRLEN, body, length);
  return message;
}

// What is known of the answers to a request.
struct DiagSocket::Progress {
  bool done = false;
  bool changed = false;  // the table did, under the dump
  int error = 0;
};

void DiagSocket::Close::operator()(mnl_socket* socket) const {
  ::mnl_socket_close(socket);
}

Result<DiagSocket::Handle> DiagSocket::open_here() {
  Handle handle(::mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC));
  if (!handle) return fail_errno("open a netlink socket for sock_diag");
  if (::mnl_socket_bind(handle.get(), 0, MNL_SOCKET_AUTOPID) < 0)
    return fail_errno("bind a netlink socket for sock_diag");
  (void)::setsockopt(::mnl_socket_get_fd(handle.get()), SOL_SOCKET, SO_RCVTIMEO, &kAnswerLimit,
                     sizeof kAnswerLimit);
  return handle;
}

Result<DiagSocket::Handle> DiagSocket::open_in(const std::string& path) {
  const UniqueFd there(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!there) return fail_errno("open", path);
  Result<Handle> handle = fail(Error{});
  const auto work = [&] {
    if (::setns(there.get(), CLONE_NEWNET) != 0) {
      handle = fail_errno("enter the network namespace", path, "run with sudo");
    } else {
      handle = open_here();
    }
  };
  try {
    const SignalsBlocked blocked;
    std::thread(work).join();
  } catch (const std::system_error& error) {
    return fail(
        Error{"start a thread for the network namespace", path, error.code().value(), {}, {}});
  }
  return handle;
}

Result<DiagSocket> DiagSocket::open(const std::string& path) {
  auto handle = path.empty() ? open_here() : open_in(path);
  if (!handle) return fail(handle.error());
  return DiagSocket(std::move(*handle));
}

Result<void> DiagSocket::send(const Message& bytes) const {
  if (::mnl_socket_sendto(handle_.get(), bytes.data(), bytes.size()) < 0) return fail_errno(kAsk);
  return {};
}

// One datagram of answers.
Result<void> DiagSocket::receive(const Consume& consume, Progress& progress) {
  ssize_t received = 0;
  do {
    received = ::mnl_socket_recvfrom(handle_.get(), buffer_.data(), buffer_.size());
  } while (received < 0 && errno == EINTR);
  if (received < 0) return fail_errno(kAsk);
  int rest = static_cast<int>(received);
  const auto* message = reinterpret_cast<const nlmsghdr*>(buffer_.data());
  for (; ::mnl_nlmsg_ok(message, rest); message = ::mnl_nlmsg_next(message, &rest)) {
    if (message->nlmsg_seq != sequence_) continue;
    if ((message->nlmsg_flags & NLM_F_DUMP_INTR) != 0) progress.changed = true;
    if (message->nlmsg_type == NLMSG_DONE) {
      progress.done = true;
    } else if (message->nlmsg_type == NLMSG_ERROR) {
      nlmsgerr problem{};
      if (::mnl_nlmsg_get_payload_len(message) >= sizeof problem.error)
        std::memcpy(&problem.error, ::mnl_nlmsg_get_payload(message), sizeof problem.error);
      progress.error = -problem.error;
    } else if (message->nlmsg_type == SOCK_DIAG_BY_FAMILY) {
      consume(*message);
    }
  }
  return {};
}

Result<void> DiagSocket::dump(Message request, std::chrono::milliseconds limit,
                              const Consume& consume) {
  const auto deadline = Clock::now() + limit;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (abandoned_) return fail(Error{kAsk, {}, ETIMEDOUT, {}, {}});
    set_sequence(request, ++sequence_);
    if (auto sent = send(request); !sent) return sent;
    Progress progress;
    while (!progress.done && progress.error == 0) {
      if (auto received = receive(consume, progress); !received) {
        abandoned_ = true;
        return received;
      }
      if (!progress.done && progress.error == 0 && Clock::now() > deadline) abandoned_ = true;
      if (abandoned_) return fail(Error{kAsk, {}, ETIMEDOUT, {}, {}});
    }
    if (progress.error != 0) return fail(Error{kAsk, {}, progress.error, {}, {}});
    if (!progress.changed) return {};
  }
  return fail(Error{kAsk, {}, EINTR, "the table changed each time it was read", {}});
}

std::string DiagSocket::interface_name(unsigned index) const {
  ifreq request{};
  request.ifr_ifindex = static_cast<int>(index);
  if (::ioctl(::mnl_socket_get_fd(handle_.get()), SIOCGIFNAME, &request) != 0) return {};
  return {request.ifr_name, ::strnlen(request.ifr_name, sizeof request.ifr_name)};
}

}  // namespace debug_process::net
