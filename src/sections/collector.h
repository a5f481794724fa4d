// Gathers all sections: first at the window's start, then at its end, and between for a target that
// may end any moment. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "sections/sections.h"
#include "sections/source.h"

namespace debug_process::sections {

class Collector {
 public:
  explicit Collector(Source source);
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  // Before begin(): BPF works here, and may be used to read what is large.
  void allow_bpf();
  // At the window's start: what is compared with the end, and all that would be lost if the target
  // ended. For a command that has just been started everything counts from nothing.
  void begin(bool started_by_us);
  // The cheap part of a checkpoint, for a process that may be large: what its threads have done so
  // far, and what it has read and written.
  void look_at_threads();
  // Here ends an interval of the window, and the next begins: as for trace::Backend::mark().
  void mark();
  // A sample of what is resident: five and more within the window tell of growth. Costs
  // microseconds.
  void look_at_memory();
  // Keeps what can be read now, in case nothing can be read later. Does nothing once the target is
  // gone.
  void checkpoint();
  // How long the last reading of what the process holds took.
  [[nodiscard]] std::chrono::nanoseconds last_reading() const;
  // At the window's end, after tracing has stopped. `activity` is null when nothing traced;
  // `why_untraced` then says why.
  [[nodiscard]] Facts finish(std::chrono::nanoseconds window, const trace::Activity* activity,
                             const std::string& why_untraced);

  struct State;  // defined in collector.cpp

 private:
  std::unique_ptr<State> state_;
};

}  // namespace debug_process::sections
