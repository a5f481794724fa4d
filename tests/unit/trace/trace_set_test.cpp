// What strace's words mean.
// SPDX-License-Identifier: Apache-2.0
#include "trace/trace_set.h"

#include <gmock/gmock.h>
#include <sys/syscall.h>

#include "trace/abi/abi.h"

namespace debug_process::trace {
namespace {

using abi::Abi;
using testing::HasSubstr;

TraceSet parsed(std::string_view text) {
  const auto set = TraceSet::parse(text);
  EXPECT_TRUE(set) << text << ": " << set.error().message();
  return set.value_or(TraceSet());
}

std::string refused(std::string_view text) {
  const auto set = TraceSet::parse(text);
  EXPECT_FALSE(set) << text;
  return set ? std::string() : set.error().message() + "\n" + set.error().hint;
}

SyscallKey native(std::int32_t number) {
  return {Abi::native, number};
}

bool has(const TraceSet& set, std::string_view name) {
  const auto number = abi::syscall_number(Abi::native, name);
  EXPECT_TRUE(number) << name;
  return number && set.contains(native(*number));
}

TEST(TraceSet, IsAllUnlessToldOtherwise) {
  const TraceSet set;
  EXPECT_TRUE(set.is_all());
  EXPECT_TRUE(set.contains(native(SYS_read)));
  EXPECT_TRUE(set.contains_unlisted());
  EXPECT_EQ(set.text(), "");
}

TEST(TraceSet, TakesAListOfNames) {
  const TraceSet set = parsed("read,write");
  EXPECT_TRUE(has(set, "read"));
  EXPECT_TRUE(has(set, "write"));
  EXPECT_FALSE(has(set, "close"));
  EXPECT_FALSE(set.contains_unlisted());
  EXPECT_FALSE(set.is_all());
  EXPECT_EQ(set.text(), "read,write");
}

TEST(TraceSet, NegatesAllOfTheList) {
  const TraceSet set = parsed("!read,%network");
  EXPECT_FALSE(has(set, "read"));
  EXPECT_FALSE(has(set, "sendto"));
  EXPECT_TRUE(has(set, "write"));
  EXPECT_TRUE(set.contains_unlisted());
  EXPECT_TRUE(set.contains(native(99999)));
}

TEST(TraceSet, KnowsAllAndNone) {
  for (const char* all : {"all", "!none", "read,all", "trace=all"}) {
    EXPECT_TRUE(parsed(all).is_all()) << all;
    EXPECT_EQ(parsed(all).text(), "") << all;
  }
  for (const char* none : {"none", "!all", "none,none"}) {
    const TraceSet set = parsed(none);
    EXPECT_FALSE(has(set, "read")) << none;
    EXPECT_FALSE(set.contains_unlisted()) << none;
    EXPECT_FALSE(set.is_all()) << none;
  }
}

TEST(TraceSet, TakesWhatStraceUsersType) {
  EXPECT_TRUE(has(parsed("trace=openat"), "openat"));
  EXPECT_TRUE(has(parsed("t=openat"), "openat"));
  EXPECT_FALSE(has(parsed("trace=!openat"), "openat"));
  EXPECT_THAT(refused("signal=none"), HasSubstr("only trace="));
}

TEST(TraceSet, TakesClassesWithAndWithoutPercent) {
  for (const char* text : {"network", "%network", "net", "%net"}) {
    EXPECT_TRUE(has(parsed(text), "sendto")) << text;
    EXPECT_FALSE(has(parsed(text), "openat")) << text;
  }
  EXPECT_TRUE(has(parsed("%clock"), "clock_gettime"));
}

TEST(TraceSet, TakesAWordThatIsBothForTheCall) {
  EXPECT_FALSE(has(parsed("fstat"), "statx"));
  EXPECT_TRUE(has(parsed("%fstat"), "statx"));
  EXPECT_TRUE(has(parsed("%%stat"), "lstat"));
  EXPECT_FALSE(has(parsed("%stat"), "lstat"));
}

TEST(TraceSet, MeansTheCallInEveryAbi) {
  const TraceSet set = parsed("read,execve");
  EXPECT_TRUE(set.contains({Abi::compat32, 3}));
  EXPECT_TRUE(set.contains({Abi::compat32, 11}));
  EXPECT_FALSE(set.contains({Abi::compat32, 0}));
#if defined(__x86_64__)
  EXPECT_TRUE(set.contains({Abi::x32, 0}));
  EXPECT_TRUE(set.contains({Abi::x32, 520}));
#endif
}

TEST(TraceSet, MeansOneAbiWhereOneIsNamed) {
  EXPECT_TRUE(parsed("read@64").contains(native(SYS_read)));
  EXPECT_FALSE(parsed("read@64").contains({Abi::compat32, 3}));
  EXPECT_TRUE(parsed("read@32").contains({Abi::compat32, 3}));
  EXPECT_FALSE(parsed("%file@32").contains(native(SYS_openat)));
}

TEST(TraceSet, TakesNumbers) {
  EXPECT_TRUE(parsed("0").contains(native(0)));
  EXPECT_TRUE(parsed("471").contains(native(471)));
  EXPECT_TRUE(parsed("syscall_471").contains(native(471)));
  EXPECT_THAT(refused("1024"), HasSubstr("0 to 1023"));
  EXPECT_THAT(refused("-1"), HasSubstr("0 to 1023"));
}

TEST(TraceSet, TakesRegularExpressions) {
  const TraceSet set = parsed("/^(open|close)$");
  EXPECT_TRUE(has(set, "open"));
  EXPECT_TRUE(has(set, "close"));
  EXPECT_FALSE(has(set, "openat"));
  EXPECT_TRUE(has(parsed("/open"), "openat"));
  EXPECT_TRUE(parsed("/^_llseek").contains({Abi::compat32, 140}));
}

TEST(TraceSet, RefusesABadExpression) {
  EXPECT_THAT(refused("/("), HasSubstr("not a regular expression"));
  EXPECT_THAT(refused("/nothing_like_that"), HasSubstr("no system call has such a name"));
}

TEST(TraceSet, RefusesUnknownWordsAndNamesWhatComesNear) {
  EXPECT_THAT(refused("opnat"), HasSubstr("did you mean openat"));
  EXPECT_THAT(refused("netwark"), HasSubstr("network"));
  EXPECT_THAT(refused("read,no_such_thing_at_all"),
              HasSubstr("'no_such_thing_at_all': no such system call or class"));
  EXPECT_THAT(refused("%read"), HasSubstr("no such system call or class"));
}

TEST(TraceSet, RefusesAnEmptyWord) {
  for (const char* text : {"", "!", "read,,write", "%"})
    EXPECT_THAT(refused(text), HasSubstr("'")) << text;
}

TEST(TraceSet, IgnoresUnknownWordsWithAQuestionMark) {
  const TraceSet set = parsed("?no_such_call,?/no_such_call,?%no_class,?read");
  EXPECT_TRUE(has(set, "read"));
  EXPECT_FALSE(has(set, "write"));
}

}  // namespace
}  // namespace debug_process::trace
