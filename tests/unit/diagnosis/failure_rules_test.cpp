// SPDX-License-Identifier: Apache-2.0
#include "unit/diagnosis/sample_facts.h"

namespace debug_process::diagnosis {
namespace {

TEST(ConnectTrouble, FiresOnASingleTimeout) {
  Facts facts = healthy();
  add_calls(facts, "connect", 1000);
  add_errors(facts, "connect", ETIMEDOUT, 1, "10.0.0.9:5432");
  ASSERT_TRUE(connect_trouble(facts));
  EXPECT_THAT(connect_trouble(facts)->title, HasSubstr("10.0.0.9:5432"));
}

TEST(ConnectTrouble, KnowsThatFutexTimeoutsAreNone) {
  Facts facts = healthy();
  add_errors(facts, "futex", ETIMEDOUT, 1000);
  EXPECT_FALSE(connect_trouble(facts));
}

TEST(ConnectTrouble, FiresWhenATenthIsRefused) {
  Facts facts = healthy();
  add_calls(facts, "connect", 100);
  add_errors(facts, "connect", ECONNREFUSED, 10, "10.0.0.9:80");
  EXPECT_TRUE(connect_trouble(facts));

  Facts fewer = healthy();
  add_calls(fewer, "connect", 101);
  add_errors(fewer, "connect", ECONNREFUSED, 10, "10.0.0.9:80");
  EXPECT_FALSE(connect_trouble(fewer));
}

TEST(ConnectTrouble, IsSilentAboutHappyEyeballs) {
  Facts facts = healthy();
  add_calls(facts, "connect", 100);
  add_errors(facts, "connect", ECONNREFUSED, 50, "[::1]:80");
  EXPECT_FALSE(connect_trouble(facts));
  add_errors(facts, "connect", ECONNREFUSED, 51, "[::1]:80");  // now IPv4 cannot have followed each
  EXPECT_TRUE(connect_trouble(facts));
}

TEST(ConnectTrouble, IsSilentAboutTheRestartOfAPeer) {
  Facts facts = healthy();
  add_calls(facts, "connect", 2);
  add_errors(facts, "connect", ECONNREFUSED, 2);
  EXPECT_FALSE(connect_trouble(facts));
}

TEST(BrokenPipes, FiresFromOneASecond) {
  Facts facts = healthy();
  add_calls(facts, "write", 100'000);
  add_errors(facts, "write", EPIPE, 9);
  EXPECT_FALSE(broken_pipes(facts));
  add_errors(facts, "read", ECONNRESET, 1);
  EXPECT_TRUE(broken_pipes(facts));
}

TEST(BrokenPipes, SaysThatAPipeHasNoReader) {
  Facts facts = healthy();
  add_calls(facts, "write", 1000);
  add_errors(facts, "write", EPIPE, 1000);
  facts.errors.rows[0].fd = 4;
  sections::files::File file;
  file.fd = 4;
  file.type = "pipe";
  facts.files.files.push_back(file);
  ASSERT_TRUE(broken_pipes(facts));
  EXPECT_THAT(broken_pipes(facts)->title, HasSubstr("nobody reads any more"));
  facts.files.files.back().type = "socket";
  EXPECT_THAT(broken_pipes(facts)->title, HasSubstr("peers hang up"));
}

TEST(BrokenPipes, FiresFromOneInAHundredSends) {
  Facts facts = healthy();
  add_calls(facts, "sendto", 300);
  add_errors(facts, "sendto", EPIPE, 3);
  EXPECT_TRUE(broken_pipes(facts));
  facts.syscalls.rows[0].calls = 301;
  EXPECT_FALSE(broken_pipes(facts));
}

TEST(BrokenPipes, IsSilentOnFewSendsAndShortWindows) {
  Facts few = healthy();
  add_calls(few, "write", 99);
  add_errors(few, "write", EPIPE, 9);
  EXPECT_FALSE(broken_pipes(few));

  Facts two = healthy();
  add_calls(two, "write", 100);
  add_errors(two, "write", EPIPE, 2);
  EXPECT_FALSE(broken_pipes(two));

  Facts brief = healthy();
  brief.window = 1999ms;
  add_errors(brief, "write", EPIPE, 1000);
  EXPECT_FALSE(broken_pipes(brief));
}

TEST(PermissionDenied, FiresFromOneASecond) {
  Facts facts = healthy();
  add_errors(facts, "openat", EACCES, 9, "/etc/app/key.pem");
  EXPECT_FALSE(permission_denied(facts));
  facts.errors.rows[0].calls = 10;
  ASSERT_TRUE(permission_denied(facts));
  EXPECT_THAT(permission_denied(facts)->title, HasSubstr("/etc/app/key.pem"));
}

TEST(PermissionDenied, IsSilentAboutProbes) {
  Facts facts = healthy();
  add_errors(facts, "faccessat2", EACCES, 1000);
  EXPECT_FALSE(permission_denied(facts));
}

TEST(EnoentSearch, FiresFromHalfOfTheLookups) {
  Facts facts = healthy();
  add_calls(facts, "openat", 2000);
  add_errors(facts, "openat", ENOENT, 1000);
  ASSERT_TRUE(enoent_search(facts));
  facts.syscalls.rows[0].calls = 2001;
  EXPECT_FALSE(enoent_search(facts));
}

TEST(EnoentSearch, FiresFromAHundredASecond) {
  Facts facts = healthy();
  add_calls(facts, "openat", 999);
  add_errors(facts, "openat", ENOENT, 999);
  EXPECT_FALSE(enoent_search(facts));
  facts.errors.rows[0].calls = 1000;
  EXPECT_TRUE(enoent_search(facts));
}

TEST(EnoentSearch, WarnsOnlyWhenItCosts) {
  Facts facts = healthy();
  auto& row = add_calls(facts, "openat", 1000);
  add_errors(facts, "openat", ENOENT, 1000);
  row.latency.sum = 499ms;
  EXPECT_EQ(enoent_search(facts)->severity, Severity::info);
  row.latency.sum = 500ms;  // 5% of the window
  EXPECT_EQ(enoent_search(facts)->severity, Severity::warning);
}

TEST(EnoentSearch, IsSilentAtStartUp) {
  Facts facts = healthy();
  facts.process.uptime = 9s;
  add_calls(facts, "openat", 5000);
  add_errors(facts, "openat", ENOENT, 5000);
  EXPECT_FALSE(enoent_search(facts));
}

}  // namespace
}  // namespace debug_process::diagnosis
