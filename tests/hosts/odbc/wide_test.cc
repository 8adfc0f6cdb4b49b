#include "wide.h"

#include <gtest/gtest.h>

#include <random>

namespace pgiam::odbc {
namespace {

std::vector<SQLWCHAR> wide(std::u16string_view text) {
  std::vector<SQLWCHAR> units(text.begin(), text.end());
  units.push_back(0);
  return units;
}

TEST(Wide, LengthsAreInCharactersOrEndAtTheNul) {
  std::vector<SQLWCHAR> text = wide(u"aü€\U0001f600z");
  EXPECT_EQ(to_text(text.data(), SQL_NTS).view(), "aü€😀z");
  EXPECT_EQ(to_text(text.data(), 3).view(), "aü€");
  EXPECT_EQ(to_text(text.data(), 0).view(), "");
  EXPECT_EQ(to_text(static_cast<SQLWCHAR*>(nullptr), SQL_NTS).view(), "");
  EXPECT_EQ(to_text(static_cast<SQLCHAR*>(nullptr), 5).view(), "");
}

TEST(Wide, NonBmpCharactersAreTwoUnits) {
  const DriverText<SQLWCHAR> text("x😀");
  ASSERT_EQ(text.length(), 3u);
  EXPECT_EQ(text.get()[1], 0xd83d);
  EXPECT_EQ(text.get()[2], 0xde00);
  EXPECT_EQ(text.get()[3], 0);
}

TEST(Wide, AnyUnitsSurviveTheWayThereAndBack) {
  std::mt19937 random(9);
  for (int round = 0; round < 20000; ++round) {
    std::vector<SQLWCHAR> units(random() % 8);
    for (SQLWCHAR& unit : units)
      unit = static_cast<SQLWCHAR>(random() % 3 ? 0xd7f0 + random() % 0x820 : 1 + random() % 0xfffe);
    const host::SecretText utf8 = to_text(units.data(), static_cast<SQLINTEGER>(units.size()));
    const DriverText<SQLWCHAR> back(utf8.view());
    EXPECT_EQ(std::vector<SQLWCHAR>(back.get(), back.get() + back.length()), units);
  }
}

TEST(Wide, BytesThatAreNoUtf8AreReadAsTheyAre) {
  std::mt19937 random(10);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(random() % 8, ' ');
    for (char& c : bytes) c = static_cast<char>(random());
    const DriverText<SQLWCHAR> text(bytes);
    EXPECT_LE(text.length(), bytes.size());
  }
}

TEST(Wide, WhatIsCopiedOutFitsAndEndsWithANul) {
  const DriverText<SQLWCHAR> text("abc");
  SQLWCHAR out[5] = {7, 7, 7, 7, 7};
  EXPECT_FALSE(text.copy_to(out, 0));
  EXPECT_EQ(out[0], 7);
  EXPECT_FALSE(text.copy_to(out, 3));
  EXPECT_EQ(std::vector<SQLWCHAR>(out, out + 4), (std::vector<SQLWCHAR>{'a', 'b', 0, 7}));
  EXPECT_TRUE(text.copy_to(out, 4));
  EXPECT_EQ(out[3], 0);
  EXPECT_EQ(out[4], 7);
  EXPECT_TRUE(text.copy_to(nullptr, 0));
}

}  // namespace
}  // namespace pgiam::odbc
