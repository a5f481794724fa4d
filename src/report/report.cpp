// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

namespace debug_process::report {

const char* to_string(Status status) {
  switch (status) {
    case Status::complete:
      return "complete";
    case Status::partial:
      return "partial";
    case Status::unavailable:
      return "unavailable";
  }
  return "";
}

const char* to_string(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::critical:
      return "critical";
  }
  return "";
}

const char* to_string(EndedBy ended_by) {
  switch (ended_by) {
    case EndedBy::window:
      return "window";
    case EndedBy::target_exit:
      return "target-exit";
    case EndedBy::interrupt:
      return "interrupt";
  }
  return "";
}

const char* to_string(Counts counts) {
  switch (counts) {
    case Counts::exact:
      return "exact";
    case Counts::scaled:
      return "scaled";
    case Counts::samples:
      return "samples";
  }
  return "";
}

}  // namespace debug_process::report
