// SPDX-License-Identifier: Apache-2.0
#include "sections/errors/expected.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>

namespace debug_process::sections::errors {
namespace {

struct Answer {
  std::string_view syscall;
  int errno_value;
};

constexpr std::array kAnswers{
    // The wait has ended as it may, or the value had changed before it began.
    Answer{"futex", ETIMEDOUT}, Answer{"futex", EAGAIN}, Answer{"futex_time64", ETIMEDOUT},
    Answer{"futex_time64", EAGAIN}, Answer{"rt_sigtimedwait", EAGAIN},
    Answer{"rt_sigtimedwait_time64", EAGAIN}, Answer{"semop", EAGAIN}, Answer{"semtimedop", EAGAIN},
    Answer{"semtimedop_time64", EAGAIN}, Answer{"mq_timedreceive", ETIMEDOUT},
    Answer{"mq_timedsend", ETIMEDOUT},
    // It goes on by itself.
    Answer{"connect", EINPROGRESS},
    // No terminal, no seekable file, no symbolic link: that was the question.
    Answer{"ioctl", ENOTTY}, Answer{"lseek", ESPIPE}, Answer{"readlink", EINVAL},
    Answer{"readlinkat", EINVAL}};

}  // namespace

Expectation expectation(std::string_view syscall, int errno_value) {
  const bool answers = std::any_of(kAnswers.begin(), kAnswers.end(), [&](const Answer& answer) {
    return answer.syscall == syscall && answer.errno_value == errno_value;
  });
  if (answers) return Expectation::yes;
  // Other calls that work on no descriptor have none among what they were about.
  return errno_value == EAGAIN ? Expectation::if_nonblocking : Expectation::no;
}

void mark_expected(const std::function<std::optional<bool>(int fd)>& is_nonblocking, Facts& facts) {
  std::map<std::pair<std::string, std::string>, std::uint64_t> by_object;
  std::map<int, std::optional<bool>> asked;
  for (Object& object : facts.objects) {
    switch (expectation(object.syscall, object.errno_value)) {
      case Expectation::no:
        object.expected = false;
        break;
      case Expectation::yes:
        object.expected = true;
        break;
      case Expectation::if_nonblocking: {
        if (!object.fd) break;
        const auto [found, is_new] = asked.try_emplace(*object.fd);
        if (is_new) found->second = is_nonblocking(*object.fd);
        if (found->second == true) object.expected = true;
        break;
      }
    }
    if (object.expected)
      by_object[{object.syscall, object.error}] += *object.expected ? object.calls : 0;
  }
  for (Row& row : facts.rows) {
    const auto kind = expectation(row.syscall, row.errno_value);
    if (kind == Expectation::no) row.expected = 0;
    if (kind == Expectation::yes) row.expected = row.calls;
    if (const auto found = by_object.find({row.syscall, row.error});
        kind == Expectation::if_nonblocking && found != by_object.end())
      row.expected = std::min(found->second, row.calls);
    facts.expected += row.expected.value_or(0);
  }
}

}  // namespace debug_process::sections::errors
