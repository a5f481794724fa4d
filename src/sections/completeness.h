// How much of a section's facts could be had. Every Facts struct starts with one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "report/report.h"

namespace debug_process::sections {

struct Completeness {
  report::Status status = report::Status::complete;
  std::string reason;  // empty when complete

  static Completeness unavailable(std::string why) {
    return {report::Status::unavailable, std::move(why)};
  }
  // Lowers complete to partial; further reasons are joined with "; ".
  void add_gap(const std::string& why) {
    if (status == report::Status::complete) status = report::Status::partial;
    if (!reason.empty()) reason += "; ";
    reason += why;
  }
};

}  // namespace debug_process::sections
