// From what was found to what is shown.
// SPDX-License-Identifier: Apache-2.0
#include "render/checkup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "doctor/doctor.h"
#include "unit/doctor/sample_facts.h"

namespace debug_process::doctor {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

std::string text_of(const Facts& facts, unsigned width) {
  render::RenderOptions options;
  options.width = width;
  return render::render_checkup_text(present(facts), options);
}

TEST(Checkup, BeginsWithTheVerdictOfTheBestThatWorks) {
  Facts facts = sample_facts();
  EXPECT_THAT(text_of(facts, 100), StartsWith("bpf does not work here, ptrace does"));
  facts.trials[1].refused = Error{};
  EXPECT_THAT(text_of(facts, 100), StartsWith("Only sampling works here"));
  facts.trials[2].refused = Error{};
  EXPECT_THAT(text_of(facts, 100), StartsWith("No backend works here"));
  facts.trials[0].refused.reset();
  EXPECT_THAT(text_of(facts, 100), StartsWith("bpf works here"));
}

TEST(Checkup, CutsNoCommandAndNoReason) {
  Facts facts = sample_facts();
  const std::string reason(300, 'x');
  facts.sections.push_back({"memory", "Memory", report::Status::partial, reason + " end"});
  const std::string text = text_of(facts, 40);
  EXPECT_THAT(text, HasSubstr("sudo setcap "
                              "cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search+ep "
                              "/usr/bin/debug-process\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), 'x') >= 300, true);
  EXPECT_THAT(text, HasSubstr("end"));
}

TEST(Checkup, FitsTheTerminalButForCommands) {
  for (const unsigned width : {40U, 80U, 100U}) {
    std::istringstream lines(text_of(sample_facts(), width));
    for (std::string line; std::getline(lines, line);)
      EXPECT_TRUE(line.size() <= width || width == 40 || line.starts_with("       "))
          << width << ": " << line;
  }
}

TEST(Checkup, LetsNoNameDriveTheTerminal) {
  Facts facts = sample_facts();
  facts.name = "\x1b[31mevil\n";
  EXPECT_EQ(text_of(facts, 100).find('\x1b'), std::string::npos);
  const Json json = Json::parse(render::render_checkup_json(present(facts)));
  EXPECT_THAT(json.at("doctor").at("subject").get<std::string>(), HasSubstr("evil"));
}

TEST(Checkup, IsOneJsonDocument) {
  const Json json = Json::parse(render::render_checkup_json(present(sample_facts())));
  EXPECT_EQ(json.at("schema_version"), report::kSchemaVersion);
  EXPECT_EQ(json.at("doctor").at("backend"), "ptrace");
  EXPECT_EQ(json.at("doctor").at("pid"), 4242);
  const Json& backends = json.at("sections").at("backends").at("tables").at("backends");
  ASSERT_EQ(backends.size(), 3U);
  EXPECT_EQ(backends[0].at("works"), false);
  EXPECT_EQ(backends[0].at("errno"), "EPERM");
  EXPECT_EQ(backends[1].at("works"), true);
  EXPECT_TRUE(backends[1].at("errno").is_null());
}

TEST(Checkup, ShowsUnknownSettingsAsNull) {
  const Json json = Json::parse(render::render_checkup_json(present(sample_facts())));
  for (const Json& right : json.at("sections").at("rights").at("tables").at("rights"))
    if (right.at("key") == "yama_ptrace_scope" || right.at("key") == "lockdown") {
      EXPECT_TRUE(right.at("value").is_null()) << right;
    }
}

}  // namespace
}  // namespace debug_process::doctor
