// A PostgreSQL cluster of its own in a temporary directory, run by the user postgres.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "e2e/children.h"
#include "e2e/harness.h"

namespace debug_process::e2e {

class PostgresServer {
 public:
  // Why there can be none here; nullopt: there can.
  static std::optional<std::string> missing() {
    if (::geteuid() != 0) return "needs root, to become the user postgres";
    if (!find_program("setpriv")) return "setpriv is not installed (package util-linux)";
    if (programs().empty() || run({"/usr/bin/id", "postgres"}).code != 0)
      return "PostgreSQL is not installed (package postgresql)";
    return std::nullopt;
  }

  // With the tables of pgbench, ready for connections.
  PostgresServer() : port_(std::to_string(free_port())) {
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0777));
    do_as_postgres({bin("initdb"), "-D", data(), "-A", "trust", "-N"});
    server_ = std::make_unique<Process>(
        as_postgres({bin("postgres"), "-D", data(), "-k", folder_.path(), "-p", port_, "-c",
                     "listen_addresses=127.0.0.1", "-c", "fsync=off"}));
    server_->wait_for_error_output("ready to accept connections");
    do_as_postgres({bin("pgbench"), "-i", "-h", folder_.path(), "-p", port_, "postgres"});
  }
  // Its children have sessions of their own: it has to end them itself.
  ~PostgresServer() {
    load_.reset();
    server_->kill(SIGQUIT);
    static_cast<void>(server_->wait());
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  [[nodiscard]] pid_t pid() const { return server_->pid(); }
  [[nodiscard]] const std::string& port() const { return port_; }
  [[nodiscard]] std::string folder() const { return folder_.path(); }
  [[nodiscard]] std::string socket_path() const { return folder_.path() / (".s.PGSQL." + port_); }

  // Starts pgbench with one client through `host`: the process of the server that it talks to, 0
  // when that cannot be found. pid_of_load() is pgbench's.
  pid_t begin_load(const std::string& host) {
    load_ =
        std::make_unique<Process>(as_postgres({bin("pgbench"), "-h", host, "-p", port_, "-c", "1",
                                               "-T", "100000", "-P", "1", "-S", "postgres"}));
    // Its first connection only asks what there is.
    load_->wait_for_error_output("progress:");
    pid_t backend = 0;
    (void)wait_until([&] {
      for (const pid_t child : children_of(server_->pid())) {
        const std::string title = read_text("/proc/" + std::to_string(child) + "/cmdline");
        if (title.find(" SELECT") != std::string::npos || title.find("idle") != std::string::npos)
          backend = child;
      }
      return backend != 0;
    });
    return backend;
  }
  [[nodiscard]] pid_t pid_of_load() const { return load_->pid(); }

 private:
  static std::filesystem::path programs() {
    std::filesystem::path found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none))
      if (std::filesystem::exists(entry.path() / "bin/initdb")) found = entry.path() / "bin";
    return found;
  }
  static std::string bin(const std::string& name) { return programs() / name; }

  static std::vector<std::string> as_postgres(const std::vector<std::string>& argv) {
    std::vector<std::string> result{*find_program("setpriv"), "--reuid=postgres",
                                    "--regid=postgres", "--clear-groups"};
    result.insert(result.end(), argv.begin(), argv.end());
    return result;
  }
  static void do_as_postgres(const std::vector<std::string>& argv) {
    if (run(as_postgres(argv)).code != 0) throw std::runtime_error(argv.front() + " failed");
  }
  [[nodiscard]] std::string data() const { return folder_.path() / "data"; }

  TemporaryDirectory folder_;
  std::string port_;
  std::unique_ptr<Process> server_;
  std::unique_ptr<Process> load_;
};

}  // namespace debug_process::e2e
