// SPDX-License-Identifier: Apache-2.0
#include "render/render.h"

#include <gtest/gtest.h>

#include "unit/render/sample_report.h"

namespace debug_process::render {
namespace {

TEST(Renderers, AreFoundByName) {
  EXPECT_EQ(format_by_name("text"), Format::text);
  EXPECT_EQ(format_by_name("json"), Format::json);
  EXPECT_EQ(format_by_name("ndjson"), Format::ndjson);
  EXPECT_EQ(format_by_name("markdown"), Format::markdown);
  EXPECT_EQ(format_by_name("xml"), std::nullopt);
  EXPECT_EQ(format_by_name(""), std::nullopt);
}

TEST(Renderers, EndWithANewline) {
  for (const Renderer& renderer : renderers()) {
    const std::string out = render(sample_report(), renderer.format, {});
    ASSERT_FALSE(out.empty()) << renderer.name;
    EXPECT_EQ(out.back(), '\n') << renderer.name;
  }
}

}  // namespace
}  // namespace debug_process::render
