// SPDX-License-Identifier: Apache-2.0
#include "sections/memory/categories.h"

#include <gtest/gtest.h>

namespace debug_process::sections::memory {
namespace {

std::string_view category(const std::string& line, const Landmarks& landmarks = {}) {
  return category_of(*proc::parse_map_line(line), landmarks);
}

std::vector<std::uint64_t> arenas_in(const std::string& text) {
  const auto maps = proc::parse_maps(text);
  std::vector<const proc::Map*> in_order;
  for (const proc::Map& map : *maps) in_order.push_back(&map);
  return find_arenas(in_order);
}

TEST(MappingCategory, KnowsTheOddOnes) {
  EXPECT_EQ(category("1000-2000 rwxp 0 00:01 5 /memfd:doublemapper (deleted)"), "jit");
  EXPECT_EQ(category("1000-2000 rw-s 0 00:01 5 /dev/zero (deleted)"), "shared memory");
  EXPECT_EQ(category("1000-2000 rw-s 0 00:01 5 /SYSV00000000 (deleted)"), "shared memory");
  EXPECT_EQ(category("1000-2000 rw-p 0 00:0f 5 /anon_hugepage (deleted)"), "hugetlb");
  EXPECT_EQ(category("1000-2000 ---p 0 00:00 0 [anon:guard]"), "reserved");
  EXPECT_EQ(category("1000-2000 rw-s 0 00:0d 5 anon_inode:[io_uring]"), "other");
  EXPECT_EQ(category("1000-2000 --xp 0 00:00 0 [vsyscall]"), "vdso");
  EXPECT_EQ(category("1000-2000 rw-p 0 00:00 0 [stack:42]"), "thread stack");
  EXPECT_EQ(category("1000-2000 rw-p 0 00:00 0"), "anonymous");
}

TEST(MappingCategory, TellsAThreadsStackByItsStackPointer) {
  EXPECT_EQ(category("1000-2000 rw-p 0 00:00 0", {{0x1fff}, {}}), "thread stack");
  EXPECT_EQ(category("1000-2000 rw-p 0 00:00 0", {{0x2000}, {}}), "anonymous");
  // A thread of Go sleeps on a stack in the heap's arena: that is a stack by no means alone.
  EXPECT_EQ(category("1000-2000 rw-p 0 00:00 0", {{}, {0x1000}}), "arena");
}

TEST(Arenas, BeginAt64MiBAndLeaveTheRestClosed) {
  EXPECT_EQ(arenas_in("7f0000000000-7f0000021000 rw-p 0 00:00 0\n"
                      "7f0000021000-7f0004000000 ---p 0 00:00 0\n"),
            (std::vector<std::uint64_t>{0x7f0000000000}));
}

TEST(Arenas, MayHaveANeighbourThatTheKernelMergedThemWith) {
  // One that is full and the next; and a guard page right behind the rest.
  EXPECT_EQ(arenas_in("7f0000000000-7f0004021000 rw-p 0 00:00 0\n"
                      "7f0004021000-7f0008001000 ---p 0 00:00 0\n"),
            (std::vector<std::uint64_t>{0x7f0000000000}));
}

TEST(Arenas, AreNotGuessed) {
  EXPECT_TRUE(arenas_in("7f0000001000-7f0000021000 rw-p 0 00:00 0\n"
                        "7f0000021000-7f0004000000 ---p 0 00:00 0\n")
                  .empty())
      << "not aligned";
  EXPECT_TRUE(arenas_in("7f0000000000-7f0000021000 rw-p 0 00:00 0\n"
                        "7f0000021000-7f0000022000 ---p 0 00:00 0\n")
                  .empty())
      << "a guard page";
  EXPECT_TRUE(arenas_in("7f0000000000-7f0000021000 rw-p 0 00:00 0\n"
                        "7f0000030000-7f0004000000 ---p 0 00:00 0\n")
                  .empty())
      << "a gap";
  EXPECT_TRUE(arenas_in("7f0000000000-7f0000021000 rw-s 0 00:01 9 /dev/shm/x\n"
                        "7f0000021000-7f0004000000 ---p 0 00:00 0\n")
                  .empty())
      << "a file";
  EXPECT_TRUE(arenas_in("7f0000000000-7f0004000000 rw-p 0 00:00 0\n").empty()) << "nothing behind";
}

}  // namespace
}  // namespace debug_process::sections::memory
