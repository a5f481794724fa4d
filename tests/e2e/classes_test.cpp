// The classes of -e against the strace that is installed: it is shown every call there is.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "e2e/harness.h"
#include "trace/abi/abi.h"
#include "trace/abi/classes.h"
#include "trace/trace_set.h"

namespace debug_process::e2e {
namespace {

using trace::SyscallKey;
using trace::TraceSet;
using trace::abi::Abi;

class Classes : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto strace = find_program("strace");
    if (!strace) GTEST_SKIP() << "strace is not installed";
    strace_ = *strace;
    if (shown("all", Abi::native).empty())
      GTEST_SKIP() << "strace cannot trace here, or does not know -n";
  }

  // The numbers, of all in the table, that strace shows with this -e trace=; of those it knows.
  [[nodiscard]] std::set<std::int32_t> shown(const std::string& set, Abi abi) const {
    const TemporaryDirectory directory;
    const std::string file = (directory.path() / "strace").string();
    (void)run({strace_, "-qq", "-n", "-e", "signal=none", "-e", "trace=" + set, "-o", file,
               workload_path("every_call"), abi == Abi::native ? "native" : "compat32"});
    // "[   0] read(0, NULL, 0) = -1 ENOSYS"; others are those of the program's start.
    const std::regex call(R"(\[ *(\d+)\] (\w+)\(.*= -1 ENOSYS)");
    std::set<std::int32_t> numbers;
    std::istringstream lines(read_text(file));
    for (std::string line; std::getline(lines, line);) {
      std::smatch match;
      if (std::regex_search(line, match, call) && !match[2].str().starts_with("syscall_"))
        numbers.insert(std::stoi(match[1]));
    }
    return numbers;
  }

  // strace takes socketcall(2) apart and shows what is in it; here it is one call.
  static bool is_exempt(Abi abi, std::int32_t number) {
    return trace::abi::syscall_name(abi, number) == "socketcall";
  }

  std::string strace_;
};

TEST_F(Classes, HaveTheMembersThatStraceGivesThem) {
  for (const Abi abi : {Abi::native, Abi::compat32}) {
    const auto known = shown("all", abi);
    if (abi == Abi::native) {
      EXPECT_GT(known.size(), 300U);
    }
    if (known.empty()) continue;  // no 32-bit calls on this machine
    for (const std::string_view name : trace::abi::class_names()) {
      const std::string word = "%" + std::string(name);
      const TraceSet ours = TraceSet::parse(word).value();
      const auto theirs = shown(word, abi);
      for (const std::int32_t number : known) {
        if (is_exempt(abi, number)) continue;
        EXPECT_EQ(ours.contains(SyscallKey{abi, number}), theirs.contains(number))
            << word << " " << trace::abi::abi_name(abi) << " "
            << trace::abi::syscall_name(abi, number);
      }
    }
  }
}

}  // namespace
}  // namespace debug_process::e2e
