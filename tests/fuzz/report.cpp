// A report that somebody has sent: it is read, rendered in all formats, and compared with itself.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "compare/compare.h"
#include "render/json_reader.h"
#include "render/render.h"

namespace {

using namespace debug_process;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

bool has_control_characters(std::string_view text) {
  for (const char c : text)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f) return true;
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto report =
      render::read_json({reinterpret_cast<const char*>(data), size}, "of the fuzzer");
  if (!report) return 0;
  for (const render::Renderer& renderer : render::renderers()) {
    const std::string text = renderer.render(*report, {});
    require(!has_control_characters(text), "no control character reaches the terminal");
    if (renderer.format == render::Format::json)
      require(render::read_json(text, "of our own").has_value(), "what is written can be read");
  }
  const auto comparison = compare::compare(*report, *report, {"a", "b"});
  if (comparison) require(!comparison->found_any(), "a report does not differ from itself");
  return 0;
}
