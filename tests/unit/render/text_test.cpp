// SPDX-License-Identifier: Apache-2.0
#include "render/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "render/escape.h"
#include "render/unicode.h"
#include "unit/render/sample_report.h"

namespace debug_process::render {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) all.push_back(line);
  return all;
}

std::string text(const RenderOptions& options = {}) {
  return render_text(sample_report(), options);
}

TEST(Text, BeginsWithTheSummaryInOrder) {
  const auto all = lines(text());
  ASSERT_GE(all.size(), 5U);
  EXPECT_THAT(all[0], StartsWith("Command: python3 server.py"));
  EXPECT_EQ(all[1], "Activity: epoll_wait -> accept4 -> read -> write");
  EXPECT_EQ(all[2], "Open files: 1,021 of 1,024");
  EXPECT_EQ(all[3], "Memory: RSS 156 MB, Heap 45 MB");
  EXPECT_THAT(all[4], StartsWith("Diagnosis: "));
}

TEST(Text, KeepsEveryLineWithinTheWidth) {
  for (const unsigned width : {40U, 60U, 80U, 100U, 120U}) {
    RenderOptions options;
    options.width = width;
    for (const std::string& line : lines(text(options))) {
      if (line.starts_with("Command:") || line.starts_with("Activity:") ||
          line.starts_with("Diagnosis:"))
        continue;
      EXPECT_LE(display_width(line), std::min(width, 100U)) << line;
    }
  }
}

TEST(Text, KeepsASummaryLineOnOneLineAndBounded) {
  report::Report report = sample_report();
  report.summary[0].text = std::string(1'000'000, 'x') + ' ' + std::string(1'000'000, 'y');
  const auto all = lines(render_text(report, {}));
  EXPECT_LT(all[0].size(), 500U);
  EXPECT_THAT(all[1], StartsWith("Activity: "));
}

TEST(Text, LetsNoByteOfTheTargetDriveTheTerminal) {
  std::string all = text();
  for (std::string_view rest = all; !rest.empty();) {
    const Decoded next = decode_utf8(rest);
    EXPECT_TRUE(next.valid);
    EXPECT_TRUE(next.code_point == U'\n' || !is_unsafe(next.code_point));
    rest.remove_prefix(next.length);
  }
  EXPECT_THAT(all, HasSubstr("\\x1b[2J"));
}

TEST(Text, UsesColorOnlyWhenAsked) {
  RenderOptions options;
  EXPECT_THAT(text(options), Not(HasSubstr("\x1b")));
  options.color = true;
  EXPECT_THAT(text(options), HasSubstr("\x1b[1;31m[critical]"));
}

TEST(Text, IsTheSameWithColorButForTheColor) {
  RenderOptions options;
  options.color = true;
  std::string colored = text(options);
  for (std::size_t at = colored.find('\x1b'); at != std::string::npos; at = colored.find('\x1b')) {
    colored.erase(at, colored.find('m', at) - at + 1);
  }
  EXPECT_EQ(colored, text());
}

TEST(Text, SaysWhyASectionIsNotComplete) {
  EXPECT_THAT(text(), HasSubstr("== Memory (partial) ==\nwhy partial: PSS of 211 GB"));
  EXPECT_THAT(text(), HasSubstr("== Sockets (unavailable) ==\nwhy unavailable: cannot open"));
}

TEST(Text, NeverCallsEmptyWhatCouldNotBeRead) {
  EXPECT_THAT(text(), Not(HasSubstr("No sockets.")));
}

TEST(Text, ShowsLossesAndOnlyThoseThatHappened) {
  EXPECT_THAT(text(), HasSubstr("\nLost: 12 map_full\n"));
  EXPECT_THAT(text(), Not(HasSubstr("slot_collisions")));
}

TEST(Text, BreaksASentenceThatIsLongerThanALineInsteadOfCuttingIt) {
  report::Report report = sample_report();
  const std::string sentence =
      "this process: it read and wrote more than the disks have seen so far, 4.0 KB against 0 B; "
      "no disk was busy";
  report.sections[0].metrics.push_back({"verdict", sentence, "Me or the box"});
  RenderOptions options;
  options.width = 80;
  std::string all = render_text(report, options);
  EXPECT_THAT(all, HasSubstr("\nMe or the box  this process: it read"));
  for (std::size_t at = all.find('\n'); at != std::string::npos; at = all.find('\n', at))
    all.replace(at, all.find_first_not_of("\n ", at) - at, " ");
  EXPECT_THAT(all, HasSubstr(sentence));
}

TEST(Text, CutsTheMiddleOfAValueOfMoreThanThreeLines) {
  report::Report report = sample_report();
  report.sections[0].metrics.push_back(
      {"executable", '/' + std::string(4000, 'x') + "/end", "Executable"});
  const std::string all = render_text(report, {});
  EXPECT_THAT(all, HasSubstr("x/end\n"));
  EXPECT_LT(std::ranges::count(all, 'x'), 400);
}

TEST(Text, BreaksAValueIntoNoMoreThanThreeLines) {
  for (unsigned word = 2; word < 80; ++word) {
    report::Report report = sample_report();
    report.sections = {report.sections[0]};
    std::string value;
    while (value.size() < 1000) value += std::string(word, 'x') + ' ';
    report.sections[0].metrics = {{"words", value, "Words"}};
    report.sections[0].tables.clear();
    const auto all = lines(render_text(report, {}));
    EXPECT_LE(std::ranges::count_if(
                  all, [](const auto& line) { return line.find("xx") != std::string::npos; }),
              3)
        << word;
  }
}

TEST(Text, LeavesOutMetricsWithoutALabel) {
  EXPECT_THAT(text(), Not(HasSubstr("activity ")));
}

TEST(Text, OfTheSummaryOnlyEndsAfterTheFindings) {
  RenderOptions options;
  options.summary_only = true;
  const std::string summary = text(options);
  EXPECT_THAT(summary, HasSubstr("next: shorten the search path\n"));
  EXPECT_THAT(summary, Not(HasSubstr("==")));
  EXPECT_THAT(summary, Not(HasSubstr("Watched:")));
  EXPECT_THAT(text(), StartsWith(summary));
}

TEST(Text, SaysHowTheWindowEnded) {
  report::Report report = sample_report();
  report.run.ended_by = report::EndedBy::target_exit;
  report.target.exit = report::ExitStatus{std::nullopt, 9};
  EXPECT_THAT(render_text(report, {}), HasSubstr("when it was killed by SIGKILL (signal 9)"));
}

std::string collection_of(const report::Collection& collection) {
  report::Report report;
  report.collection = collection;
  return render_text(report, {.width = 100});
}

TEST(Text, SaysThatCountsAreScaledAndLatenciesInflated) {
  report::Collection collection;
  collection.counts = report::Counts::scaled;
  collection.coverage = Ratio{0.0931};
  EXPECT_THAT(collection_of(collection), HasSubstr("counts scaled, 9.3% of the"));
  EXPECT_THAT(collection_of(collection), Not(HasSubstr("inflated")));
  collection.counts_error = Ratio{0.0381};
  EXPECT_THAT(collection_of(collection), HasSubstr("counts scaled (+-3.8%), 9.3% of"));
  collection.inflated_latencies = true;
  EXPECT_THAT(collection_of(collection), HasSubstr("latencies inflated"));
}

TEST(Text, SaysThatSamplesAreNoCountsAndCostNothing) {
  report::Collection collection;
  collection.counts = report::Counts::samples;
  const std::string text = collection_of(collection);
  EXPECT_THAT(text, HasSubstr("samples: shares of time"));
  EXPECT_THAT(text, Not(HasSubstr("observed")));
  EXPECT_THAT(text, HasSubstr("the target is not stopped"));
}

TEST(Text, OfAnEmptyReportIsNoCrash) {
  EXPECT_FALSE(render_text({}, {}).empty());
}

}  // namespace
}  // namespace debug_process::render
