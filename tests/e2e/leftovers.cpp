// SPDX-License-Identifier: Apache-2.0
#include "e2e/leftovers.h"

#include <sstream>

namespace debug_process::e2e {

std::string status_line(pid_t pid, const std::string& key) {
  std::istringstream lines(read_text("/proc/" + std::to_string(pid) + "/status"));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(key + ":")) return line;
  return "";
}

std::vector<std::filesystem::path> tasks_of(pid_t pid) {
  std::vector<std::filesystem::path> tasks;
  std::error_code gone;
  const std::string folder = "/proc/" + std::to_string(pid) + "/task";
  for (auto entry = std::filesystem::directory_iterator(folder, gone);
       !gone && entry != std::filesystem::directory_iterator(); entry.increment(gone))
    tasks.push_back(entry->path());
  return tasks;
}

unsigned long ask_count(Workload& counter) {
  return std::stoul(counter.ask().substr(std::string("count ").size()));
}

void expect_goes_on(Workload& counter) {
  EXPECT_EQ(status_line(counter.pid(), "State").find("T ("), std::string::npos);
  EXPECT_EQ(status_line(counter.pid(), "State").find("t ("), std::string::npos);
  EXPECT_EQ(status_line(counter.pid(), "TracerPid"), "TracerPid:\t0");
  const unsigned long before = ask_count(counter);
  EXPECT_TRUE(wait_until([&] { return ask_count(counter) > before; }));
}

// fdinfo has "prog_id:\t12".
std::set<std::string> bpf_objects_of(pid_t pid) {
  std::set<std::string> objects;
  std::error_code gone;
  const std::filesystem::path folder = "/proc/" + std::to_string(pid) + "/fdinfo";
  for (const auto& entry : std::filesystem::directory_iterator(folder, gone)) {
    std::istringstream lines(read_text(entry.path()));
    for (std::string line; std::getline(lines, line);) {
      for (const std::string kind : {"prog", "map", "link"}) {
        if (line.starts_with(kind + "_id:"))
          objects.insert(kind + " " + std::to_string(std::stoi(line.substr(kind.size() + 4))));
      }
    }
  }
  return objects;
}

std::set<std::string> bpf_objects_of_machine(const std::string& bpftool) {
  std::set<std::string> objects;
  for (const std::string kind : {"prog", "map", "link"}) {
    for (const auto& object : Json::parse(run({bpftool, "-j", kind, "list"}).out))
      objects.insert(kind + " " + std::to_string(object.at("id").get<int>()));
  }
  return objects;
}

void expect_gone(const std::set<std::string>& objects, const std::string& bpftool) {
  std::set<std::string> left;
  const bool all_gone = wait_until([&] {
    left.clear();
    const auto there = bpf_objects_of_machine(bpftool);
    for (const auto& object : objects)
      if (there.contains(object)) left.insert(object);
    return left.empty();
  });
  EXPECT_TRUE(all_gone) << left.size() << " objects left, first: " << *left.begin();
}

}  // namespace debug_process::e2e
