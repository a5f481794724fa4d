// A cgroup (version 1) of one process, which leaves it before it is removed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace debug_process::e2e {

class Group {
 public:
  Group(const std::string& controller, pid_t pid, const std::string& end_of_name = "")
      : root_("/sys/fs/cgroup/" + controller),
        name_("/debug-process-test-" + std::to_string(pid) + end_of_name) {
    made_ = ::mkdir((root_ + name_).c_str(), 0700) == 0;
  }
  ~Group() {
    if (!made_) return;
    std::ifstream processes(root_ + name_ + "/cgroup.procs");
    for (pid_t pid = 0; processes >> pid;)
      std::ofstream(root_ + "/cgroup.procs") << pid << std::flush;
    ::rmdir((root_ + name_).c_str());
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool set(const std::string& file, const std::string& text) const {
    std::ofstream stream(root_ + name_ + "/" + file);
    stream << text << std::flush;
    return stream.good();
  }

 private:
  std::string root_;
  std::string name_;
  bool made_ = false;
};

}  // namespace debug_process::e2e
