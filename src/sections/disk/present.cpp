// SPDX-License-Identifier: Apache-2.0
#include "sections/disk/present.h"

#include <fmt/format.h>

namespace debug_process::sections::disk {
namespace {

using report::Show;
using report::Text;
using report::to_value;
using report::Value;

constexpr double kMostly = 0.5;
constexpr double kHardly = 0.2;

Value part(const std::optional<Transfer>& transfer, Bytes Transfer::*member) {
  return transfer ? Value((*transfer).*member) : Value();
}

std::string transfer_text(const Transfer& transfer) {
  return fmt::format("{} read, {} written", format_bytes(transfer.read),
                     format_bytes(transfer.written));
}

Value transfer_value(const std::optional<Transfer>& transfer) {
  return transfer ? Value(transfer_text(*transfer)) : Value();
}

// Loads that no disk takes note of are nobody's fault.
std::string load_text(const Facts& facts) {
  if (facts.disks.empty() || facts.disks.front().kind != "disk") return "no disk was busy";
  const Disk& busiest = facts.disks.front();
  return fmt::format("{} busy {} of the time", busiest.name,
                     format_ratio(busiest.busy.value_or(Ratio{})));
}

report::Table disks_table(const Facts& facts) {
  report::Table table{"disks",
                      "Disks of the machine",
                      {{"disk", "Disk", Show::everywhere, false, Text::word},
                       {"kind", "Kind", Show::everywhere, false, Text::word},
                       {"busy_ratio", "Busy"},
                       {"reads_per_s", "Reads"},
                       {"writes_per_s", "Writes"},
                       {"read_bytes", "Read"},
                       {"written_bytes", "Written"},
                       {"wait_ns", "Wait"},
                       {"queue", "", Show::json_only}},
                      {},
                      "No disk did anything."};
  if (!facts.host) table.when_empty.clear();
  for (const Disk& disk : facts.disks)
    table.rows.push_back({disk.name, disk.kind, to_value(disk.busy), to_value(disk.reads),
                          to_value(disk.writes), disk.bytes.read, disk.bytes.written,
                          to_value(disk.wait), disk.queue ? Value(Ratio{*disk.queue}) : Value()});
  return table;
}

}  // namespace

std::string verdict(const Facts& facts) {
  if (!facts.host) return "cannot tell: the machine's disks could not be read";
  if (!facts.storage)
    return fmt::format("cannot tell: what this process does is unknown; {}", load_text(facts));
  const Bytes own = facts.storage->total();
  const Bytes all = facts.host->total();
  if (own == Bytes{} && all == Bytes{}) return "neither: no disk did anything";
  const std::string load = load_text(facts);
  if (own > all)
    return fmt::format(
        "this process: it read and wrote more than the disks have seen so far, {} against {}; {}",
        format_bytes(own), format_bytes(all), load);
  const double share = static_cast<double>(own.value) / static_cast<double>(all.value);
  const std::string amount = fmt::format("{} of {}", format_ratio(Ratio{share}), format_bytes(all));
  if (share >= kMostly) return fmt::format("this process: it makes {}; {}", amount, load);
  if (share < kHardly) return fmt::format("the box: this process makes {}; {}", amount, load);
  return fmt::format("both: this process makes {}; {}", amount, load);
}

report::Section present(const Facts& facts) {
  report::Section section{"disk", "Disk I/O", facts.completeness.status, facts.completeness.reason,
                          {},     {}};
  if (section.status == report::Status::unavailable) return section;
  auto& metrics = section.metrics;
  metrics.push_back({"verdict", verdict(facts), "Me or the box"});
  metrics.push_back({"process", transfer_value(facts.storage), "This process"});
  metrics.push_back({"group", transfer_value(facts.group), facts.group ? "Its cgroup" : ""});
  metrics.push_back({"host", transfer_value(facts.host), "All disks"});
  metrics.push_back({"read_bytes", part(facts.storage, &Transfer::read), ""});
  metrics.push_back({"written_bytes", part(facts.storage, &Transfer::written), ""});
  metrics.push_back({"cancelled_bytes", to_value(facts.cancelled),
                     facts.cancelled.value_or(Bytes{}) > Bytes{} ? "Never written" : ""});
  metrics.push_back({"read_share_ratio", to_value(facts.read_share), "Of all reads"});
  metrics.push_back({"write_share_ratio", to_value(facts.write_share), "Of all writes"});
  metrics.push_back({"call_read_bytes", part(facts.calls, &Transfer::read), "By read calls"});
  metrics.push_back(
      {"call_written_bytes", part(facts.calls, &Transfer::written), "By write calls"});
  metrics.push_back({"read_calls", to_value(facts.read_calls), ""});
  metrics.push_back({"write_calls", to_value(facts.write_calls), ""});
  metrics.push_back({"group_read_bytes", part(facts.group, &Transfer::read), ""});
  metrics.push_back({"group_written_bytes", part(facts.group, &Transfer::written), ""});
  metrics.push_back(
      {"group_name", facts.group_name.empty() ? Value() : Value(facts.group_name), "", Text::path});
  metrics.push_back({"host_read_bytes", part(facts.host, &Transfer::read), ""});
  metrics.push_back({"host_written_bytes", part(facts.host, &Transfer::written), ""});
  metrics.push_back({"psi_some_ratio", to_value(facts.host_pressure.some), ""});
  metrics.push_back({"psi_full_ratio", to_value(facts.host_pressure.full), "I/O pressure, full"});
  const bool grouped = facts.group_pressure.some.has_value();
  metrics.push_back({"group_psi_some_ratio", to_value(facts.group_pressure.some), ""});
  metrics.push_back({"group_psi_full_ratio", to_value(facts.group_pressure.full),
                     grouped ? "in its cgroup, full" : ""});
  section.tables.push_back(disks_table(facts));
  return section;
}

}  // namespace debug_process::sections::disk
