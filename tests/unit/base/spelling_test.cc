#include "base/spelling.h"

#include <gtest/gtest.h>

namespace pgiam {
namespace {

TEST(EditDistance, CountsTypingMistakes) {
  EXPECT_EQ(edit_distance("profle", "profile"), 1u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("Region", "region"), 0u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

}  // namespace
}  // namespace pgiam
