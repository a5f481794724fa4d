// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/syscall.h>

#include <cerrno>

#include "sections/errors/gather.h"
#include "sections/errors/present.h"
#include "unit/sections/fixture.h"

namespace debug_process::sections::errors {
namespace {

using report::Show;
using report::Status;
using report::Value;
using testing::HasSubstr;
using trace::abi::Abi;

constexpr trace::SyscallKey kOpenat{Abi::native, SYS_openat};
constexpr trace::SyscallKey kRead{Abi::native, SYS_read};

trace::ErrorStats failed(trace::SyscallKey key, int errno_value, std::uint64_t calls) {
  trace::ErrorStats stats;
  stats.key = key;
  stats.errno_value = errno_value;
  stats.calls = calls;
  return stats;
}

trace::Activity activity_of(std::vector<trace::ErrorStats> errors) {
  trace::Activity activity;
  for (const auto& row : errors) {
    trace::SyscallStats stats;
    stats.key = row.key;
    stats.calls = stats.errors = row.calls;
    activity.syscalls.push_back(stats);
  }
  activity.errors = std::move(errors);
  return activity;
}

Show show_of_abi(const report::Section& section) {
  for (const auto& column : section.tables.at(0).columns)
    if (column.key == "abi") return column.show;
  ADD_FAILURE() << "no column abi";
  return Show::everywhere;
}

trace::ErrorObject about(const std::string& text, std::uint64_t calls) {
  return {text, std::nullopt, calls};
}

TEST(ErrorsSection, TellsWhatCallsOfOneErrorWereAboutMostFrequentFirst) {
  auto missing = failed(kOpenat, ENOENT, 10);
  missing.objects = {about("/a", 6), about("/b", 3)};
  auto refused = failed(kRead, EBADF, 4);
  refused.objects = {{std::nullopt, 9, 4}};
  const auto activity = activity_of({missing, refused});
  const Facts facts = gather(&activity, "");
  ASSERT_EQ(facts.objects.size(), 3U);
  EXPECT_EQ(facts.objects[0].object, "/a");
  EXPECT_EQ(facts.objects[1].object, "fd 9");
  EXPECT_EQ(facts.objects[1].fd, 9);
  EXPECT_EQ(facts.objects[2].object, "/b");
}

TEST(ErrorsSection, ShowsObjectsToPeopleOnlyWhereTheyTellMoreThanTheExamples) {
  auto missing = failed(kOpenat, ENOENT, 6);
  missing.objects = {about("/a", 6)};
  const auto one = activity_of({missing});
  EXPECT_EQ(present(gather(&one, "")).tables.at(1).columns.at(0).show, Show::json_only);
  missing.calls = 7;
  missing.objects.push_back(about("/b", 1));
  const auto two = activity_of({missing});
  EXPECT_EQ(present(gather(&two, "")).tables.at(1).columns.at(0).show, Show::everywhere);
}

TEST(ErrorsSection, PutsTheMostFrequentFirst) {
  const auto activity = activity_of({failed(kRead, EINTR, 2), failed(kOpenat, ENOENT, 90),
                                     failed(kOpenat, EACCES, 2), failed(kRead, EAGAIN, 2)});
  const Facts facts = gather(&activity, "");
  ASSERT_EQ(facts.rows.size(), 4U);
  EXPECT_EQ(facts.rows[0].error, "ENOENT");
  EXPECT_EQ(facts.rows[1].error, "EACCES");  // openat before read
  EXPECT_EQ(facts.rows[2].error, "EINTR");   // 4 before 11
  EXPECT_EQ(facts.rows[3].error, "EAGAIN");
  EXPECT_EQ(facts.errors, 96U);
  EXPECT_EQ(facts.completeness.status, Status::complete);
}

TEST(ErrorsSection, KeepsPathAndDescriptorAsExamples) {
  auto path = failed(kOpenat, ENOENT, 3);
  path.example = "/etc/\x1b[31mno";
  auto descriptor = failed(kRead, EAGAIN, 2);
  descriptor.example_fd = 5;
  auto empty = failed(kOpenat, EINVAL, 1);
  empty.example = "";
  const auto activity = activity_of({path, descriptor, empty, failed(kRead, EIO, 0)});
  const Facts facts = gather(&activity, "");
  EXPECT_EQ(facts.rows[0].example, "/etc/\x1b[31mno");
  EXPECT_EQ(facts.rows[1].example, "fd 5");
  EXPECT_EQ(facts.rows[2].example, "");
  EXPECT_FALSE(facts.rows[3].example);
}

TEST(ErrorsSection, NumbersAnErrnoWithoutName) {
  const auto activity = activity_of({failed({Abi::native, 999}, 4000, 1)});
  const Facts facts = gather(&activity, "");
  EXPECT_EQ(facts.rows[0].error, "errno 4000");
  EXPECT_EQ(facts.rows[0].syscall, "syscall_999");
}

TEST(ErrorsSection, CountsWhatHasNoRow) {
  auto activity = activity_of({failed(kRead, EIO, 5)});
  activity.syscalls[0].errors = 12;
  activity.losses["error_rows"] = 7;
  const auto section = present(gather(&activity, ""));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(metric(section, "errors"), Value(std::uint64_t{12}));
  EXPECT_EQ(section.status, Status::partial);
  EXPECT_THAT(section.reason, HasSubstr("7 failed calls"));
}

TEST(ErrorsSection, IsCompleteWhenOnlyLatenciesWereLost) {
  trace::Activity activity;
  activity.losses["latency_clock"] = 7;
  EXPECT_EQ(present(gather(&activity, "")).status, Status::complete);
}

TEST(ErrorsSection, KnowsNothingUntraced) {
  const auto section = present(gather(nullptr, "there is no BTF"));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(section.status, Status::unavailable);
  EXPECT_EQ(section.reason, "there is no BTF");
  EXPECT_TRUE(is_unknown(metric(section, "errors")));
  EXPECT_EQ(section.tables.at(0).when_empty, "");
}

TEST(ErrorsSection, SaysThatNoCallFailed) {
  const trace::Activity activity;
  const auto section = present(gather(&activity, ""));
  EXPECT_EQ(metric(section, "errors"), Value(std::uint64_t{0}));
  EXPECT_FALSE(section.tables.at(0).when_empty.empty());
}

TEST(ErrorsSection, KnowsNothingFromSamples) {
  trace::Activity activity;
  activity.counts = trace::Counts::samples;
  const auto section = present(gather(&activity, ""));
  EXPECT_EQ(section.status, Status::unavailable);
  EXPECT_THAT(section.reason, HasSubstr("sampled"));
  EXPECT_TRUE(is_unknown(metric(section, "errors")));
}

TEST(ErrorsSection, DoesNotSayThatNoCallFailedWhereNotAllWereSeen) {
  trace::Activity activity;
  activity.counts = trace::Counts::scaled;
  activity.coverage = 0.1;
  const auto section = present(gather(&activity, ""));
  EXPECT_EQ(section.status, Status::partial);
  EXPECT_THAT(section.reason, HasSubstr("10.0% of the window"));
  EXPECT_EQ(section.tables.at(0).when_empty, "No failed call was seen.");
}

TEST(ErrorsSection, SaysWhichCallsWereLookedAt) {
  const trace::Activity activity;
  const Filter filter{*trace::TraceSet::parse("read"), true};
  EXPECT_EQ(present(gather(&activity, "", filter)).tables.at(0).title, "Only -e read");
  const Filter failed{trace::TraceSet(), true};
  EXPECT_EQ(present(gather(&activity, "", failed)).tables.at(0).title, "");
}

TEST(ErrorsSection, ShowsTheAbiOnlyWhereItIsForeign) {
  const auto own = activity_of({failed(kRead, EIO, 1)});
  EXPECT_EQ(show_of_abi(present(gather(&own, ""))), Show::json_only);
  const auto foreign = activity_of({failed(kRead, EIO, 1), failed({Abi::compat32, 3}, EIO, 1)});
  EXPECT_EQ(show_of_abi(present(gather(&foreign, ""))), Show::everywhere);
}

}  // namespace
}  // namespace debug_process::sections::errors
