// floor: attaches the two empty programs, says "watching", and lets go at the end of its standard
// input. SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string_view>

#include "floor.skel.h"

namespace {

struct Destroy {
  void operator()(floor_bpf* skeleton) const { floor_bpf__destroy(skeleton); }
};

}  // namespace

int main(int argc, char** argv) {
  const std::unique_ptr<floor_bpf, Destroy> skeleton(floor_bpf__open());
  if (!skeleton) {
    std::perror("floor: cannot open the programs");
    return 1;
  }
  skeleton->rodata->read_clock = argc > 1 && std::string_view(argv[1]) == "--clock";
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
  }
  return 0;
}
