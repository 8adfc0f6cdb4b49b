#include "base/secret.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace pgiam {
namespace {

TEST(AppendWiping, AppendsWhateverTheRoom) {
  std::string text;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    append_wiping(text, "piece ");
    expected += "piece ";
  }
  append_wiping(text, {});
  EXPECT_EQ(text, expected);
}

// The allocator gives the block that was given back last to who asks for one of its size.
TEST(AppendWiping, LeavesNothingInWhatItGivesBack) {
  constexpr std::size_t kRoom = 200;
  std::string text;
  text.reserve(kRoom);
  text.assign(kRoom, 's');
  const void* const before = text.data();
  append_wiping(text, "more");
  auto* const given = static_cast<volatile char*>(malloc(kRoom + 1));
  const bool is_same = const_cast<char*>(given) == before;
  std::size_t left = 0;
  for (std::size_t i = 0; is_same && i < kRoom; ++i) left += given[i] == 's';
  free(const_cast<char*>(given));
  if (!is_same) GTEST_SKIP() << "this allocator gives another block";
  EXPECT_EQ(left, 0u);
}

}  // namespace
}  // namespace pgiam
