// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/ptrace_backend.h"

#include <optional>

#include "trace/ptrace/accounts.h"
#include "trace/ptrace/outcome.h"
#include "trace/ptrace/tracer.h"

namespace debug_process::trace::ptrace {
namespace {

class PtraceBackend : public Backend {
 public:
  explicit PtraceBackend(const WatchOptions& options) : options_(options), tracer_(options) {}

  Result<void> attach() { return tracer_.attach(); }

  void start() override {
    tracer_.open();
    accounts_.emplace(options_.pid);
  }

  Result<Activity> stop() override {
    const Uses uses = accounts_ ? accounts_->until_now() : Uses();
    tracer_.close();
    return make_activity(tracer_.loop(), options_, tracer_.cost(), uses);
  }

 private:
  WatchOptions options_;
  Tracer tracer_;
  std::optional<Accounts> accounts_;
};

}  // namespace

Result<std::unique_ptr<Backend>> load(const WatchOptions& options) {
  auto backend = std::make_unique<PtraceBackend>(options);
  if (auto attached = backend->attach(); !attached)
    return tl::unexpected(std::move(attached.error()));
  return backend;
}

}  // namespace debug_process::trace::ptrace
