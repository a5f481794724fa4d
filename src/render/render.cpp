// SPDX-License-Identifier: Apache-2.0
#include "render/render.h"

#include <array>

#include "render/json.h"
#include "render/markdown.h"
#include "render/ndjson.h"
#include "render/text.h"

namespace debug_process::render {
namespace {

constexpr std::array<Renderer, 4> kRenderers{{
    {"text", Format::text, render_text},
    {"json", Format::json, render_json},
    {"ndjson", Format::ndjson, render_ndjson},
    {"markdown", Format::markdown, render_markdown},
}};

}  // namespace

std::span<const Renderer> renderers() {
  return kRenderers;
}

std::optional<Format> format_by_name(std::string_view name) {
  for (const Renderer& renderer : kRenderers) {
    if (renderer.name == name) return renderer.format;
  }
  return std::nullopt;
}

std::string render(const report::Report& report, Format format, const RenderOptions& options) {
  for (const Renderer& renderer : kRenderers) {
    if (renderer.format == format) return renderer.render(report, options);
  }
  return {};
}

}  // namespace debug_process::render
