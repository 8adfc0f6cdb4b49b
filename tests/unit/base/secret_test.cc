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

#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)  // whose allocators give another block
// The allocator gives the block that was given back last to who asks for one of its size.
TEST(AppendWiping, LeavesNothingInWhatItGivesBack) {
  constexpr std::size_t kRoom = 200;
  std::string text;
  text.reserve(kRoom);
  text.assign(kRoom, 's');
  const void* const before = text.data();
  append_wiping(text, "more");
  auto* const given = static_cast<volatile char*>(malloc(kRoom + 1));
  EXPECT_EQ(const_cast<char*>(given), before);
  std::size_t left = 0;
  for (std::size_t i = 0; i < kRoom; ++i) left += given[i] == 's';
  free(const_cast<char*>(given));
  EXPECT_EQ(left, 0u);
}
#endif

}  // namespace
}  // namespace pgiam
