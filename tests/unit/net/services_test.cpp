// SPDX-License-Identifier: Apache-2.0
#include "net/services.h"

#include <gtest/gtest.h>

namespace debug_process::net {
namespace {

TEST(Services, NamesAPortByItsProtocol) {
  const Services services = Services::parse(
      "# comment\n\nhttp\t\t80/tcp\t\twww\t# WorldWideWeb\nhttps 443/tcp\nhttps 443/udp # QUIC\n"
      "domain 53/udp\n");
  EXPECT_EQ(services.name(80, "tcp"), "http");
  EXPECT_EQ(services.name(443, "udp"), "https");
  EXPECT_EQ(services.name(53, "tcp"), "");
  EXPECT_EQ(services.name(81, "tcp"), "");
}

TEST(Services, TheFirstNameOfAPortIsIts) {
  EXPECT_EQ(Services::parse("a 7/tcp\nb 7/tcp\n").name(7, "tcp"), "a");
}

TEST(Services, PassesOverWhatIsNoService) {
  const Services services =
      Services::parse("x\nx 1\nx tcp/1\nx 70000/tcp\nx /tcp\nx -1/tcp\n#y 2/tcp\nok 3/tcp");
  EXPECT_EQ(services.name(1, "tcp"), "");
  EXPECT_EQ(services.name(2, "tcp"), "");
  EXPECT_EQ(services.name(3, "tcp"), "ok");
}

}  // namespace
}  // namespace debug_process::net
