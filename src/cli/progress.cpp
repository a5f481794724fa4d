// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace debug_process::cli {
namespace {

constexpr unsigned kWidthWhenUnknown = 80;
constexpr std::size_t kBarWidth = 20;
constexpr const char* kEraseLine = "\r\033[K";

std::string bar(double share) {
  const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * kBarWidth);
  return std::string(full, '#') + std::string(kBarWidth - full, '.');
}

}  // namespace

void ProgressLine::show(const run::Progress& progress) {
  const double elapsed = std::chrono::duration<double>(progress.elapsed).count();
  shown_ = true;
  if (!progress.window) {
    fmt::print(stderr, "{}watching {} until it ends: {:.1f} s (Ctrl-C ends the window)", kEraseLine,
               subject_, elapsed);
  } else {
    const double window = std::chrono::duration<double>(*progress.window).count();
    fmt::print(stderr, "{}watching {} [{}] {:.1f} of {:.1f} s (Ctrl-C: report now)", kEraseLine,
               subject_, bar(elapsed / window), elapsed, window);
  }
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (!shown_) return;
  shown_ = false;
  fmt::print(stderr, "{}", kEraseLine);
  std::fflush(stderr);
}

unsigned terminal_width(int fd) {
  if (::isatty(fd) == 0) return 0;
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kWidthWhenUnknown;
  return size.ws_col;
}

}  // namespace debug_process::cli
