// Text that comes from the target is hostile, and odd targets are no reason to fail.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>

#include "e2e/cgroup_v1.h"
#include "e2e/harness.h"
#include "e2e/sanitized.h"

namespace debug_process::e2e {
namespace {

class Hostile : public NeedsBpf {};
class Limits : public NeedsBpf {};

using ::testing::HasSubstr;

// Where the first control character is, C0 but newline, DEL, or C1 in UTF-8; or a character that
// turns or hides text; or text that is not UTF-8.
std::string what_is_wrong(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool control = (byte < 0x20 && byte != '\n') || byte == 0x7f;
    const bool c1 =
        byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (control || c1)
      return "byte " + std::to_string(byte) + " in: " + text.substr(i > 40 ? i - 40 : 0, 80);
  }
  for (const std::string hidden : {"\xe2\x80\xae", "\xe2\x80\x8b"})
    if (text.find(hidden) != std::string::npos) return "text is turned or hidden";
  try {
    (void)Json(text).dump();  // throws on what is not UTF-8
  } catch (const Json::exception& error) {
    return error.what();
  }
  return "";
}

TEST_F(Hostile, TextHasNoControlCharactersAndNoForgedLine) {
  const TemporaryDirectory folder;
  Workload target("hostile_name", {folder.path().string()});
  const Result result = run_tool({"-d", "500ms", "--top", "0", std::to_string(target.pid())});
  ASSERT_EQ(result.code, 0) << result.describe();
  EXPECT_EQ(what_is_wrong(result.out), "");
  EXPECT_EQ(what_is_wrong(result.err), "");
  EXPECT_EQ(result.out.find("\nDiagnosis: all is well"), std::string::npos);
}

TEST_F(Hostile, JsonParsesAndDropsNothing) {
  const TemporaryDirectory folder;
  Workload target("hostile_name", {folder.path().string()});
  const Result result = run_tool({"--json", "-d", "500ms", std::to_string(target.pid())});
  const Json report = parse_report(result);
  EXPECT_EQ(what_is_wrong(result.out), "");
  EXPECT_GE(report.at("target").at("command").size(), 3U);
  // What is not UTF-8 is escaped, so both bytes are still to be seen.
  EXPECT_NE(report.at("target").at("command").dump().find("xff"), std::string::npos)
      << report.at("target").at("command");
  const Json error = row(report, "errors", "errors", {{"syscall", "openat"}, {"errno", "ENOENT"}});
  EXPECT_NE(error.at("example").get<std::string>().find("/no/such/"), std::string::npos);
}

// What is not in a code span is ours: see the unit tests for what may stand there.
TEST_F(Hostile, NoFormatCarriesItOn) {
  const TemporaryDirectory folder;
  Workload target("hostile_name", {folder.path().string()});
  for (const std::string format : {"markdown", "ndjson"}) {
    const Result result = run_tool(
        {"--format", format, "-d", "300ms", "--top", "0", "-v", std::to_string(target.pid())});
    ASSERT_EQ(result.code, 0) << result.describe();
    EXPECT_EQ(what_is_wrong(result.out), "") << format;
    EXPECT_EQ(what_is_wrong(result.err), "") << format;
    EXPECT_THAT(result.out, HasSubstr("owned"));
    EXPECT_EQ(result.out.find("\n# heading"), std::string::npos);
    if (format == "markdown") {
      EXPECT_EQ(result.out.find("`|]("), std::string::npos);
    }
  }
}

// A report that somebody has sent, with a name that somebody has chosen.
// Who may make groups within its own names them: all that the kernel refuses is a newline.
TEST_F(Hostile, ACgroupsNameIsEscapedInEveryFormat) {
  const Workload target("sleeper");
  const Group group("memory", target.pid(),
                    "\x1b[2J\x1b]0;owned\x07\r\xc2\x9b\xff\xe2\x80\xae`|]<b>");
  if (!group.made() || !group.set("cgroup.procs", std::to_string(target.pid())))
    GTEST_SKIP() << "the memory controller of cgroup v1 is not mounted, or may not be written";
  for (const std::string format : {"text", "json", "markdown", "ndjson"}) {
    const Result result =
        run_tool({"--format", format, "-d", "200ms", "-v", std::to_string(target.pid())});
    ASSERT_EQ(result.code, 0) << result.describe();
    EXPECT_EQ(what_is_wrong(result.out), "") << format;
    EXPECT_EQ(what_is_wrong(result.err), "") << format;
    // An incident note does not name it.
    if (format != "markdown") {
      EXPECT_THAT(result.out, HasSubstr("debug-process-test-")) << format;
    }
  }
}

TEST_F(Hostile, FilesToCompareAndTheirNames) {
  const TemporaryDirectory folder;
  Workload target("hostile_name", {folder.path().string()});
  const std::string good = run_tool({"--json", "-d", "300ms", std::to_string(target.pid())}).out;
  const std::string escape = R"(\u001b]8;;x\u0007\u202e`|](x)<script>\n# heading)";
  const auto file = [&](const std::string& name, const std::string& text) {
    const std::string path = folder.path() / (name + "\x1b[2J\n\xe2\x80\xae\xff.json");
    std::ofstream(path) << text;
    return path;
  };
  const auto with = [](std::string text, const std::string& what, const std::string& by) {
    const auto at = text.find(what);
    if (at == std::string::npos) throw std::runtime_error("no " + what);
    return text.replace(at, what.size(), by);
  };
  const std::string report = file("good", good);
  const std::vector<std::string> refused = {
      file("malformed", good.substr(0, good.size() / 2)),
      file("key", with(good, "\"sections\": {", "\"sections\": {\"" + escape + "\": 1,")),
      file("version", with(good, "\"schema_version\": 1", "\"schema_version\": \"" + escape + '"')),
      file("deep", std::string(1 << 20, '[')),
      file("empty", ""),
      folder.path() / "missing\x1b[2J",
  };
  for (const std::string& bad : refused) {
    for (const auto& arguments :
         {std::vector<std::string>{"compare", report, bad},
          {"compare", bad, report},
          {"--baseline", bad, "-d", "100ms", std::to_string(target.pid())}}) {
      const Result result = run_tool(arguments);
      EXPECT_EQ(result.code, 2) << result.describe();
      EXPECT_EQ(what_is_wrong(result.err), "") << result.describe();
      EXPECT_NE(result.err, "");
      EXPECT_EQ(result.out, "");
    }
  }
  const std::string other = file("other", with(good, "\"comm\": \"", "\"comm\": \"" + escape));
  for (const std::string format : {"text", "markdown", "ndjson", "json"}) {
    const Result result = run_tool({"compare", "--format", format, report, other});
    EXPECT_THAT(result.code.value_or(-1), ::testing::AnyOf(0, 1)) << result.describe();
    EXPECT_EQ(what_is_wrong(result.out + result.err), "") << result.describe();
    EXPECT_EQ(result.out.find("\n# heading"), std::string::npos);
  }
}

TEST_F(Hostile, MessagesAboutArgumentsAreCleanToo) {
  const std::string hostile = "\x1b[2J\x07\n\xff";
  EXPECT_EQ(what_is_wrong(run_tool({hostile}).err), "");
  EXPECT_EQ(what_is_wrong(run_tool({"-d", hostile, "1"}).err), "");
  EXPECT_EQ(what_is_wrong(run_tool({"-o", "/no/such/" + hostile, "1"}).err), "");
  EXPECT_EQ(what_is_wrong(run_tool({"--btf", "/no/such/" + hostile, "-v", "1"}).err), "");
  EXPECT_EQ(what_is_wrong(run_tool({"--sections", hostile, "1"}).err), "");
  EXPECT_EQ(what_is_wrong(run_tool({"-e", hostile, "1"}).err), "");
  EXPECT_EQ(what_is_wrong(run_tool({"--format", hostile, "1"}).err), "");
  EXPECT_EQ(what_is_wrong(run_tool({"--", "/no/such/" + hostile}).err), "");
}

TEST_F(Hostile, ProcessOneIsReported) {
  const Json report = report_on(1, {"-d", "300ms"});
  EXPECT_EQ(report.at("target").at("pid"), 1);
}

TEST_F(Hostile, TheToolItselfIsReported) {
  const Result result = run({"/bin/sh", "-c", "exec \"$0\" --json -d 300ms $$", tool_path()});
  const Json report = parse_report(result);
  EXPECT_EQ(report.at("target").at("executable"), tool_path());
}

TEST_F(Hostile, ADeletedExecutableIsReported) {
  const TemporaryDirectory folder;
  const auto program = folder.path() / "soon-gone";
  std::filesystem::copy_file(workload_path("sleeper"), program);
  Process target({program.string(), "20"});
  target.wait_for_output("ready");
  std::filesystem::remove(program);
  const Json report = report_on(target.pid(), {"-d", "300ms"});
  EXPECT_NE(report.at("target").at("executable").get<std::string>().find(program.string()),
            std::string::npos);
  EXPECT_GT(calls(report, "clock_nanosleep"), 0U);
}

TEST_F(Limits, PeakMemoryWithAThousandFilesAndMappings) {
  if (sanitized()) GTEST_SKIP() << kSanitized;
  constexpr std::uint64_t kMostBytes = 40'000'000;
  Workload target("many_fds", {"1000"});
  const Json report = report_on(target.pid(), {"-d", "500ms"});
  EXPECT_EQ(metric(report, "files", "open"), 1003);
  EXPECT_LE(report.at("collection").at("tool_peak_rss_bytes").get<std::uint64_t>(), kMostBytes);
  EXPECT_GT(report.at("collection").at("tool_peak_rss_bytes").get<std::uint64_t>(), 0U);
}

TEST_F(Limits, ManyFilesAreAllThere) {
  constexpr int kFiles = 10'000;
  constexpr rlim_t kOthers = 100;
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_max < kFiles + kOthers) {
    GTEST_SKIP() << "the hard limit of open files is " << limit.rlim_max << " here";
  }
  Workload target("many_fds", {std::to_string(kFiles)});
  const Json report = report_on(target.pid(), {"-d", "300ms"});
  EXPECT_EQ(metric(report, "files", "open"), kFiles + 3);
}

}  // namespace
}  // namespace debug_process::e2e
