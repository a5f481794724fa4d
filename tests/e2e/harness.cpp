// SPDX-License-Identifier: Apache-2.0
#include "e2e/harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "trace/abi/abi.h"

namespace debug_process::e2e {
namespace {

using trace::abi::Abi;

std::vector<std::string> joined(std::vector<std::string> first,
                                const std::vector<std::string>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

bool matches(const Json& row, const Json& where) {
  return std::all_of(where.items().begin(), where.items().end(), [&](const auto& item) {
    return row.contains(item.key()) && row.at(item.key()) == item.value();
  });
}
std::vector<std::string> with_default(std::vector<std::string> arguments, const char* option,
                                      const char* value) {
  if (std::find(arguments.begin(), arguments.end(), option) != arguments.end()) return arguments;
  return joined({option, value}, arguments);
}

// Workloads make calls as fast as they can, and tests want to see every one.
std::vector<std::string> exact_unless_given(const std::vector<std::string>& arguments) {
  return with_default(arguments, "--max-overhead", "none");
}

}  // namespace

std::optional<std::string> why_no_bpf() {
  if (::geteuid() != 0) return "needs root";
  if (::access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
    return "this kernel has no BTF: no /sys/kernel/btf/vmlinux";
  }
  return std::nullopt;
}

std::optional<std::string> find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(std::string(path != nullptr ? path : "") +
                             ":/usr/bin:/usr/sbin:/sbin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = folder + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name =
      (std::filesystem::temp_directory_path() / "debug-process-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string tool_path() {
  return DEBUG_PROCESS_BINARY;
}

std::string workload_path(const std::string& name) {
  return std::string(DEBUG_PROCESS_WORKLOADS) + "/" + name;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(fd, generic, length) == 0 && ::getsockname(fd, generic, &length) == 0;
  ::close(fd);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

Workload::Workload(const std::string& name, const std::vector<std::string>& arguments)
    : Process(joined({workload_path(name)}, arguments)) {
  wait_for_output("ready");
}

void Workload::go() {
  send_line();
  wait_for_output("done\n");
}

Result run_tool(const std::vector<std::string>& arguments,
                const std::vector<std::string>& environment) {
  return run(joined({tool_path()}, arguments), environment);
}

Json parse_report(const Result& result, int expected_code) {
  if (result.code != expected_code) {
    throw std::runtime_error("expected exit status " + std::to_string(expected_code) + ", got " +
                             result.describe());
  }
  return Json::parse(result.out);
}

Json report_on(pid_t pid, const std::vector<std::string>& arguments) {
  return parse_report(
      run_tool(joined(joined({"--json"}, exact_unless_given(arguments)), {std::to_string(pid)})));
}

Json report_on_command(const std::vector<std::string>& command, int expected_code,
                       const std::vector<std::string>& environment) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "report.json";
  const Result result =
      run_tool(joined({"--json", "--max-overhead", "none", "-o", file.string(), "--"}, command),
               environment);
  if (result.code != expected_code) {
    throw std::runtime_error("expected exit status " + std::to_string(expected_code) + ", got " +
                             result.describe());
  }
  return Json::parse(read_text(file));
}

Watch::Watch(pid_t pid, const std::vector<std::string>& arguments) {
  const auto all = joined({tool_path(), "--json", "--verbose"},
                          with_default(exact_unless_given(arguments), "-d", "300s"));
  tool_ = std::make_unique<Process>(joined(all, {std::to_string(pid)}));
  tool_->wait_for_error_output("watching");
}

Json Watch::end() {
  tool_->kill(SIGINT);
  return wait();
}

Json Watch::wait() {
  return parse_report(tool_->wait());
}

Json watch_work(Workload& workload, const std::vector<std::string>& arguments) {
  Watch watch(workload.pid(), arguments);
  workload.go();
  return watch.end();
}

std::vector<Json> rows(const Json& report, const std::string& section, const std::string& table,
                       const Json& where) {
  std::vector<Json> found;
  for (const auto& row : report.at("sections").at(section).at("tables").at(table)) {
    if (matches(row, where)) found.push_back(row);
  }
  return found;
}

Json row(const Json& report, const std::string& section, const std::string& table,
         const Json& where) {
  const auto found = rows(report, section, table, where);
  if (found.size() != 1) {
    throw std::runtime_error(std::to_string(found.size()) + " rows with " + where.dump() + " in " +
                             report.at("sections").at(section).at("tables").at(table).dump(1) +
                             "\ncollected: " + report.at("collection").dump() +
                             "\nrun: " + report.at("run").dump());
  }
  return found.front();
}

Json metric(const Json& report, const std::string& section, const std::string& key) {
  return report.at("sections").at(section).at("metrics").at(key);
}

std::map<int, Json> open_files(const Json& report) {
  std::map<int, Json> files;
  for (Json file : rows(report, "files", "files")) {
    for (const char* column :
         {"calls", "failed_calls", "bytes", "read_bytes", "written_bytes", "total_ns", "p99_ns",
          "transfers", "small_transfers", "number_uses", "size_bytes"})
      file.erase(column);
    files[file.at("fd").get<int>()] = file;
  }
  return files;
}

std::uint64_t calls(const Json& report, const std::string& syscall) {
  std::uint64_t sum = 0;
  for (const auto& found : rows(report, "syscalls", "syscalls", {{"syscall", syscall}})) {
    sum += found.at("calls").get<std::uint64_t>();
  }
  return sum;
}

std::uint64_t all_calls(const Json& report) {
  return metric(report, "syscalls", "calls").get<std::uint64_t>();
}

std::string abi_64() {
  return std::string(trace::abi::abi_name(Abi::native));
}

std::string abi_32() {
  return std::string(trace::abi::abi_name(Abi::compat32));
}

std::string call_here(const std::vector<std::string>& names) {
  const auto found = std::find_if(names.begin(), names.end(), [](const std::string& name) {
    return trace::abi::syscall_number(Abi::native, name).has_value();
  });
  if (found == names.end()) throw std::runtime_error("no such call here: " + names.front());
  return *found;
}

std::string losses(const Json& report) {
  std::string text;
  for (const auto& [what, count] : report.at("collection").at("losses").items()) {
    if (count != 0) text += what + "=" + count.dump() + " ";
  }
  return text;
}

}  // namespace debug_process::e2e
