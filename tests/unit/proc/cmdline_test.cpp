// SPDX-License-Identifier: Apache-2.0
#include "proc/cmdline.h"

#include <gtest/gtest.h>

#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

using std::string_literals::operator""s;
using Args = std::vector<std::string>;

TEST(CmdlineParser, SplitsAtNuls) {
  const auto cmdline = parse_cmdline("python3\0server.py\0"s);
  EXPECT_EQ(cmdline.args, (Args{"python3", "server.py"}));
  EXPECT_FALSE(cmdline.overwritten);
}

TEST(CmdlineParser, KeepsHostileBytesAndEmptyArguments) {
  EXPECT_EQ(parse_cmdline(fixture("4242/cmdline")).args,
            (Args{"/opt/app/bin/serv er", "--name", "\x1b[31mred\n\xff", ""}));
}

TEST(CmdlineParser, TakesATitleInOnePiece) {
  const auto nginx = parse_cmdline("nginx: master process /usr/sbin/nginx\0\0\0\0"s);
  EXPECT_EQ(nginx.args, (Args{"nginx: master process /usr/sbin/nginx"}));
  EXPECT_TRUE(nginx.overwritten);
  const auto postgres = parse_cmdline("postgres: writer process    ");
  EXPECT_EQ(postgres.args, (Args{"postgres: writer process"}));
  EXPECT_TRUE(postgres.overwritten);
}

TEST(CmdlineParser, IsEmptyForKernelThreadsAndErasedArguments) {
  EXPECT_TRUE(parse_cmdline("").args.empty());
  EXPECT_TRUE(parse_cmdline("\0\0\0"s).args.empty());
  EXPECT_TRUE(parse_cmdline("   ").args.empty());
}

}  // namespace
}  // namespace debug_process::proc
