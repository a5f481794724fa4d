// A report that can be shown to anybody: what people, files, machines and processes are called is
// replaced by tokens, which are the same wherever the same is meant, in this report and in all that
// are made with the same key. Numbers, system calls, errors, states and the kernel's names stay.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "redact/key.h"
#include "report/report.h"

namespace debug_process::redact {

// Pure. Give it the whole report, before sections are left out: what their tables name is looked
// for in all sentences.
[[nodiscard]] report::Report redact(const report::Report& report, const Key& key);

}  // namespace debug_process::redact
