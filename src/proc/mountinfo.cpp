// SPDX-License-Identifier: Apache-2.0
#include "proc/mountinfo.h"

#include <fmt/format.h>

#include <optional>

#include "proc/text.h"

namespace debug_process::proc {
namespace {

// mangle() writes blanks, newlines, backslashes and # as "\040": three octal digits.
std::string unescape(std::string_view text) {
  constexpr std::size_t kDigits = 3;
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = text[i] == '\\' && i + kDigits < text.size()
                          ? to_number<std::uint8_t>(text.substr(i + 1, kDigits), 8)
                          : std::nullopt;
    plain += code ? static_cast<char>(*code) : text[i];
    if (code) i += kDigits;
  }
  return plain;
}

// 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
std::optional<Mount> parse_mount(std::string_view line) {
  Mount mount;
  Fields fields(line);
  const auto id = to_number<std::uint64_t>(fields.next());
  fields.skip(1);  // the mount that it is in
  const auto device = parse_device(fields.next(), 10);
  mount.root = unescape(fields.next());
  mount.point = unescape(fields.next());
  fields.skip(1);  // options
  // As many optional fields as there are, up to a hyphen.
  for (std::string_view word = fields.next(); word != "-"; word = fields.next())
    if (word.empty()) return std::nullopt;
  mount.type = fields.next();
  if (!id || !device || mount.type.empty()) return std::nullopt;
  mount.id = *id;
  mount.device = *device;
  return mount;
}

}  // namespace

Result<std::vector<Mount>> parse_mountinfo(std::string_view text) {
  std::vector<Mount> mounts;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    auto mount = parse_mount(line);
    if (!mount) return malformed("mountinfo", lines.number(), fmt::format("no mount: {}", line));
    mounts.push_back(std::move(*mount));
  }
  return mounts;
}

}  // namespace debug_process::proc
