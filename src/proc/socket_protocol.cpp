// SPDX-License-Identifier: Apache-2.0
#include "proc/socket_protocol.h"

#include <fmt/format.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <utility>

#include "util/deadline.h"

namespace debug_process::proc {
namespace {

constexpr std::chrono::milliseconds kLimit{200};

// The names are struct proto's: include/net/sock.h, and /proc/net/protocols.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kOtherNames = {
    {{"UNIX-STREAM", "unix"},
     {"UDP-Lite", "udplite"},
     {"UDPLITEv6", "udplite6"},
     {"AF_VSOCK", "vsock"},
     {"SCTPv6", "sctp6"}}};

char small(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

using Names = std::map<int, std::string>;

Result<Names> read_names(const std::string& folder, const std::vector<int>& fds) {
  Names names;
  std::array<char, 64> name{};
  for (const int fd : fds) {
    const std::string path = fmt::format("{}/{}", folder, fd);
    const ssize_t length =
        ::getxattr(path.c_str(), "system.sockprotoname", name.data(), name.size() - 1);
    if (length <= 0) continue;
    name.at(static_cast<std::size_t>(length)) = '\0';
    names.emplace(fd, protocol_name(name.data()));
  }
  return names;
}

}  // namespace

std::string protocol_name(std::string_view kernel_name) {
  for (const auto& [kernel, ours] : kOtherNames)
    if (kernel == kernel_name) return std::string(ours);
  std::string name(kernel_name);
  if (name.ends_with("v6")) name.replace(name.size() - 2, 2, "6");
  std::transform(name.begin(), name.end(), name.begin(), small);
  return name;
}

Names read_socket_protocols(const Procfs& procfs, const std::string& base, std::vector<int> fds) {
  const std::string folder = procfs.root() + "/" + base + "/fd";
  return with_deadline(kLimit, folder,
                       [folder, fds = std::move(fds)] { return read_names(folder, fds); })
      .value_or(Names{});
}

}  // namespace debug_process::proc
