// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/errors.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <string_view>

#include "trace/examples.h"

namespace debug_process::trace::bpf {
namespace {

using namespace std::literals;

failed_text value_of(object_kind kind, std::string_view data) {
  failed_text value{};
  value.kind = kind;
  value.length = static_cast<std::uint32_t>(data.size());
  data.copy(value.data, sizeof(value.data));
  return value;
}

std::optional<std::string> address(std::string_view data) {
  return decoded(value_of(OBJECT_SOCKADDR_ARG1, data));
}

template <typename Address>
std::string_view bytes_of(const Address& of) {
  return {reinterpret_cast<const char*>(&of), sizeof(of)};
}

// sun_path begins after the two bytes of the family.
std::string unix_address(std::string_view path) {
  const sa_family_t family = AF_UNIX;
  return std::string(bytes_of(family)).append(path);
}

TEST(Examples, TakeAPathUpToItsEnd) {
  EXPECT_EQ(decoded(value_of(OBJECT_PATH_ARG0, "/etc/no such\0"sv)), "/etc/no such");
  EXPECT_EQ(decoded(value_of(OBJECT_PATH_ARG1, "a\n\x1b[31m\xff\0"sv)), "a\n\x1b[31m\xff");
}

TEST(Examples, KeepAnEmptyPath) {
  EXPECT_EQ(decoded(value_of(OBJECT_PATH_ARG0, "\0"sv)), "");
  EXPECT_EQ(decoded(value_of(OBJECT_PATH_ARG0, "")), "");
}

TEST(Examples, SayWhereAPathWasCut) {
  std::string cut(OBJECT_BYTES, 'x');
  cut.back() = '\0';
  EXPECT_EQ(decoded(value_of(OBJECT_PATH_ARG1, cut)), std::string(OBJECT_BYTES - 1, 'x') + "...");
}

TEST(Examples, DecodeInetAddresses) {
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(6379);
  ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(address(bytes_of(ipv4)), "127.0.0.1:6379");
}

TEST(Examples, DecodeInet6Addresses) {
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(443);
  ipv6.sin6_addr = in6addr_loopback;
  EXPECT_EQ(address(bytes_of(ipv6)), "[::1]:443");
}

TEST(Examples, DecodeUnixAddresses) {
  EXPECT_EQ(address(unix_address("/run/a.sock\0"sv)), "/run/a.sock");
  EXPECT_EQ(address(unix_address("/run/a.sock")), "/run/a.sock");  // without its NUL
  EXPECT_EQ(address(unix_address("\0bus"sv)), "@bus");
  EXPECT_EQ(address(unix_address("")), "");
}

TEST(Examples, DecodeAUnixAddressThatFillsItsStructure) {
  const std::string path(sizeof(sockaddr_un{}.sun_path), 'p');
  EXPECT_EQ(address(unix_address(path)), path);
}

TEST(Examples, SurviveLengthsThatMakeNoSense) {
  // The target chooses them: connect(2) with a length of 1 fails, and its example is still read.
  failed_text one = value_of(OBJECT_SOCKADDR_ARG1, unix_address("/run/a.sock\0"sv));
  one.length = 1;
  EXPECT_EQ(decoded(one), std::nullopt);
  failed_text huge = value_of(OBJECT_SOCKADDR_ARG1, unix_address("/run/a.sock\0"sv));
  huge.length = 0xffffffffU;
  EXPECT_EQ(decoded(huge), "/run/a.sock");
  EXPECT_EQ(address(""), std::nullopt);
  EXPECT_EQ(address("\x63"), std::nullopt);
}

TEST(Examples, TellNoAddressFromHalfAStructure) {
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(6379);
  EXPECT_EQ(address(bytes_of(ipv4).substr(0, 4)), std::nullopt);
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  EXPECT_EQ(address(bytes_of(ipv6).substr(0, 8)), std::nullopt);
}

TEST(Examples, TellNoAddressOfOtherFamilies) {
  sockaddr other{};
  other.sa_family = AF_NETLINK;
  EXPECT_EQ(address(bytes_of(other)), std::nullopt);
}

TEST(Examples, AreAbsentWhenTheKindIsUnheardOf) {
  failed_text odd{};
  odd.kind = 99;
  EXPECT_EQ(decoded(odd), std::nullopt);
}

TEST(Examples, KnowWhereACallHasItsPath) {
  std::array<std::uint8_t, INDEXED_KEYS> kinds{};
  fill_object_kinds(kinds);
  const auto kind = [&kinds](abi::Abi abi, const char* name) {
    const int number = abi::syscall_number(abi, name).value_or(INDEXED_NUMBERS - 1);
    const int base = abi == abi::Abi::compat32 ? INDEXED_NUMBERS : 0;
    return kinds[static_cast<std::size_t>(base + number)];
  };
  for (const abi::Abi abi : {abi::Abi::native, abi::Abi::compat32}) {
    EXPECT_EQ(kind(abi, "execve"), OBJECT_PATH_ARG0);
    EXPECT_EQ(kind(abi, "openat"), OBJECT_PATH_ARG1);
    EXPECT_EQ(kind(abi, "connect"), OBJECT_SOCKADDR_ARG1);
    EXPECT_EQ(kind(abi, "read"), OBJECT_FD_ARG0);
    EXPECT_EQ(kind(abi, "futex"), OBJECT_NONE);
  }
}

TEST(SharedExamples, KnowTheCallsOfBothAbis) {
  const auto& kinds = example_kinds();
  const auto kind = [&kinds](abi::Abi abi, const char* name) {
    const auto found = kinds.find({abi, abi::syscall_number(abi, name).value_or(-1)});
    return found == kinds.end() ? ExampleKind::none : found->second;
  };
  for (const abi::Abi abi : {abi::Abi::native, abi::Abi::compat32}) {
    EXPECT_EQ(kind(abi, "execve"), ExampleKind::path_in_first);
    EXPECT_EQ(kind(abi, "openat"), ExampleKind::path_in_second);
    EXPECT_EQ(kind(abi, "connect"), ExampleKind::address_in_second);
    EXPECT_EQ(kind(abi, "read"), ExampleKind::descriptor_in_first);
    EXPECT_EQ(kind(abi, "futex"), ExampleKind::none);
  }
}

}  // namespace
}  // namespace debug_process::trace::bpf
