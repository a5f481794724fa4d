// floor [--clock|--count PID]: attaches the two empty programs, says "watching", and lets go at the
// end of its standard input. With --clock they read the clock. With --count the first counts the
// calls of that process, and each line of input is answered by how many they were.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "floor.skel.h"

namespace {

struct Destroy {
  void operator()(floor_bpf* skeleton) const { floor_bpf__destroy(skeleton); }
};

void say_count(const floor_bpf& skeleton) {
  unsigned long long calls = 0;
  for (const auto& cpu : skeleton.bss->counts) calls += cpu.calls;
  std::printf("%llu\n", calls);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::unique_ptr<floor_bpf, Destroy> skeleton(floor_bpf__open());
  if (!skeleton) {
    std::perror("floor: cannot open the programs");
    return 1;
  }
  const std::string_view option = argc > 1 ? argv[1] : "";
  skeleton->rodata->read_clock = option == "--clock";
  if (option == "--count" && argc > 2)
    skeleton->rodata->counted_tgid = static_cast<__u32>(std::strtoul(argv[2], nullptr, 10));
  if (floor_bpf__load(skeleton.get()) != 0) {
    std::perror("floor: cannot load the programs");
    return 1;
  }
  if (floor_bpf__attach(skeleton.get()) != 0) {
    std::perror("floor: cannot attach the programs");
    return 1;
  }
  std::puts("watching");
  std::fflush(stdout);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
    if (skeleton->rodata->counted_tgid != 0 && byte == '\n') say_count(*skeleton);
  }
  return 0;
}
