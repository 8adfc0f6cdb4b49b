#include "secret_text.h"

#include <gtest/gtest.h>

namespace pgiam::host {
namespace {

TEST(SecretText, GrowsAndKeepsWhatItHolds) {
  SecretText text;
  for (int i = 0; i < 1000; ++i) text.append("ab").append(2, '-');
  EXPECT_EQ(text.view().size(), 4000u);
  EXPECT_EQ(text.view().substr(3996), "ab--");
  EXPECT_EQ(text.c_str()[4000], '\0');
}

TEST(SecretText, LeavesNothingBehindWhereItGrewFrom) {
  SecretText text("short secret");
  const char* old_place = text.c_str();
  std::string more(10'000, 'x');
  text.append(more);
  ASSERT_NE(text.c_str(), old_place);
  EXPECT_EQ(text.view(), "short secret" + more);
}

TEST(SecretText, EscapesTheSpecialCharactersWhereverTheyAre) {
  EXPECT_EQ(SecretText().append_escaped("", ":").view(), "");
  EXPECT_EQ(SecretText().append_escaped("plain", ":").view(), "plain");
  EXPECT_EQ(SecretText().append_escaped(":a::b\\", ":\\").view(), "\\:a\\:\\:b\\\\");
}

TEST(SecretText, MovesWithoutACopy) {
  SecretText from("short"), to("other");
  const char* place = from.c_str();
  to = std::move(from);
  EXPECT_EQ(to.view(), "short");
  EXPECT_EQ(to.c_str(), place);
  const SecretText last = std::move(to);
  EXPECT_EQ(last.c_str(), place);
  EXPECT_TRUE(to.empty());
}

}  // namespace
}  // namespace pgiam::host
