// SPDX-License-Identifier: Apache-2.0
#include "proc/stat.h"

#include <unistd.h>

#include <fmt/format.h>
#include <array>

#include "proc/text.h"

namespace debug_process::proc {
namespace {

// 4638 (cat) R 4636 4636 2852 0 -1 4194304 101 0 0 0 12 3 0 0 20 0 1 0 120635 3133440 394
// 18446744073709551615 ...
//
// comm is verbatim: "a) R 1 (b" is a name a process can give itself, and so is one with newlines.
// Nothing after it contains a parenthesis, so its end is the last one.

std::chrono::nanoseconds from_ticks(std::uint64_t ticks) {
  static const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return std::chrono::nanoseconds(ticks * (1'000'000'000U / per_second));
}

// Reads numbered fields in order and remembers the first that was wrong.
class Reader {
 public:
  explicit Reader(std::string_view text) : fields_(text) {}

  template <typename T>
  T number(std::string_view name) {
    const std::string_view field = fields_.next();
    const auto value = to_number<T>(field);
    if (!value && problem_.empty()) problem_ = fmt::format("{} is no number: '{}'", name, field);
    return value.value_or(T{});
  }
  std::string_view word() { return fields_.next(); }
  void skip(int count) { fields_.skip(count); }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  Fields fields_;
  std::string problem_;
};

}  // namespace

Result<Stat> parse_stat(std::string_view text) {
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return malformed("stat", 1, "no name in parentheses");
  }
  Stat stat;
  const auto pid = to_number<pid_t>(trim(text.substr(0, open)));
  if (!pid) return malformed("stat", 1, "pid is no number");
  stat.pid = *pid;
  stat.comm = text.substr(open + 1, close - open - 1);

  std::string_view rest = text.substr(close + 1);
  if (!rest.empty() && rest.back() == '\n') rest.remove_suffix(1);
  Reader reader(rest);
  const std::string_view state = reader.word();
  if (state.size() != 1) return malformed("stat", 1, "state is no single letter");
  stat.state = state[0];
  stat.ppid = reader.number<pid_t>("ppid");
  stat.pgrp = reader.number<pid_t>("pgrp");
  stat.session = reader.number<pid_t>("session");
  reader.skip(2);  // tty_nr, tpgid
  stat.flags = reader.number<std::uint32_t>("flags");
  stat.minor_faults = reader.number<std::uint64_t>("minflt");
  reader.skip(1);  // cminflt
  stat.major_faults = reader.number<std::uint64_t>("majflt");
  reader.skip(1);  // cmajflt
  stat.user = from_ticks(reader.number<std::uint64_t>("utime"));
  stat.system = from_ticks(reader.number<std::uint64_t>("stime"));
  reader.skip(3);  // cutime, cstime, priority
  stat.nice = reader.number<int>("nice");
  stat.threads = reader.number<std::uint64_t>("num_threads");
  reader.skip(1);  // itrealvalue
  stat.start_time = from_ticks(reader.number<std::uint64_t>("starttime"));
  stat.virtual_size = {reader.number<std::uint64_t>("vsize")};
  stat.rss = {reader.number<std::uint64_t>("rss") *
              static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
  if (!reader.problem().empty()) return malformed("stat", 1, reader.problem());
  reader.skip(14);  // rsslim .. exit_signal
  stat.processor = to_number<int>(reader.word()).value_or(-1);
  stat.realtime_priority = to_number<unsigned>(reader.word()).value_or(0);
  stat.policy = to_number<unsigned>(reader.word()).value_or(0);
  stat.block_io_delay = from_ticks(to_number<std::uint64_t>(reader.word()).value_or(0));
  return stat;
}

}  // namespace debug_process::proc
