#include "diagnostics.h"

#include <gtest/gtest.h>

namespace pgiam::odbc {
namespace {

Diagnostics said(std::string_view text) {
  Diagnostics diagnostics;
  diagnostics.say("28000", 200, text);
  return diagnostics;
}

TEST(Diagnostics, AShortTextIsOneRecord) {
  const Diagnostics short_one = said("no credentials\n  try this\n");
  ASSERT_EQ(short_one.messages.size(), 1u);
  EXPECT_EQ(short_one.messages[0], "[pgiam] no credentials\n  try this");
}

TEST(Diagnostics, ALongTextIsSpreadAndNothingOfItIsLost) {
  std::string text, all;
  for (int i = 0; i < 60; ++i) text += "line " + std::to_string(i) + " ünd so weiter\n";
  text += std::string(2000, 'x') + "ü";
  for (int i = 0; i < 700; ++i) text += "ü";
  const Diagnostics long_one = said(text);
  for (const std::string& message : long_one.messages) {
    EXPECT_LE(message.size(), 500u);
    EXPECT_TRUE(message.starts_with("[pgiam] "));
    EXPECT_NE(static_cast<unsigned char>(message[8]) & 0xc0, 0x80);
    all += message.substr(8);
  }
  std::erase(all, '\n');
  std::erase(text, '\n');
  EXPECT_EQ(all, text);
}

TEST(Diagnostics, AreForgottenWithTheNextCallAndBelongToOneHandle) {
  int one = 0, other = 0;
  keep_diagnostics(&one, said("x"));
  EXPECT_TRUE(diagnostics_of(SQL_HANDLE_DBC, &one));
  EXPECT_FALSE(diagnostics_of(SQL_HANDLE_DBC, &other));
  EXPECT_FALSE(diagnostics_of(SQL_HANDLE_STMT, &one));
  const auto held = diagnostics_of(SQL_HANDLE_DBC, &one);
  forget_diagnostics(&one);
  EXPECT_FALSE(diagnostics_of(SQL_HANDLE_DBC, &one));
  EXPECT_EQ(held->sqlstate, "28000");
}

}  // namespace
}  // namespace pgiam::odbc
