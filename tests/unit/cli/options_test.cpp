// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <gmock/gmock.h>

#include "sections/sections.h"

namespace debug_process::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Words = std::vector<std::string>;

// The options of a command line that is right.
Options options_of(const Words& arguments) {
  auto parsed = parse(arguments);
  if (const auto* done = std::get_if<Done>(&parsed)) {
    ADD_FAILURE() << done->text;
    return {};
  }
  return std::get<Options>(parsed);
}

// What a wrong one is answered with: one sentence, and where to look.
std::string complaint_about(const Words& arguments) {
  const auto parsed = parse(arguments);
  const auto* done = std::get_if<Done>(&parsed);
  if (done == nullptr) return "no complaint";
  EXPECT_EQ(done->exit_status, 2);
  EXPECT_THAT(done->text, StartsWith("debug-process: "));
  EXPECT_THAT(done->text, testing::EndsWith("\nSee debug-process --help.\n"));
  EXPECT_EQ(std::count(done->text.begin(), done->text.end(), '\n'), 2) << done->text;
  return done->text;
}

TEST(Options, HaveTheDefaultsThatHelpNames) {
  const Options options = options_of({"4242"});
  EXPECT_EQ(options.run.pid, 4242);
  EXPECT_THAT(options.run.command, IsEmpty());
  EXPECT_FALSE(options.run.duration);
  EXPECT_EQ(options.run.backend, "auto");
  EXPECT_EQ(options.run.max_overhead, 0.05);
  EXPECT_FALSE(options.run.follow);
  EXPECT_TRUE(options.run.trace_set.is_all());
  EXPECT_FALSE(options.run.failed_only);
  EXPECT_FALSE(options.run.btf);
  EXPECT_FALSE(options.run.allow_slow_memory);
  EXPECT_THAT(options.run.sections, IsEmpty());
  EXPECT_EQ(options.format, render::Format::text);
  EXPECT_FALSE(options.output);
  EXPECT_FALSE(options.summary_only);
  EXPECT_EQ(options.top, 10U);
  EXPECT_EQ(options.color, Color::automatic);
  EXPECT_FALSE(options.fail_on);
  EXPECT_FALSE(options.quiet);
  EXPECT_FALSE(options.verbose);
}

TEST(Options, TakeATime) {
  EXPECT_EQ(options_of({"-d", "2", "1"}).run.duration, 2s);
  EXPECT_EQ(options_of({"-d500ms", "1"}).run.duration, 500ms);
  EXPECT_EQ(options_of({"1", "--duration", "1m"}).run.duration, 1min);
  EXPECT_EQ(options_of({"--duration=0.5", "1"}).run.duration, 500ms);
}

TEST(Options, TakeEachOfTheOthers) {
  EXPECT_EQ(options_of({"--backend", "bpf", "1"}).run.backend, "bpf");
  EXPECT_EQ(options_of({"--format", "json", "1"}).format, render::Format::json);
  EXPECT_EQ(options_of({"--json", "1"}).format, render::Format::json);
  EXPECT_EQ(options_of({"--format", "ndjson", "1"}).format, render::Format::ndjson);
  EXPECT_EQ(options_of({"--format", "markdown", "1"}).format, render::Format::markdown);
  EXPECT_EQ(options_of({"-o", "a file", "1"}).output, "a file");
  EXPECT_EQ(options_of({"--output", "-", "1"}).output, "-");
  EXPECT_TRUE(options_of({"-s", "1"}).summary_only);
  EXPECT_TRUE(options_of({"--summary-only", "1"}).summary_only);
  EXPECT_EQ(options_of({"--top", "0", "1"}).top, 0U);
  EXPECT_EQ(options_of({"--backend", "ptrace", "1"}).run.backend, "ptrace");
  EXPECT_EQ(options_of({"--backend", "sampling", "1"}).run.backend, "sampling");
  EXPECT_FALSE(options_of({"--max-overhead", "none", "1"}).run.max_overhead);
  EXPECT_EQ(options_of({"--max-overhead", "2.5", "1"}).run.max_overhead, 0.025);
  EXPECT_EQ(options_of({"--max-overhead", "10%", "1"}).run.max_overhead, 0.1);
  EXPECT_TRUE(options_of({"-f", "1"}).run.follow);
  EXPECT_TRUE(options_of({"--follow", "1"}).run.follow);
  EXPECT_TRUE(options_of({"-Z", "1"}).run.failed_only);
  EXPECT_TRUE(options_of({"--failed-only", "1"}).run.failed_only);
  EXPECT_EQ(options_of({"-e", "all", "1"}).run.trace_set.is_all(), true);
  EXPECT_EQ(options_of({"--btf", "a file", "1"}).run.btf, "a file");
  EXPECT_TRUE(options_of({"--pss", "1"}).run.allow_slow_memory);
  EXPECT_TRUE(options_of({"--redact", "1"}).run.redact);
  EXPECT_FALSE(options_of({"1"}).run.redact);
  EXPECT_EQ(options_of({"--fail-on", "info", "1"}).fail_on, report::Severity::info);
  EXPECT_EQ(options_of({"--fail-on", "warning", "1"}).fail_on, report::Severity::warning);
  EXPECT_EQ(options_of({"--fail-on", "critical", "1"}).fail_on, report::Severity::critical);
  EXPECT_EQ(options_of({"--color", "always", "1"}).color, Color::always);
  EXPECT_EQ(options_of({"--color", "never", "1"}).color, Color::never);
  EXPECT_EQ(options_of({"--color", "auto", "1"}).color, Color::automatic);
  EXPECT_TRUE(options_of({"-q", "1"}).quiet);
  EXPECT_TRUE(options_of({"-v", "1"}).verbose);
  EXPECT_TRUE(options_of({"-qv", "1"}).verbose);
}

TEST(Options, TakeAListOfSectionsAndLeaveThePid) {
  const Options options = options_of({"--sections", "process,memory", "4242"});
  EXPECT_THAT(options.run.sections, ElementsAre("process", "memory"));
  EXPECT_EQ(options.run.pid, 4242);
  EXPECT_THAT(options_of({"4242", "--sections=files"}).run.sections, ElementsAre("files"));
  EXPECT_THAT(options_of({"--sections", "files", "--sections", "host", "1"}).run.sections,
              ElementsAre("files", "host"));
  Words all{"1", "--sections", ""};
  for (const auto id : sections::section_ids())
    all.back() += (all.back().empty() ? "" : ",") + std::string(id);
  EXPECT_EQ(options_of(all).run.sections.size(), sections::section_ids().size());
}

TEST(Options, LeaveAllAfterTheSeparatorToTheCommand) {
  const Options options = options_of({"-d", "2", "--", "ls", "-d", "--json", "--", "-1", ""});
  EXPECT_THAT(options.run.command, ElementsAre("ls", "-d", "--json", "--", "-1", ""));
  EXPECT_FALSE(options.run.pid);
  EXPECT_EQ(options.run.duration, 2s);
  EXPECT_EQ(options.format, render::Format::text);
  EXPECT_THAT(options_of({"--", "--help"}).run.command, ElementsAre("--help"));
}

TEST(Options, WantOneTarget) {
  EXPECT_THAT(complaint_about({}), HasSubstr("give a PID, or -- COMMAND"));
  EXPECT_THAT(complaint_about({"-q"}), HasSubstr("give a PID"));
  EXPECT_THAT(complaint_about({"1", "2"}), HasSubstr("2 PIDs: give one"));
  EXPECT_THAT(complaint_about({"1", "ls", "/"}), HasSubstr("goes after --"));
  EXPECT_THAT(complaint_about({"--"}), HasSubstr("nothing follows --"));
  EXPECT_THAT(complaint_about({"1", "--", "ls"}), HasSubstr("a PID and a command at once"));
}

TEST(Options, RefuseWhatIsNoPid) {
  for (const char* word : {"0", "-1", "-0", "-4242", "+5", "1.5", "0x10", "12a", "a12", " 1", "1 ",
                           "", "99999999999", "-99999999999", "-"})
    EXPECT_THAT(complaint_about({word}), HasSubstr("'" + std::string(word) + "'")) << word;
}

TEST(Options, RefuseANegativePidBehindOptions) {
  for (const Words& line : {Words{"-q", "-1"}, {"-d", "5", "-1"}, {"--json", "-1"}, {"-1", "-q"}})
    EXPECT_THAT(complaint_about(line), HasSubstr("-1"));
}

TEST(Options, RefuseWrongValues) {
  EXPECT_THAT(complaint_about({"-d", "0", "1"}), HasSubstr("zero"));
  EXPECT_THAT(complaint_about({"-d", "-5", "1"}), HasSubstr("negative"));
  EXPECT_THAT(complaint_about({"-d", "soon", "1"}), HasSubstr("'soon'"));
  EXPECT_THAT(complaint_about({"-d", "", "1"}), HasSubstr("duration"));
  EXPECT_THAT(complaint_about({"--top", "x", "1"}), HasSubstr("'x'"));
  EXPECT_THAT(complaint_about({"--top", "-1", "1"}), HasSubstr("'-1'"));
  for (const char* share : {"0", "-1", "101", "much", "5.5.5", "", "nan"})
    EXPECT_THAT(complaint_about({"--max-overhead", share, "1"}),
                HasSubstr("'" + std::string(share) + "'"));
  EXPECT_THAT(complaint_about({"--backend", "magic", "1"}), HasSubstr("magic"));
  EXPECT_THAT(complaint_about({"--format", "xml", "1"}), HasSubstr("xml"));
  EXPECT_THAT(complaint_about({"--sections", "process,nope", "1"}),
              HasSubstr("'process,nope': there is no section 'nope'"));
  for (const char* list : {",", "", "process,", ",process", "process,,files"})
    EXPECT_THAT(complaint_about({"--sections", list, "1"}), HasSubstr("there is a name missing"))
        << list;
  EXPECT_THAT(complaint_about({"--fail-on", "bad", "1"}), HasSubstr("bad"));
  EXPECT_THAT(complaint_about({"--color", "pink", "1"}), HasSubstr("pink"));
}

TEST(Options, RefuseWhatTheyDoNotKnow) {
  EXPECT_THAT(complaint_about({"--nope", "1"}), HasSubstr("--nope"));
  EXPECT_THAT(complaint_about({"-x", "1"}), HasSubstr("-x"));
  EXPECT_THAT(complaint_about({"1", "-o"}), HasSubstr("--output"));
  EXPECT_THAT(complaint_about({"-o", "--", "ls"}), HasSubstr("--output"));
  EXPECT_THAT(complaint_about({"--format", "text", "--format", "json", "1"}),
              HasSubstr("--format"));
}

TEST(Options, LetNothingDriveTheTerminal) {
  for (const Words& line :
       {Words{"\x1b[31m"}, {"--color", "\x1b]0;x\a", "1"}, {"--\x1b[2J", "1"}}) {
    const std::string complaint = complaint_about(line);
    EXPECT_EQ(complaint.find('\x1b'), std::string::npos);
    EXPECT_EQ(complaint.find('\a'), std::string::npos);
  }
}

DoctorOptions doctor_options_of(const Words& arguments) {
  auto parsed = parse(arguments);
  if (const auto* done = std::get_if<Done>(&parsed)) ADD_FAILURE() << done->text;
  const auto* options = std::get_if<DoctorOptions>(&parsed);
  return options != nullptr ? *options : DoctorOptions{};
}

TEST(DoctorOptions, AreThoseAfterItsName) {
  EXPECT_FALSE(doctor_options_of({"doctor"}).pid);
  EXPECT_FALSE(doctor_options_of({"doctor"}).json);
  const auto options =
      doctor_options_of({"doctor", "--json", "4242", "--btf", "a file", "--color", "never", "-v"});
  EXPECT_EQ(options.pid, 4242);
  EXPECT_TRUE(options.json);
  EXPECT_EQ(options.btf, "a file");
  EXPECT_EQ(options.color, Color::never);
  EXPECT_TRUE(options.verbose);
  EXPECT_TRUE(doctor_options_of({"doctor", "--format", "json"}).json);
}

TEST(DoctorOptions, RefuseWhatTheyDoNotKnow) {
  EXPECT_THAT(complaint_about({"doctor", "1", "2"}), HasSubstr("several"));
  EXPECT_THAT(complaint_about({"doctor", "x"}), HasSubstr("'x'"));
  EXPECT_THAT(complaint_about({"doctor", "-d", "1"}), HasSubstr("-d"));
}

TEST(DoctorOptions, LeaveACommandOfThatNameAlone) {
  EXPECT_THAT(options_of({"--", "doctor", "1"}).run.command, ElementsAre("doctor", "1"));
}

TEST(DoctorOptions, AnswerHelp) {
  const auto parsed = parse({"doctor", "--help"});
  ASSERT_TRUE(std::holds_alternative<Done>(parsed));
  EXPECT_EQ(std::get<Done>(parsed).exit_status, 0);
  EXPECT_THAT(std::get<Done>(parsed).text, HasSubstr("debug-process doctor [OPTIONS] [PID]"));
}

TEST(Options, AnswerHelpAndVersion) {
  for (const Words& line : {Words{"--help"}, {"-h"}, {"-q", "--help"}, {"--help", "--nope"}}) {
    const auto parsed = parse(line);
    ASSERT_TRUE(std::holds_alternative<Done>(parsed));
    EXPECT_EQ(std::get<Done>(parsed).exit_status, 0);
    EXPECT_THAT(std::get<Done>(parsed).text, HasSubstr("debug-process [OPTIONS] PID"));
  }
  const auto parsed = parse({"--version"});
  ASSERT_TRUE(std::holds_alternative<Done>(parsed));
  EXPECT_EQ(std::get<Done>(parsed).exit_status, 0);
  EXPECT_THAT(std::get<Done>(parsed).text, testing::MatchesRegex("debug-process [0-9.]+\n"));
}

CompareOptions compare_options(const Words& arguments) {
  auto parsed = parse(arguments);
  if (const auto* done = std::get_if<Done>(&parsed)) {
    ADD_FAILURE() << done->text;
    return {};
  }
  return std::get<CompareOptions>(parsed);
}

TEST(CompareOptionsParser, TakesTwoFiles) {
  const CompareOptions options =
      compare_options({"compare", "--json", "-o", "out", "--top", "3", "old.json", "new.json"});
  EXPECT_EQ(options.old_file, "old.json");
  EXPECT_EQ(options.new_file, "new.json");
  EXPECT_EQ(options.format, render::Format::json);
  EXPECT_EQ(options.output, "out");
  EXPECT_EQ(options.top, 3U);
}

TEST(CompareOptionsParser, RefusesOtherNumbersOfFiles) {
  EXPECT_THAT(complaint_about({"compare", "old.json"}), HasSubstr("give two"));
  EXPECT_THAT(complaint_about({"compare", "1", "2", "3"}), HasSubstr("give two"));
  EXPECT_THAT(complaint_about({"compare", "--pss", "1", "2"}), HasSubstr("--pss"));
}

TEST(Options, TakeABaseline) {
  EXPECT_EQ(options_of({"--baseline", "good.json", "1"}).baseline, "good.json");
  EXPECT_FALSE(options_of({"1"}).baseline);
}

TEST(Options, TakeASecondProcess) {
  EXPECT_EQ(options_of({"--vs", "2", "1"}).run.versus, 2);
  EXPECT_THAT(complaint_about({"--vs", "x", "1"}), HasSubstr("'x'"));
  EXPECT_THAT(complaint_about({"--vs", "1", "1"}), HasSubstr("another PID"));
  EXPECT_THAT(complaint_about({"--vs", "2", "--baseline", "a", "1"}), HasSubstr("--baseline"));
  EXPECT_THAT(complaint_about({"--vs", "2", "--", "true"}), HasSubstr("command"));
}

}  // namespace
}  // namespace debug_process::cli
