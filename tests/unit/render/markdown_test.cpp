// What the target calls itself must not become markup. SPDX-License-Identifier: Apache-2.0
#include "render/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "render/escape.h"
#include "render/json_reader.h"
#include "render/markdown_text.h"
#include "render/render.h"
#include "render/unicode.h"
#include "support/golden.h"
#include "unit/render/sample_report.h"

namespace debug_process::render {
namespace {

using std::string_literals::operator""s;

// Each would be something else than text: a link, an image, HTML, a heading, a table's cell, the
// end of a code span, a mention, an issue, a commit, mathematics, an emoji, a comment that hides.
constexpr std::array kHostile = {"[click](http://evil.example)",
                                 "![](http://evil.example/pixel.png)",
                                 "<img src=x onerror=alert(1)>",
                                 "<!-- hidden",
                                 "# heading",
                                 "\n# heading\n",
                                 "a | b | c",
                                 "a \\| b",
                                 "`code` ``end``",
                                 "\\`",
                                 "`",
                                 "@alice and team/@bob",
                                 "#1 GH-1 org/repo#17 JIRA-17",
                                 "0123456789abcdef0123456789abcdef01234567 1234567",
                                 "http://evil.example www.evil.example evil.example",
                                 "alice@evil.example mailto:x xmpp:y",
                                 "[x]: http://evil.example",
                                 "~~gone~~ **bold** _it_ $math$ :smile: &lt; &#60;",
                                 "/close",
                                 "- [ ] task",
                                 "> quote",
                                 "--- === ***",
                                 "  two  spaces ",
                                 "\x1b[2J\xe2\x80\xae\xff",
                                 "[[Page]] {{template}}",
                                 "trailing \\"};

// With nothing but a ` for each code span: here Markdown looks for markup.
std::string outside_of_code(const std::string& text) {
  std::string out;
  bool code = false;
  for (const char c : text) {
    if (c == '`') code = !code;
    if (c == '`' ? code : !code) out += c;
  }
  EXPECT_FALSE(code) << "a code span without an end: " << text;
  return out;
}

std::string without(std::string text, const std::string& part) {
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at))
    text.erase(at, part.size());
  return text;
}

// The first thing outside of code spans that could be markup; empty: nothing.
std::string markup_in(const std::string& line) {
  std::string rest = outside_of_code(line);
  for (const std::string& ours : {"**"s, "->"s, "<0.1%"s}) rest = without(rest, ours);
  for (const std::string& bad :
       {"["s, "]"s, "<"s, ">"s, "@"s, "#"s,   "\\"s,   "*"s,  "_"s,  "~"s,
        "$"s, "&"s, "{"s, "}"s, "^"s, "://"s, "www."s, "--"s, "=="s, "!["s})
    if (rest.find(bad) != std::string::npos) return bad;
  std::smatch emoji;
  return std::regex_search(rest, emoji, std::regex(":[a-z0-9+_-]+:")) ? emoji.str() : "";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// All that a target or a user of the machine can name, named so.
report::Report hostile_report(const std::string& text) {
  report::Report report = sample_report();
  for (auto& line : report.summary) line.text = text;
  for (auto& finding : report.findings) {
    finding.title = finding.explanation = finding.next_step = text;
    finding.evidence.push_back({"process.state", text});
  }
  report.run.host = report.run.backend_reason = text;
  report.collection.notes = {text};
  report.collection.losses[text] = 3;
  for (report::Section& section : report.sections) {
    section.reason = section.status == report::Status::complete ? "" : text;
    for (report::Table& table : section.tables) {
      table.title = text;
      for (auto& row : table.rows)
        for (report::Value& value : row)
          if (std::holds_alternative<std::string>(value)) value = text;
    }
  }
  return report;
}

// A report that somebody has made up: each text and each key of a golden one says this too, if it
// is read with it.
report::Report report_made_up(const std::string& text) {
  using Json = nlohmann::ordered_json;
  std::ifstream in(std::string(DEBUG_PROCESS_TESTS_DIR) + "/golden/report.json");
  Json document = Json::parse(in);
  std::size_t changed = 0;
  const auto try_out = [&](const Json& candidate) {
    if (!read_json(candidate.dump(-1, ' ', false, Json::error_handler_t::replace), "made up"))
      return;
    document = candidate;
    ++changed;
  };
  std::vector<std::string> places;
  const Json flat = document.flatten();
  for (const auto& [place, value] : flat.items())
    if (value.is_string()) places.push_back(place);
  for (const std::string& place : places) {
    Json candidate = document;
    candidate[Json::json_pointer(place)] = text;
    try_out(candidate);
  }
  for (const char* parent : {"/sections", "/sections/syscalls/metrics", "/sections/syscalls/tables",
                             "/sections/syscalls/tables/syscalls/0", "/collection/losses"}) {
    const Json::json_pointer place(parent);
    if (!document.contains(place)) continue;
    Json candidate = document;
    candidate[place][text] = candidate[place].empty() ? Json(1) : candidate[place].front();
    try_out(candidate);
  }
  EXPECT_GT(changed, places.size() / 2);
  return *read_json(document.dump(-1, ' ', false, Json::error_handler_t::replace), "made up");
}

TEST(Markdown, OfASampleReportIsTheGoldenFile) {
  report::Report report = sample_report();
  report.summary[0].text = "python3 server.py [x](http://evil.example) `<b>` @alice a|b";
  report.findings[1].title = "60% of all lookups fail, last at /srv/@alice/`#1`/<img src=x>|";
  auto& rows = report.sections[2].tables[0].rows;
  for (const char* hostile : kHostile) {
    rows.push_back(rows.front());
    rows.back()[2] = std::string(hostile);
  }
  support::expect_golden("report.md", render_markdown(report, {.top = 0}));
}

TEST(Markdown, OfTheSummaryHasFindingsAndNothingMore) {
  support::expect_golden("summary.md", render_markdown(sample_report(), {.summary_only = true}));
}

TEST(Markdown, HasNoMarkupThatTheTargetWrote) {
  for (const std::string hostile : kHostile) {
    const std::string text = render_markdown(hostile_report(hostile), {.top = 0});
    for (std::string line : lines_of(text)) {
      if (line.starts_with("### ")) line.erase(0, 4);
      if (line.starts_with("| ---") || line.starts_with("| --:")) continue;
      EXPECT_EQ(markup_in(line), "") << "made of " << hostile << ": " << line;
    }
  }
}

TEST(Markdown, HasNoMarkupThatAFileBrought) {
  for (const std::string hostile : kHostile) {
    const std::string text = render_markdown(report_made_up(hostile), {.top = 0});
    for (std::string line : lines_of(text)) {
      if (line.starts_with("### ")) line.erase(0, 4);
      if (line.starts_with("| ---") || line.starts_with("| --:")) continue;
      EXPECT_EQ(markup_in(line), "") << "made of " << hostile << ": " << line;
    }
  }
}

TEST(AnyFormat, LetsNothingOfAFileDriveTheTerminal) {
  const report::Report report =
      report_made_up("\x1b[2J\x1b]8;;x\x07\r\n\x7f\xc2\x9b\xe2\x80\xae\xe2\x80\x8b\xff");
  for (const Renderer& renderer : renderers()) {
    const std::string text = renderer.render(report, {.top = 0});
    for (std::string_view rest = text; !rest.empty();) {
      const Decoded next = decode_utf8(rest);
      ASSERT_TRUE(next.valid && (next.code_point == U'\n' || !is_unsafe(next.code_point)))
          << renderer.name << ": " << escape_for_terminal(rest.substr(0, 80));
      rest.remove_prefix(next.length);
    }
  }
}

TEST(Markdown, BeginsEachLineItself) {
  for (const std::string hostile : kHostile) {
    for (const std::string& line : lines_of(render_markdown(hostile_report(hostile), {}))) {
      const bool ours = line.empty() || line.starts_with("- **") || line.starts_with("  - ") ||
                        line.starts_with("| ") || line.starts_with("### ") ||
                        line.starts_with("Watched: ") || line.find(" more (`--top 0`") < 10;
      EXPECT_TRUE(ours) << "made of " << hostile << ": " << line;
    }
  }
}

TEST(Markdown, GivesEachRowOfATableTheSameCells) {
  for (const std::string hostile : kHostile) {
    std::ptrdiff_t cells = 0;  // of the table that the line is in
    for (const std::string& line : lines_of(render_markdown(hostile_report(hostile), {}))) {
      const auto bars = std::count(line.begin(), line.end(), '|');
      if (!line.starts_with("| ")) {
        cells = 0;
        continue;
      }
      if (cells == 0) cells = bars;
      EXPECT_EQ(bars, cells) << "made of " << hostile << ": " << line;
    }
  }
}

TEST(Markdown, ShowsAtMostTopRowsAndSaysHowManyMore) {
  const std::string text = render_markdown(sample_report(), {.top = 2});
  EXPECT_THAT(text, testing::HasSubstr("\n13 more (`--top 0` shows all)\n"));
  EXPECT_THAT(text, testing::HasSubstr("1,048,576"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("accept4  ")));
}

TEST(Markdown, SaysWhatIsMissing) {
  const std::string text = render_markdown(sample_report(), {});
  EXPECT_THAT(text, testing::HasSubstr("- **Lost:** 12 `map_full`\n"));
  EXPECT_THAT(text, testing::HasSubstr("- **Sockets (unavailable):** cannot open"));
  EXPECT_THAT(text, testing::HasSubstr("- **Note:** `io_uring` is in use"));
}

TEST(MarkdownText, PutsWholeValuesInACodeSpan) {
  EXPECT_EQ(markdown_value("epoll_wait -> read", Place::line), "`epoll_wait -> read`");
  EXPECT_EQ(markdown_value("30 (22 sockets: 2 listening)", Place::line),
            "30 (22 sockets: 2 listening)");
  EXPECT_EQ(markdown_value("", Place::cell), "");
}

TEST(MarkdownText, LeavesNothingThatEndsACodeSpan) {
  EXPECT_EQ(markdown_code("a`b|c", Place::cell), R"(`a\x60b\x7cc`)");
  EXPECT_EQ(markdown_code("dmesg | grep", Place::line), "`dmesg | grep`");
  EXPECT_EQ(markdown_code(" a  b ", Place::line), R"(`\x20a \x20b\x20`)");
}

TEST(MarkdownText, OfASentenceKeepsWhatIsPlain) {
  EXPECT_EQ(markdown_prose("accept4 failed 1,021 times (3.1%), see /etc/x."),
            "accept4 failed 1,021 times (3.1%), see `/etc/x`.");
  EXPECT_EQ(markdown_prose("is it (listen(2), net.core.somaxconn)?"),
            "is it (`listen(2)`, `net.core.somaxconn`)?");
}

TEST(MarkdownText, PutsCommandsInACodeSpanEach) {
  EXPECT_EQ(markdown_advice("profile it: perf record -g -t 7 -- sleep 5, then perf report"),
            "profile it: `perf record -g -t 7 -- sleep 5`, then `perf report`");
  EXPECT_EQ(markdown_advice("df -h and df -i on the file system of that path"),
            "`df -h` and `df -i` on the file system of that path");
  EXPECT_EQ(markdown_advice("dmesg -T | grep -i -e oom -e 'killed process'; the supervisor's log"),
            "`dmesg -T | grep -i -e oom -e 'killed process'`; the supervisor's log");
  EXPECT_EQ(markdown_advice("who else runs: top; the quota: x"),
            "who else runs: `top`; the quota: x");
}

}  // namespace
}  // namespace debug_process::render
