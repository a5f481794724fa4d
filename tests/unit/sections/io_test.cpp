// SPDX-License-Identifier: Apache-2.0
#include "sections/io.h"

#include <gtest/gtest.h>

#include "sections/files/add_io.h"
#include "sections/files/present.h"
#include "unit/sections/fixture.h"

namespace debug_process::sections {
namespace {

using namespace std::chrono_literals;
using report::Value;

trace::DescriptorIo used(int fd, std::uint64_t inode, std::uint64_t calls,
                         std::chrono::nanoseconds total) {
  trace::DescriptorIo row;
  row.fd = fd;
  row.inode = inode;
  row.io.calls = calls;
  row.io.read_bytes = calls * 10;
  row.io.written_bytes = calls;
  row.io.total = total;
  return row;
}

trace::Activity activity_of(std::vector<trace::DescriptorIo> rows) {
  trace::Activity activity;
  activity.descriptors = std::move(rows);
  return activity;
}

files::File file(int fd, const std::string& type) {
  files::File row;
  row.fd = fd;
  row.type = type;
  return row;
}

TEST(IoByDescriptor, IsUnknownWithoutAnActivity) {
  const IoByDescriptor io(nullptr);
  EXPECT_FALSE(io.known());
  EXPECT_FALSE(io.of(3, std::nullopt));
}

TEST(IoByDescriptor, IsUnknownFromABackendThatDoesNotSeeIt) {
  const trace::Activity activity;
  EXPECT_FALSE(IoByDescriptor(&activity).of(3, std::nullopt));
}

TEST(IoByDescriptor, IsZeroForOneThatWasNotUsed) {
  const auto activity = activity_of({used(3, 30, 5, 1us)});
  EXPECT_EQ(IoByDescriptor(&activity).of(4, std::nullopt)->calls, 0U);
}

TEST(IoByDescriptor, IsUnknownForOneWithoutARowWhereRowsWereMissing) {
  auto activity = activity_of({used(3, 30, 5, 1us)});
  activity.losses["descriptor_rows"] = 1;
  EXPECT_FALSE(IoByDescriptor(&activity).of(4, std::nullopt));
  EXPECT_EQ(IoByDescriptor(&activity).of(3, std::nullopt)->calls, 5U);
}

TEST(IoByDescriptor, IsNotThatOfAnotherFileUnderTheSameNumber) {
  const auto activity = activity_of({used(3, 30, 5, 1us)});
  EXPECT_EQ(IoByDescriptor(&activity).of(3, 30)->calls, 5U);
  EXPECT_EQ(IoByDescriptor(&activity).of(3, 31)->calls, 0U);
}

TEST(FilesIo, PutsFirstWhatTookMostTime) {
  const auto activity = activity_of({used(5, 50, 1, 9ms), used(7, 70, 1000, 1ms)});
  files::Facts facts;
  facts.files = {file(4, "file"), file(7, "file"), file(5, "pipe")};
  files::add_io(&activity, {}, facts);
  EXPECT_EQ(facts.files[0].fd, 5);
  EXPECT_EQ(facts.files[1].fd, 7);
  EXPECT_EQ(facts.files[2].fd, 4);
}

TEST(FilesIo, TellsThatANumberWasUsedAgain) {
  auto row = used(5, 50, 1, 9ms);
  row.files = 3;
  const auto activity = activity_of({row});
  files::Facts facts;
  facts.files = {file(5, "eventpoll")};
  facts.files[0].detail = "count 2";
  files::add_io(&activity, {}, facts);
  EXPECT_EQ(facts.files[0].detail, "count 2, number used again 2 times");
}

TEST(FilesIo, ShowsWhatWasClosed) {
  auto activity = activity_of({});
  trace::ClosedIo closed;
  closed.type = "file";
  closed.path = "/etc/app.conf";
  closed.files = 12;
  closed.io.calls = 24;
  closed.io.read_bytes = 1200;
  activity.closed = {closed};
  files::Facts facts;
  files::add_io(&activity, {}, facts);
  const report::Section section = files::present(facts);
  const report::Table& table = section.tables.at(1);
  EXPECT_EQ(table.id, "closed");
  EXPECT_EQ(table.rows.at(0).at(0), Value("file"));
  EXPECT_EQ(table.rows.at(0).at(1), Value("/etc/app.conf"));
  EXPECT_EQ(table.rows.at(0).at(2), Value(std::uint64_t{12}));
  EXPECT_EQ(table.rows.at(0).at(3), Value(std::uint64_t{24}));
}

TEST(FilesIo, SaysWhichCallsWereChosen) {
  const auto activity = activity_of({});
  files::Facts facts;
  Filter filter;
  filter.failed_only = true;
  files::add_io(&activity, filter, facts);
  EXPECT_EQ(files::present(facts).tables.at(0).title, "Calls: only -Z");
}

}  // namespace
}  // namespace debug_process::sections
