// Calls and bytes of each open file are the true ones.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <sstream>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

class Io : public NeedsBpf {};

constexpr int kRounds = 500;

struct Expected {
  std::string where;  // of what the workload said: "fd 5", "closed file /tmp/x"
  Json row;
  std::uint64_t calls = 0;
  std::uint64_t read = 0;
  std::uint64_t written = 0;
};

Expected parse(const std::string& line, const Json& report) {
  std::istringstream words(line);
  Expected expected;
  std::string what;
  words >> what;
  if (what == "fd") {
    int fd = -1;
    words >> fd;
    expected.where = "fd " + std::to_string(fd);
    expected.row = row(report, "files", "files", {{"fd", fd}});
  } else {
    std::string type;
    std::string path;
    std::uint64_t files = 0;
    words >> type >> path >> files;
    expected.where = what + " " + type + " " + path;
    const Json known = path == "-" ? Json() : Json(path);
    expected.row = row(report, "files", "closed", {{"type", type}, {"path", known}});
    EXPECT_EQ(expected.row.at("files"), files) << expected.where;
  }
  words >> expected.calls >> expected.read >> expected.written;
  return expected;
}

void expect_as_told(const std::string& output, const Json& report) {
  std::istringstream lines(output);
  int rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("fd ") && !line.starts_with("closed ")) continue;
    const Expected expected = parse(line, report);
    EXPECT_EQ(expected.row.at("calls"), expected.calls) << expected.where;
    EXPECT_EQ(expected.row.at("read_bytes"), expected.read) << expected.where;
    EXPECT_EQ(expected.row.at("written_bytes"), expected.written) << expected.where;
    ++rows;
  }
  EXPECT_EQ(rows, 15);
}

TEST_F(Io, OfEachDescriptorIsExactThoughNumbersAreUsedAgain) {
  const TemporaryDirectory folder;
  Workload workload("io_mix", {folder.path().string(), std::to_string(kRounds)});
  const Json report = watch_work(workload);
  expect_as_told(workload.out(), report);
  EXPECT_EQ(losses(report), "");
}

TEST_F(Io, TakesNoLongerThanTheCallsOfTheSameNames) {
  const TemporaryDirectory folder;
  Workload workload("io_mix", {folder.path().string(), std::to_string(kRounds)});
  const Json report = watch_work(workload);
  // This call is made on one descriptor alone.
  const std::string wait = call_here({"epoll_wait", "epoll_pwait"});
  const Json calls = row(report, "syscalls", "syscalls", {{"syscall", wait}});
  const Json file = row(report, "files", "files", {{"type", "eventpoll"}});
  EXPECT_EQ(file.at("total_ns"), calls.at("total_ns"));
  EXPECT_GE(file.at("p99_ns").get<double>(), calls.at("min_ns").get<double>());
  // A bucket of the file's is 19% wide, one of the call's 9%: their middles may lie that far apart.
  EXPECT_NEAR(file.at("p99_ns").get<double>(), calls.at("p99_ns").get<double>(),
              calls.at("p99_ns").get<double>() * 0.15);
}

TEST_F(Io, SaysThatANumberWasUsedAgain) {
  const TemporaryDirectory folder;
  Workload workload("io_mix", {folder.path().string(), std::to_string(kRounds)});
  const Json report = watch_work(workload);
  // What dup2 put in the place of /dev/zero, after all files that had the number before.
  std::uint64_t most = 0;
  for (const Json& file : rows(report, "files", "files"))
    if (!file.at("number_uses").is_null())
      most = std::max(most, file.at("number_uses").get<std::uint64_t>());
  EXPECT_GT(most, static_cast<std::uint64_t>(kRounds));
}

TEST_F(Io, IsUnknownNotZeroWhereTheBackendDoesNotSeeIt) {
  Workload workload("sleeper");
  const Json report = report_on(workload.pid(), {"-d", "200ms", "--backend", "sampling"});
  for (const Json& file : rows(report, "files", "files")) {
    EXPECT_TRUE(file.at("calls").is_null());
    EXPECT_TRUE(file.at("bytes").is_null());
    EXPECT_TRUE(file.at("total_ns").is_null());
  }
}

TEST_F(Io, OfChosenCallsIsThatOfThoseAlone) {
  const TemporaryDirectory folder;
  Workload workload("io_mix", {folder.path().string(), std::to_string(kRounds)});
  const Json report = watch_work(workload, {"-e", "fdatasync"});
  std::uint64_t all = 0;
  for (const Json& file : rows(report, "files", "files")) {
    EXPECT_EQ(file.at("bytes"), 0);
    all += file.at("calls").get<std::uint64_t>();
  }
  EXPECT_EQ(all, static_cast<std::uint64_t>(kRounds));
}

TEST_F(Io, OfFailedCallsIsCountedByPath) {
  Workload workload("failing_opens", {"3000"});
  const Json report = watch_work(workload);
  std::uint64_t by_path = 0;
  for (const Json& object : rows(report, "errors", "objects"))
    if (object.at("errno") == "ENOENT") by_path += object.at("calls").get<std::uint64_t>();
  const Json total = row(report, "errors", "errors", {{"errno", "ENOENT"}});
  EXPECT_EQ(by_path, total.at("calls"));
}

}  // namespace
}  // namespace debug_process::e2e
