// One report in every format, as bytes. UPDATE_GOLDEN=1 writes what is made now: look at the
// difference before you commit it. SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "render/render.h"
#include "support/golden.h"
#include "support/report_invariants.h"
#include "unit/render/sample_report.h"

namespace debug_process::render {
namespace {

struct Golden {
  const char* file;
  Format format;
  RenderOptions options;
};

void PrintTo(const Golden& golden, std::ostream* out) {
  *out << golden.file;
}

class GoldenFile : public testing::TestWithParam<Golden> {};

TEST_P(GoldenFile, IsWhatIsRendered) {
  const Golden& golden = GetParam();
  const std::string rendered = render(sample_report(), golden.format, golden.options);
  support::expect_golden(golden.file, rendered);
}

INSTANTIATE_TEST_SUITE_P(All, GoldenFile,
                         testing::Values(Golden{"report.txt", Format::text, {}},
                                         Golden{"report-80.txt", Format::text, {.width = 80}},
                                         Golden{
                                             "summary.txt", Format::text, {.summary_only = true}},
                                         Golden{"report.json", Format::json, {}},
                                         Golden{"report.ndjson", Format::ndjson, {}}));

TEST(SampleReport, KeepsTheInvariants) {
  EXPECT_THAT(testing_support::report_invariants(sample_report()), testing::IsEmpty());
}

}  // namespace
}  // namespace debug_process::render
