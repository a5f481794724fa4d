// SPDX-License-Identifier: Apache-2.0
#include "e2e/ss.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

std::string state_name(std::string state) {
  if (state == "ESTAB") return "ESTABLISHED";
  if (state == "UNCONN") return "UNCONNECTED";
  std::replace(state.begin(), state.end(), '-', '_');
  if (state == "FIN_WAIT_1") return "FIN_WAIT1";
  if (state == "FIN_WAIT_2") return "FIN_WAIT2";
  return state;
}

std::vector<std::string> lines_of(const std::vector<std::string>& prefix, const char* options) {
  std::vector<std::string> argv = prefix;
  argv.push_back(find_program("ss").value());
  argv.emplace_back(options);
  std::istringstream text(run(argv).out);
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

SsRow begin_of(std::istringstream& words) {
  SsRow row;
  words >> row.family >> row.state >> row.recv_queue >> row.send_queue >> row.local;
  row.state = state_name(row.state);
  return row;
}

}  // namespace

std::string SsRow::detail(const std::string& key) const {
  std::istringstream words(details);
  for (std::string word; words >> word;)
    if (word.starts_with(key + ":")) return word.substr(key.size() + 1);
  return {};
}

SsRows inet_sockets_in_ss(const std::vector<std::string>& prefix) {
  SsRows rows;
  for (const std::string& line : lines_of(prefix, "-tuwanieHO")) {
    std::istringstream words(line);
    SsRow row = begin_of(words);
    words >> row.remote;
    std::getline(words, row.details);
    const std::string inode = row.detail("ino");
    if (!inode.empty()) rows[std::stoull(inode)] = row;
  }
  return rows;
}

SsRows unix_sockets_in_ss(const std::vector<std::string>& prefix) {
  SsRows rows;
  for (const std::string& line : lines_of(prefix, "-xanHO")) {
    std::istringstream words(line);
    const std::vector<std::string> all{std::istream_iterator<std::string>(words), {}};
    // family state recv send local inode remote peer-inode
    if (all.size() != 8 || !std::all_of(all[5].begin(), all[5].end(), ::isdigit)) continue;
    words = std::istringstream(line);
    SsRow row = begin_of(words);
    row.remote = all[6];
    row.peer_inode = std::stoull(all[7]);
    rows[std::stoull(all[5])] = row;
  }
  return rows;
}

SsRows packet_sockets_in_ss(const std::vector<std::string>& prefix) {
  SsRows rows;
  for (const std::string& line : lines_of(prefix, "-0aneHO")) {
    std::istringstream words(line);
    SsRow row = begin_of(words);
    std::getline(words, row.details);
    const std::string inode = row.detail("ino");
    if (!inode.empty()) rows[std::stoull(inode)] = row;
  }
  return rows;
}

std::string as_reported(const std::string& endpoint, const std::string& protocol) {
  if (protocol.ends_with('6') && endpoint.starts_with("*:")) return "[::]" + endpoint.substr(1);
  return endpoint;
}

}  // namespace debug_process::e2e
