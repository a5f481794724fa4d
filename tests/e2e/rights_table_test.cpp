// The README's table of what each right lets see, cell by cell.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "e2e/as_nobody.h"
#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBegin = "<!-- rights -->";
constexpr const char* kEnd = "<!-- /rights -->";
constexpr const char* kAnotherUser = "65533";

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? ""
                                    : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(trimmed(part));
  return parts;
}

// Row by row, the heading first.
std::vector<std::vector<std::string>> table_of_readme() {
  const std::string text = read_text(DEBUG_PROCESS_README);
  const auto begin = text.find(kBegin);
  const auto end = text.find(kEnd);
  if (begin == std::string::npos || end == std::string::npos) throw std::runtime_error("no table");
  std::vector<std::vector<std::string>> table;
  for (const std::string& line : split(text.substr(begin, end - begin), '\n')) {
    if (!line.starts_with("| ") || line.starts_with("| ---")) continue;
    table.push_back(split(line.substr(1), '|'));
  }
  return table;
}

// "your own: `bpf` `perfmon`" -> whose the process is, and the rights.
struct Case {
  std::string whose;
  std::string rights;  // as setpriv(1) takes them: "+bpf,+perfmon"; empty: none
};

Case parse_heading(const std::string& heading) {
  const auto colon = heading.find(':');
  Case parsed{heading.substr(0, colon), ""};
  for (const std::string& word : split(trimmed(heading.substr(colon + 1)), ' ')) {
    if (!word.starts_with('`')) continue;
    if (!parsed.rights.empty()) parsed.rights += ',';
    parsed.rights += '+' + word.substr(1, word.size() - 2);
  }
  return parsed;
}

std::string word_for(const std::string& status) {
  return status == "complete" ? "yes" : status == "partial" ? "part" : "no";
}

// A column of the table.
class RightsTable : public AsNobody, public ::testing::WithParamInterface<std::size_t> {
 protected:
  void SetUp() override {
    AsNobody::SetUp();
    if (IsSkipped()) return;
    if (const auto reason = why_no_bpf()) GTEST_SKIP() << *reason;
    const auto unshare = find_program("unshare");
    if (!unshare) GTEST_SKIP() << "unshare is not installed (package util-linux)";
    unshare_ = *unshare;
    fs::copy_file(workload_path("holder"), workload("holder"));
    std::ifstream yama("/proc/sys/kernel/yama/ptrace_scope");
    int scope = 0;
    if (yama >> scope && scope != 0)
      GTEST_SKIP() << "kernel.yama.ptrace_scope is " << scope << ": one's own is not so either";
  }

  // Without a pipe whose other end is ours.
  [[nodiscard]] std::unique_ptr<Process> start(const std::string& whose) const {
    const std::string said = folder_.path() / "said";
    std::ofstream{said};
    fs::permissions(said, fs::perms(0666));
    const std::string user = whose == "your own" ? kNobody : kAnotherUser;
    std::vector<std::string> argv{as_nobody_.front(),
                                  "--reuid=" + user,
                                  "--regid=" + user,
                                  "--clear-groups",
                                  "--inh-caps=-all",
                                  "/bin/sh",
                                  "-c",
                                  R"(exec "$0" < /dev/null > "$1" 2>&1)",
                                  workload("holder"),
                                  said};
    if (whose == "in another network") argv.insert(argv.begin(), {unshare_, "--net"});
    auto target = std::make_unique<Process>(argv);
    if (!wait_until([&] { return read_text(said) == "ready\n"; }))
      throw std::runtime_error("the target says: " + read_text(said));
    return target;
  }

  [[nodiscard]] Json report_with(const std::string& rights, pid_t pid) const {
    const std::string inherited = rights.empty() ? "-all" : "-all," + rights;
    std::vector<std::string> argv(as_nobody_.begin(), as_nobody_.end() - 1);
    argv.push_back("--inh-caps=" + inherited);
    if (!rights.empty()) argv.push_back("--ambient-caps=" + rights);
    argv.insert(argv.end(),
                {tool(), "--json", "-d", "500ms", "--max-overhead", "none", std::to_string(pid)});
    return parse_report(run(argv));
  }

  std::string unshare_;
};

TEST_P(RightsTable, IsWhatIsSeen) {
  const auto table = table_of_readme();
  ASSERT_GT(table.size(), 5U);
  const std::string heading = table.front().at(GetParam());
  const Case tried = parse_heading(heading);
  if (tried.whose == "in another network" && run({unshare_, "--net", "/bin/true"}).code != 0)
    GTEST_SKIP() << "network namespaces are not allowed here";
  const auto target = start(tried.whose);
  const Json report = report_with(tried.rights, target->pid());
  for (std::size_t i = 1; i < table.size(); ++i) {
    const std::string what = table[i].front();
    const std::string seen =
        what == "backend"
            ? report.at("run").at("backend").get<std::string>()
            : word_for(report.at("sections").at(what).at("status").get<std::string>());
    EXPECT_EQ(seen, table[i].at(GetParam()))
        << what << ", " << heading << "\n"
        << report.at("run").at("backend_reason")
        << (what == "backend" ? Json() : report.at("sections").at(what).at("reason"));
  }
}

INSTANTIATE_TEST_SUITE_P(Column, RightsTable, ::testing::Range<std::size_t>(1, 9));

TEST(TableOfRights, HasAllSectionsAndThoseColumns) {
  const auto table = table_of_readme();
  ASSERT_EQ(table.front().size(), 9U);
  std::vector<std::string> named;
  for (std::size_t i = 2; i < table.size(); ++i) named.push_back(table[i].front());
  std::sort(named.begin(), named.end());
  const Json report = report_on(::getpid(), {"-d", "100ms"});
  std::vector<std::string> known;
  for (const auto& [id, section] : report.at("sections").items()) known.push_back(id);
  EXPECT_EQ(named, known);
}

}  // namespace
}  // namespace debug_process::e2e
