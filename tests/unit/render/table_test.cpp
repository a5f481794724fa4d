// SPDX-License-Identifier: Apache-2.0
#include "render/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "render/unicode.h"

namespace debug_process::render {
namespace {

using report::Show;
using report::Table;
using report::Value;
using testing::HasSubstr;
using testing::Not;

std::string draw(const Table& table, unsigned width = 100, std::size_t top = 10) {
  std::string out;
  append_table(out, table, top, Style(false), width);
  return out;
}

Table paths() {
  return {"files",
          "",
          {{"fd", "FD"}, {"path", "Path", Show::everywhere, true}, {"calls", "Calls"}},
          {{std::int64_t{3}, std::string("/var/log/a"), std::uint64_t{1000}},
           {std::int64_t{14}, std::string(200, 'x'), Value()}},
          "No files."};
}

TEST(Table, AlignsNumbersRightAndWordsLeft) {
  Table table = paths();
  table.rows[1][1] = std::string("/b");
  EXPECT_EQ(draw(table),
            "FD  Path        Calls\n"
            " 3  /var/log/a  1,000\n"
            "14  /b              -\n");
}

TEST(Table, CutsElasticColumnsToTheWidth) {
  const std::string text = draw(paths(), 40);
  EXPECT_THAT(text, HasSubstr("x…x"));
  EXPECT_THAT(text, HasSubstr("Calls"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 40U) << line;
}

TEST(Table, DropsColumnsThatNoRowKnows) {
  Table table = paths();
  table.rows[0][2] = Value();
  EXPECT_THAT(draw(table), Not(HasSubstr("Calls")));
}

TEST(Table, KeepsAColumnThatOnlyARowBelowTheCutKnows) {
  Table table = paths();
  table.rows[0][2] = Value();
  table.rows[1][2] = std::uint64_t{1};
  EXPECT_THAT(draw(table, 100, 1), HasSubstr("Calls"));
}

TEST(Table, LeavesOutWhatIsForJsonOnly) {
  Table table = paths();
  table.columns[0].show = Show::json_only;
  EXPECT_THAT(draw(table), Not(HasSubstr("FD")));
}

TEST(Table, IsNotThereWhenAllOfItIsForJsonOnly) {
  Table table = paths();
  table.title = "Files";
  for (report::Column& column : table.columns) column.show = Show::json_only;
  EXPECT_EQ(draw(table), "");
}

TEST(Table, SaysHowManyRowsWereLeftOut) {
  Table table = paths();
  table.rows.resize(1);
  while (table.rows.size() < 1047) table.rows.push_back(table.rows[0]);
  EXPECT_THAT(draw(table), testing::EndsWith("... 1,037 more (--top 0 shows all)\n"));
  EXPECT_THAT(draw(table, 100, 0), Not(HasSubstr("more")));
}

TEST(Table, DropsColumnsFromTheRightAndSaysWhich) {
  Table table = paths();
  table.rows.resize(1);
  for (const char* name : {"Alpha", "Beta"}) {
    table.columns.push_back({name, name});
    table.rows[0].push_back(std::uint64_t{1'000'000'000'000});
  }
  const std::string text = draw(table, 45);
  EXPECT_THAT(text, HasSubstr("Alpha"));
  EXPECT_THAT(text, testing::EndsWith("(too narrow for: Beta)\n"));
}

TEST(Table, SaysWhenItIsEmpty) {
  Table table = paths();
  table.rows.clear();
  EXPECT_EQ(draw(table), "No files.\n");
  table.when_empty.clear();
  EXPECT_EQ(draw(table), "");
}

}  // namespace
}  // namespace debug_process::render
