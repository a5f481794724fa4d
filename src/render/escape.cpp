// SPDX-License-Identifier: Apache-2.0
#include "render/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "render/unicode.h"

namespace debug_process::render {
namespace {

void append_byte(std::string& out, char32_t byte) {
  fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned>(byte));
}

void append_visible(std::string& out, char32_t code_point) {
  const auto number = static_cast<unsigned>(code_point);
  switch (code_point) {
    case U'\n':
      out += "\\n";
      return;
    case U'\t':
      out += "\\t";
      return;
    case U'\r':
      out += "\\r";
      return;
    default:
      break;
  }
  if (code_point < 0x80) {
    append_byte(out, code_point);
  } else if (code_point < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", number);
  } else {
    fmt::format_to(std::back_inserter(out), "\\U{:08x}", number);
  }
}

// JSON knows UTF-16 units only.
void append_json_escape(std::string& out, char32_t code_point) {
  auto number = static_cast<unsigned>(code_point);
  if (number < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", number);
    return;
  }
  number -= 0x10000;
  fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xd800U + (number >> 10U),
                 0xdc00U + (number & 0x3ffU));
}

// The letter of JSON's short escapes; 0: it has none.
char short_json_escape(char32_t code_point) {
  switch (code_point) {
    case U'"':
    case U'\\':
      return static_cast<char>(code_point);
    case U'\b':
      return 'b';
    case U'\f':
      return 'f';
    case U'\n':
      return 'n';
    case U'\r':
      return 'r';
    case U'\t':
      return 't';
    default:
      return 0;
  }
}

void append_json_character(std::string& out, const Decoded& character, std::string_view bytes) {
  const char letter = short_json_escape(character.code_point);
  if (!character.valid) {
    out += '\\';
    append_byte(out, character.code_point);
  } else if (letter != 0) {
    out += {'\\', letter};
  } else if (is_unsafe(character.code_point)) {
    append_json_escape(out, character.code_point);
  } else {
    out += bytes;
  }
}

// How many bytes at the beginning are themselves in a JSON string: most of the text, mostly.
std::size_t plain_length(std::string_view text) {
  const auto is_plain = [](char byte) {
    return byte >= ' ' && byte < '\x7f' && byte != '"' && byte != '\\';
  };
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_plain) -
                                  text.begin());
}

}  // namespace

bool is_unsafe(char32_t code_point) {
  const auto within = [code_point](char32_t first, char32_t last) {
    return code_point >= first && code_point <= last;
  };
  return code_point < 0x20 || within(0x7f, 0x9f) ||           // C0, DEL, C1
         code_point == 0xad || code_point == 0x61c ||         // soft hyphen, Arabic letter mark
         code_point == 0x180e || code_point == 0x200b ||      // invisible spaces
         within(0x200e, 0x200f) || within(0x2028, 0x202e) ||  // marks, separators, overrides
         within(0x2060, 0x206f) || code_point == 0xfeff ||    // isolates, invisible operators, BOM
         within(0xfff9, 0xfffb) ||
         (code_point & 0xfffe) == 0xfffe ||  // annotations, non-characters
         within(0xe0000, 0xe007f);           // tags
}

std::string escape_for_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded next = decode_utf8(text);
    if (!next.valid)
      append_byte(out, next.code_point);
    else if (is_unsafe(next.code_point))
      append_visible(out, next.code_point);
    else
      out += text.substr(0, next.length);
    text.remove_prefix(next.length);
  }
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t length = plain_length(text);
    if (length > 0) {
      out += text.substr(0, length);
    } else {
      const Decoded next = decode_utf8(text);
      length = next.length;
      append_json_character(out, next, text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  out += '"';
}

}  // namespace debug_process::render
