// The vocabulary in the middle: sections speak it, renderers and comparison know only it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "util/boxed.h"
#include "util/histogram.h"
#include "util/units.h"

namespace debug_process::report {

inline constexpr int kSchemaVersion = 1;

// One number for each interval of the window, first to last; nullopt: unknown.
using Series = std::vector<std::optional<std::uint64_t>>;

// monostate is "unknown": null in JSON, "-" in text; never 0. The alternative carries the unit, and
// a key's ending says it again for readers of JSON: nanoseconds `_ns`, Bytes `_bytes`, Ratio
// `_ratio`, Rate `_per_s`.
using Value = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, Ratio, Rate,
                           std::chrono::nanoseconds, Bytes, std::string, std::vector<std::string>,
                           Boxed<Histogram>, Series, std::vector<Histogram>>;

[[nodiscard]] inline bool is_unknown(const Value& value) {
  return std::holds_alternative<std::monostate>(value);
}

// Unknown stays unknown.
template <typename T>
[[nodiscard]] Value to_value(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}

// What a text is made of, for those who must not show all of it: redact/ makes tokens of it. Says
// nothing about values that are no text.
enum class Text {
  prose,     // a sentence of ours, which may quote the target
  word,      // of our own or the kernel's vocabulary: system calls, errors, states, types
  name,      // of a process or thread: "nginx", "nginx (1234)"
  argument,  // of a command line
  path,      // of a file, directory or control group
  address,   // of a socket: IP address, path or other name
  object,    // what a call is about: a path, an address or a descriptor
  user,
  host,
  id,  // anything else that is somebody's own
};

struct Metric {
  std::string key;  // unique within its section; JSON and comparison know it by "<section>.<key>"
  Value value;
  std::string label;  // for people; empty: the metric is for machines only
  Text text = Text::prose;
};

enum class Show { everywhere, json_only };

struct Column {
  std::string key;
  std::string heading;
  Show show = Show::everywhere;
  bool elastic = false;  // long text that may be cut in the middle where a line is too narrow
  Text text = Text::prose;
};

struct Table {
  std::string id;
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<Value>> rows;  // most important first; each as long as `columns`
  std::string when_empty;  // what text says instead of an empty table; empty: nothing at all
};

enum class Status { complete, partial, unavailable };

struct Section {
  std::string id;
  std::string title;
  Status status = Status::complete;
  std::string reason;  // why not complete; empty when complete
  std::vector<Metric> metrics;
  std::vector<Table> tables;
};

enum class Severity { info, warning, critical };

struct Evidence {
  std::string metric;  // "<section>.<key>", or a cell: "<section>.<table>[<row>].<column>"
  Value value;
};

struct Finding {
  std::string rule;
  Severity severity = Severity::info;
  std::string title;
  std::string explanation;
  std::vector<Evidence> evidence;
  std::string next_step;
  // Thread time that it costs, of the window; unknown where it costs none that could be told. Ranks
  // findings of one severity.
  std::optional<std::chrono::nanoseconds> lost = std::nullopt;
};

struct SummaryLine {
  std::string label;
  std::string text;
};

enum class EndedBy { window, target_exit, interrupt };

struct Run {
  std::string run_id;
  std::chrono::system_clock::time_point started_at;
  std::chrono::nanoseconds window{0};
  std::chrono::nanoseconds startup{0};  // from the tool's start to the window's start
  std::string backend;
  std::string backend_reason;
  std::string host;
  std::string kernel;
  std::string arch;
  EndedBy ended_by = EndedBy::window;
};

struct ExitStatus {
  std::optional<int> code;    // exit(code), or
  std::optional<int> signal;  // killed by it
};

struct Target {
  std::int64_t pid = 0;
  std::optional<std::int64_t> ns_pid;  // its number in its own PID namespace
  std::vector<std::string> command;
  std::string comm;
  std::optional<std::string> executable;
  std::optional<std::chrono::system_clock::time_point> started_at;
  std::optional<ExitStatus> exit;  // when it ended in the window
};

enum class Counts { exact, scaled, samples };

struct Cost {
  std::optional<std::chrono::nanoseconds> target_per_call;     // that works on no descriptor
  std::optional<std::chrono::nanoseconds> target_per_io_call;  // that does; unknown: the same
  std::optional<std::chrono::nanoseconds>
      target_per_path_call;  // of which a path is kept; as above
  std::optional<std::chrono::nanoseconds> bystander_per_call;
  // Of one CPU; where the tracer stops the target (Collection::inflated_latencies), of the wall
  // time of those threads that it has stopped.
  std::optional<Ratio> target;
};

struct Collection {
  std::optional<Ratio> coverage;  // of the window; unknown when nothing traced
  std::optional<Counts> counts;
  // The relative standard error of all calls together: 0 where they were counted exactly; unknown
  // where it could not be told, and a note says why.
  std::optional<Ratio> counts_error;
  bool inflated_latencies = false;  // they include stops that the tool caused
  Cost cost;
  std::map<std::string, std::uint64_t> losses;
  // How long the last reading of /proc and of the kernel's tables took, by section id, of those
  // that have one of their own; "peers": the search of other processes for what this one shares.
  std::map<std::string, std::chrono::nanoseconds> gathering;
  std::chrono::nanoseconds tool_cpu{0};
  Bytes tool_peak_rss;
  std::vector<std::string> notes;
};

struct Report {
  std::string tool_version;
  Run run;
  Target target;
  std::vector<SummaryLine> summary;
  std::vector<Finding> findings;  // most severe first
  std::vector<Section> sections;  // in the order they are read
  Collection collection;
};

[[nodiscard]] const char* to_string(Status status);
[[nodiscard]] const char* to_string(Severity severity);
[[nodiscard]] const char* to_string(EndedBy ended_by);  // as in JSON: "target-exit"
[[nodiscard]] const char* to_string(Counts counts);

}  // namespace debug_process::report
