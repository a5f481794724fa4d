// A program that holds an open file of every type: the report against readlink, fdinfo, kcmp and
// lsof. None of this needs BPF, but for comparing both ways to read.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/kcmp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <map>
#include <sstream>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class EveryFd : public ::testing::Test {
 protected:
  void start(const std::vector<std::string>& arguments = {}) {
    const auto env = find_program("env");
    if (!env) throw std::runtime_error("no env");
    std::vector<std::string> command = {*env, "-C", folder_.path().string(),
                                        workload_path("every_fd")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    target_ = std::make_unique<Process>(command);
    target_->wait_for_output("ready");
    std::istringstream lines(target_->out());
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string kind;
      int fd = -1;
      if (words >> kind >> fd) fds_[kind] = fd;
    }
  }

  [[nodiscard]] Json report(const std::string& backend = "sampling") const {
    return report_on(target_->pid(), {"--backend", backend, "-d", "100ms"});
  }
  // The kernel or the user may not make every kind.
  [[nodiscard]] bool has(const std::string& kind) const { return fds_.contains(kind); }
  [[nodiscard]] int fd(const std::string& kind) const { return fds_.at(kind); }
  [[nodiscard]] Json file(const Json& report, const std::string& kind) const {
    return row(report, "files", "files", {{"fd", fd(kind)}});
  }
  [[nodiscard]] std::string detail(const Json& report, const std::string& kind) const {
    return file(report, kind).at("detail").get<std::string>();
  }
  [[nodiscard]] std::filesystem::path proc() const {
    return "/proc/" + std::to_string(target_->pid());
  }
  // The value behind "map_id:" in a descriptor's fdinfo.
  [[nodiscard]] std::string in_fdinfo(const std::string& kind, const std::string& key) const {
    std::istringstream lines(read_text(proc() / "fdinfo" / std::to_string(fd(kind))));
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with(key + ":"))
        return line.substr(line.find_first_not_of(" \t", key.size() + 1));
    return "no " + key;
  }

  TemporaryDirectory folder_;
  std::unique_ptr<Process> target_;
  std::map<std::string, int> fds_;
};

struct Expected {
  const char* kind;
  const char* type;
  const char* detail;
};

constexpr std::array kExpected{
    Expected{"file", "file", ""},
    Expected{"file-deleted", "file", ""},
    Expected{"path-only", "file", ""},
    Expected{"directory", "directory", ""},
    Expected{"device", "device", ""},
    Expected{"memfd", "memfd", ""},
    Expected{"memfd-secret", "memfd", ""},
    Expected{"namespace", "namespace", "its own"},
    Expected{"lock-posix", "file", "write lock 5-14, read lock 100-EOF"},
    Expected{"lock-ofd", "file", "OFD write lock 0-EOF"},
    Expected{"lock-flock", "file", "write flock"},
    Expected{"pipe-nobody-reads", "pipe", "read end: not found"},
    Expected{"eventfd", "eventfd", "count 31"},
    Expected{"timerfd", "timerfd", "boottime, 1d 3h left, every 7.00 s"},
    Expected{"timerfd-unarmed", "timerfd", "monotonic, not armed"},
    Expected{"timerfd-expired", "timerfd", "realtime, not armed, 1 tick not read"},
    Expected{"signalfd", "signalfd", "SIGINT, SIGTERM"},
    Expected{"perf_event", "perf_event", ""},
    Expected{"userfaultfd", "userfaultfd", ""},
    Expected{"landlock-ruleset", "landlock-ruleset", ""},
};

TEST_F(EveryFd, IsOfItsTypeAndTellsWhatThereIs) {
  start();
  const Json all = report();
  int compared = 0;
  for (const Expected& expected : kExpected) {
    if (!has(expected.kind)) continue;
    SCOPED_TRACE(expected.kind);
    EXPECT_EQ(file(all, expected.kind).at("type"), expected.type);
    EXPECT_EQ(detail(all, expected.kind), expected.detail);
    ++compared;
  }
  EXPECT_GE(compared, 16);
  // Linux before 6.5 does not tell what kind of eventfd it is.
  const bool told = in_fdinfo("eventfd-semaphore", "eventfd-semaphore") == "1";
  EXPECT_EQ(detail(all, "eventfd-semaphore"), told ? "count 1, semaphore" : "count 1");
  if (!has("lease-taken")) {
    EXPECT_EQ(detail(all, "lock-lease"), "read lease");
  }
}

TEST_F(EveryFd, HasThePathThatReadlinkSays) {
  start();
  const Json all = report();
  for (const auto& [kind, number] : fds_) {
    if (kind == "child" || kind == "eventpoll-closed") continue;
    SCOPED_TRACE(kind);
    const std::string link = std::filesystem::read_symlink(proc() / "fd" / std::to_string(number));
    std::string path = file(all, kind).at("path").get<std::string>();
    // What is no UTF-8 is escaped.
    if (const auto at = path.find("\\xff"); at != std::string::npos) path.replace(at, 4, "\xff");
    EXPECT_EQ(path, link);
  }
}

TEST_F(EveryFd, HasTheNumbersOfItsFdinfo) {
  start();
  const Json all = report();
  if (has("bpf-map")) {
    EXPECT_EQ(detail(all, "bpf-map"),
              "hash map " + in_fdinfo("bpf-map", "map_id") + ", up to 64 entries");
    EXPECT_EQ(detail(all, "bpf-prog"), "socket_filter program " + in_fdinfo("bpf-prog", "prog_id"));
  }
  if (has("io_uring") && in_fdinfo("io_uring", "SqMask") == "0x7") {
    EXPECT_EQ(detail(all, "io_uring"), "SQ 8, CQ 16, 1 registered file");
  }
  if (has("tun") && !has("tun-interface")) {
    EXPECT_EQ(detail(all, "tun"), "interface " + in_fdinfo("tun", "iff"));
  }
  if (has("pidfd")) {
    EXPECT_THAT(detail(all, "pidfd"), StartsWith("process " + in_fdinfo("pidfd", "Pid") + " ("));
  }
}

TEST_F(EveryFd, OfAPipeHasTheProcessAtTheOtherEnd) {
  start();
  const Json all = report();
  EXPECT_EQ(detail(all, "pipe-own-reader"),
            "write end: fd " + std::to_string(fd("pipe-own-writer")));
  EXPECT_EQ(detail(all, "pipe-own-writer"),
            "read end: fd " + std::to_string(fd("pipe-own-reader")));
  for (const std::string kind : {"pipe-to-child", "pipe-from-child"}) {
    SCOPED_TRACE(kind);
    if (file(all, kind).at("peer_pid").is_null()) {
      // So many processes that time was out: then it says so.
      EXPECT_EQ(all.at("sections").at("files").at("status"), "partial");
      continue;
    }
    EXPECT_EQ(file(all, kind).at("peer_pid"), fd("child"));
    EXPECT_EQ(file(all, kind).at("peer_process"), "other\x1b[2J\nend");
  }
  EXPECT_GE(metric(all, "files", "pipe_ends_not_found").get<int>(), 1);
}

TEST_F(EveryFd, TellsWhatIsWatched) {
  start();
  const Json all = report();
  const auto number = [this](const std::string& kind) { return std::to_string(fd(kind)); };
  EXPECT_EQ(detail(all, "eventpoll"),
            "watches " + number("pipe-own-reader") + " pipe, " + number("eventfd") + " eventfd, " +
                number("eventpoll-reused") + " (another file now) and 1 more");
  const auto watched = rows(all, "files", "watched", {{"fd", fd("eventpoll")}});
  ASSERT_EQ(watched.size(), 4U);
  EXPECT_EQ(watched[0].at("watched_fd"), fd("pipe-own-reader"));
  EXPECT_EQ(watched[0].at("gone"), false);
  EXPECT_EQ(watched[3].at("watched_fd"), fd("eventpoll-closed"));
  EXPECT_EQ(watched[3].at("gone"), true);
  // The folder itself is held open; the one below is known by its handle, where that is allowed.
  const std::string folder = std::filesystem::canonical(folder_.path()).string();
  std::map<std::uint64_t, Json> by_inode;
  for (const Json& one : rows(all, "files", "watched", {{"fd", fd("inotify")}}))
    by_inode[one.at("inode").get<std::uint64_t>()] = one;
  ASSERT_EQ(by_inode.size(), 2U);
  const auto inode_of = [](const std::string& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_ino;
  };
  EXPECT_EQ(by_inode.at(inode_of(folder)).at("path"), folder);
  const Json below = by_inode.at(inode_of(folder + "/watched"));
  if (!below.at("path").is_null()) {
    EXPECT_EQ(below.at("path"), folder + "/watched");
  }
  if (has("fanotify")) {
    EXPECT_EQ(rows(all, "files", "watched", {{"fd", fd("fanotify")}, {"type", "mount"}}).size(),
              1U);
  }
}

TEST_F(EveryFd, IsADuplicateWhereKcmpSaysSo) {
  start();
  const Json all = report();
  if (::syscall(SYS_kcmp, target_->pid(), target_->pid(), KCMP_FILE, 0, 0) != 0)
    GTEST_SKIP() << "no kcmp(2) here";
  const std::vector<Json> files = rows(all, "files", "files");
  std::map<int, int> lowest;
  for (const Json& one : files) {
    for (const Json& other : files) {
      const int a = one.at("fd").get<int>();
      const int b = other.at("fd").get<int>();
      const bool same =
          b < a && ::syscall(SYS_kcmp, target_->pid(), target_->pid(), KCMP_FILE, a, b) == 0;
      if (same && (!lowest.contains(a) || b < lowest[a])) lowest[a] = b;
    }
  }
  EXPECT_EQ(lowest.at(fd("file-dup")), fd("file"));
  EXPECT_FALSE(lowest.contains(fd("file-again")));
  for (const Json& one : files) {
    const auto original = lowest.find(one.at("fd").get<int>());
    EXPECT_EQ(one.at("same_as_fd"), original == lowest.end() ? Json() : Json(original->second));
  }
}

TEST_F(EveryFd, IsWhatLsofSays) {
  const auto lsof = find_program("lsof");
  if (!lsof) GTEST_SKIP() << "lsof is not installed (package lsof)";
  start();
  const Json all = report();
  const Result listed = run({*lsof, "-nP", "-Fftain", "-p", std::to_string(target_->pid())});
  std::istringstream lines(listed.out);
  const std::map<std::string, std::string> types = {
      {"DIR", "directory"}, {"CHR", "device"}, {"FIFO", "pipe"}};
  int number = -1;
  int compared = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('f'))
      number = line.size() > 1 && std::isdigit(line[1]) != 0 ? std::stoi(line.substr(1)) : -1;
    if (!line.starts_with('t') || number < 0) continue;
    const auto type = types.find(line.substr(1));
    if (type == types.end() || number == fd("fifo")) continue;  // told by its link's text: a file
    EXPECT_EQ(row(all, "files", "files", {{"fd", number}}).at("type"), type->second) << number;
    ++compared;
  }
  EXPECT_GE(compared, 10);
}

TEST_F(EveryFd, HasHostileNamesEscaped) {
  start();
  EXPECT_THAT(file(report(), "memfd").at("path").get<std::string>(), HasSubstr("m\x1b[31m\n"));
  const Result text = run_tool({"--backend", "sampling", "-d", "100ms", "--top", "0", "--sections",
                                "files", std::to_string(target_->pid())});
  EXPECT_EQ(text.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.out.find("\nflags:"), std::string::npos);
  EXPECT_EQ(text.out.find("\nend"), std::string::npos);
}

// A thread that hangs in flock(2).
TEST(FileLocks, ThatAreAwaitedAreSaid) {
  const std::string python = "/usr/bin/python3";
  if (!std::filesystem::exists(python)) GTEST_SKIP() << "python3 is not installed";
  const TemporaryDirectory folder;
  const std::string path = folder.path() / "lock";
  const int held = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  struct flock range {};
  range.l_type = F_WRLCK;
  ASSERT_EQ(::fcntl(held, F_SETLK, &range), 0);
  Process target({python, "-c",
                  "import fcntl, sys\nf = open(sys.argv[1], 'r+')\n"
                  "print('fd %d' % f.fileno(), flush=True)\nfcntl.lockf(f, fcntl.LOCK_EX, 10, 5)",
                  path});
  target.wait_for_output("\n");
  const int fd = std::stoi(target.out().substr(3));
  ASSERT_TRUE(wait_until([&] {
    return read_text("/proc/locks")
               .find(" -> POSIX  ADVISORY  WRITE " + std::to_string(target.pid()) + " ") !=
           std::string::npos;
  }));
  const Json all = report_on(target.pid(), {"--backend", "sampling", "-d", "100ms"});
  ::close(held);
  EXPECT_EQ(row(all, "files", "files", {{"fd", fd}}).at("detail"), "waits for write lock 5-14");
}

class EveryFdInALargeTable : public EveryFd {
 protected:
  void SetUp() override {
    if (const auto reason = why_no_bpf()) GTEST_SKIP() << *reason;
  }
};

TEST_F(EveryFdInALargeTable, IsTheSameWithAndWithoutBpf) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 6000) GTEST_SKIP() << "the limit of open files is below 6,000";
  start({"5000"});
  const Json fast = report("bpf");
  const Json slow = report("sampling");
  ASSERT_FALSE(row(fast, "files", "files", {{"fd", fd("file")}}).at("size_bytes").is_null())
      << "it was not read at once";
  EXPECT_EQ(file(fast, "memfd-secret").at("size_bytes"), 0);
  const auto found = open_files(fast);
  for (const auto& [number, expected] : open_files(slow)) {
    // By its link's text alone a named pipe is a file. Paths that are asked of a file system may
    // not come in time.
    const bool asked = expected.at("type") == "inotify" || expected.at("type") == "fanotify";
    if (number != fd("fifo") && !asked) {
      EXPECT_EQ(found.at(number), expected);
    }
  }
  const auto watched = [](const Json& report) {
    std::vector<Json> all = rows(report, "files", "watched");
    for (Json& one : all)
      if (one.at("watched_fd").is_null()) one.erase("path");
    return all;
  };
  EXPECT_EQ(watched(fast), watched(slow));
  EXPECT_EQ(file(fast, "fifo").at("type"), "pipe");
}

}  // namespace
}  // namespace debug_process::e2e
