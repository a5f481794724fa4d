// SPDX-License-Identifier: Apache-2.0
#include "redact/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace debug_process::redact {
namespace {

using report::Text;
using testing::MatchesRegex;
using testing::StartsWith;

const Tokens kTokens(derive_key("0123456789abcdef0123456789abcdef"));

std::string of(Text kind, const std::string& text) {
  return kTokens.of(kind, text);
}

TEST(SipHash, IsThePublishedOne) {
  // The test vector of the paper: key 00 01 ... 0f, message 00 01 ... 0e.
  std::string message;
  for (char c = 0; c < 15; ++c) message += c;
  EXPECT_EQ(hash({0x0706050403020100U, 0x0f0e0d0c0b0a0908U}, message), 0xa129ca6149be45e5U);
}

TEST(Tokens, AreTheSameForTheSameTextAndDigitsWhateverTheKind) {
  EXPECT_THAT(of(Text::name, "nginx"), MatchesRegex("name-[0-9a-f]{10}"));
  EXPECT_EQ(of(Text::name, "nginx"), of(Text::name, "nginx"));
  EXPECT_EQ(of(Text::name, "nginx").substr(4), of(Text::argument, "nginx").substr(3));
  EXPECT_NE(of(Text::name, "nginx"), of(Text::name, "nginy"));
}

TEST(Tokens, DependOnTheKey) {
  EXPECT_NE(Tokens(derive_key("a")).of(Text::name, "x"),
            Tokens(derive_key("b")).of(Text::name, "x"));
}

TEST(Tokens, StayWhatTheyAre) {
  for (const auto& [kind, text] :
       {std::pair(Text::name, "db (12)"), std::pair(Text::path, "/a b (deleted)"),
        std::pair(Text::address, "10.1.2.3:443"), std::pair(Text::address, "[fe80::7]%eth0:*"),
        std::pair(Text::argument, "--x"), std::pair(Text::object, "fd 3 to 10.1.2.3:80"),
        std::pair(Text::path, "[anon:mine]"), std::pair(Text::address, "@abstract")}) {
    const std::string once = of(kind, text);
    EXPECT_NE(once, text);
    EXPECT_EQ(of(kind, once), once) << text;
  }
}

TEST(Tokens, AreNotWhatOnlyBeginsLikeOne) {
  for (const char* other : {"path-0123456789x", "path-012345678", "secret-0123456789",
                            "addr-public-0123456789:secret", "addr-public-0123456789%secret:80"})
    EXPECT_NE(of(Text::name, other), other);
}

TEST(Tokens, OfNamesKeepTheNumber) {
  EXPECT_EQ(of(Text::name, "nginx (1234)"), of(Text::name, "nginx") + " (1234)");
  EXPECT_EQ(of(Text::address, "psql[4711]"), of(Text::name, "psql") + "[4711]");
}

TEST(Tokens, OfPathsLeaveTheKernelsOwnNames) {
  for (const char* own : {"/", "/dev/null", "/dev/pts/3", "pipe:[4711]", "socket:[1]", "[heap]",
                          "anon_inode:[eventpoll]", "/proc/1234/status", "/proc/self/task/5/stat"})
    EXPECT_EQ(of(Text::path, own), own);
  for (const char* other : {"/proc/1234/cwd/x", "/proc/secret", "anon_inode:[secret]", "/dev/shm/x",
                            "/memfd:secret", "pipe:[x]", "secret:[4711]"})
    EXPECT_THAT(of(Text::path, other), StartsWith("path-"));
  EXPECT_EQ(of(Text::path, "/a (deleted)"), of(Text::path, "/a") + " (deleted)");
  EXPECT_THAT(of(Text::path, "[anon:secret]"), MatchesRegex("\\[anon:name-[0-9a-f]{10}\\]"));
}

TEST(Tokens, OfAddressesTellScopeAndPort) {
  EXPECT_THAT(of(Text::address, "10.1.2.3:443"), MatchesRegex("addr-private-[0-9a-f]{10}:443"));
  EXPECT_THAT(of(Text::address, "172.31.0.1"), StartsWith("addr-private-"));
  EXPECT_THAT(of(Text::address, "172.32.0.1"), StartsWith("addr-public-"));
  EXPECT_THAT(of(Text::address, "127.0.0.53:53"), StartsWith("addr-loopback-"));
  EXPECT_THAT(of(Text::address, "[2001:db8::1]:80"), MatchesRegex("addr-public-[0-9a-f]{10}:80"));
  EXPECT_THAT(of(Text::address, "[fe80::1]%eth0:*"),
              MatchesRegex("addr-link-local-[0-9a-f]{10}%name-[0-9a-f]{10}:\\*"));
  EXPECT_EQ(of(Text::address, "[::ffff:10.1.2.3]:443"), of(Text::address, "10.1.2.3:443"));
}

TEST(Tokens, OfAddressesLeaveWhatIsTheSameEverywhere) {
  for (const char* same :
       {"127.0.0.1:80", "0.0.0.0:*", "[::]:80", "[::1]:80", "*", "*:*", "2:1024", "route:4711"})
    EXPECT_EQ(of(Text::address, same), same);
}

TEST(Tokens, OfOtherAddressesHideTheName) {
  EXPECT_EQ(of(Text::address, "/run/x.sock"), of(Text::path, "/run/x.sock"));
  EXPECT_THAT(of(Text::address, "@x"), StartsWith("@name-"));
  EXPECT_THAT(of(Text::address, "secret:1"), StartsWith("name-"));
}

TEST(Tokens, OfObjectsKeepTheDescriptor) {
  EXPECT_EQ(of(Text::object, "fd 3"), "fd 3");
  EXPECT_EQ(of(Text::object, "fd 3, now /a b"), "fd 3, now " + of(Text::path, "/a b"));
  EXPECT_EQ(of(Text::object, "fd 3 to 10.1.2.3:80"), "fd 3 to " + of(Text::address, "10.1.2.3:80"));
  EXPECT_EQ(of(Text::object, "fd 3 tcp 127.0.0.1:80 <-> 10.1.2.3:80"),
            "fd 3 tcp 127.0.0.1:80 <-> " + of(Text::address, "10.1.2.3:80"));
  EXPECT_EQ(of(Text::object, "fd 4 anon_inode:[eventpoll]"), "fd 4 anon_inode:[eventpoll]");
  EXPECT_EQ(of(Text::object, "0x7f5c00a0"), "0x7f5c00a0");
  EXPECT_THAT(of(Text::object, "relative/secret"), StartsWith("path-"));
  EXPECT_THAT(of(Text::object, "fd x"), StartsWith("path-"));
}

TEST(Tokens, OfArgumentsAreWhatTheyAreElsewhere) {
  EXPECT_EQ(of(Text::argument, "/a"), of(Text::path, "/a"));
  EXPECT_EQ(of(Text::argument, "10.1.2.3"), of(Text::address, "10.1.2.3"));
  EXPECT_THAT(of(Text::argument, "-psecret"), StartsWith("arg-"));
}

}  // namespace
}  // namespace debug_process::redact
