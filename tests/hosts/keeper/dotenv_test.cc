// The editor of dotenv files. That their readers take what it writes: test_formats.py.
#include "dotenv.h"

#include <gtest/gtest.h>

namespace pgiam::keeper {
namespace {

std::string with(std::string_view content, std::string_view name, std::string_view value) {
  return std::string(with_variable(content, name, value).view());
}

std::string without(std::string_view content, std::string_view name, std::string_view value) {
  return std::string(without_variable(content, name, value).view());
}

TEST(Dotenv, WritesALineWithoutQuotesWhichDockerWouldTakeForPartOfTheValue) {
  EXPECT_EQ(with("", "PW", "h:1/?a=b&c=%2F"), "PW=h:1/?a=b&c=%2F\n");
}

TEST(Dotenv, KeepsTheQuotesThatAreThere) {
  EXPECT_EQ(with("PW='old'\n", "PW", "new"), "PW='new'\n");
  EXPECT_EQ(with("export PW = \"o\\\"ld\"  # mine\r\nX=1", "PW", "new"),
            "export PW = \"new\"  # mine\r\nX=1");
  EXPECT_EQ(with("PW=''", "PW", "new"), "PW='new'");
}

TEST(Dotenv, ReplacesAllOfAValueWithoutQuotes) {
  EXPECT_EQ(with("A=1\nPW=old # or not\nB=2\n", "PW", "new"), "A=1\nPW=new\nB=2\n");
  EXPECT_EQ(with("PW=\n", "PW", "new"), "PW=new\n");
  EXPECT_EQ(with("PW='unclosed\n", "PW", "new"), "PW=new\n");
  EXPECT_EQ(with("PW='a'b\n", "PW", "new"), "PW=new\n");
}

TEST(Dotenv, ReplacesAValueOfSeveralLines) {
  EXPECT_EQ(with("PW=\"one\ntwo\"\nB=2\n", "PW", "new"), "PW=\"new\"\nB=2\n");
}

TEST(Dotenv, TakesTheLastLineOfANameWhichIsTheOneThatCounts) {
  EXPECT_EQ(with("PW=1\nPW=2\nA=3\n", "PW", "new"), "PW=1\nPW=new\nA=3\n");
}

TEST(Dotenv, LeavesOtherLinesAsTheyAreByteForByte) {
  const std::string others =
      "# PW=1\r\nPWD=1\nA_PW=2\nPW.x=3\nQ=\"\nPW=inside\n\"\n \nnonsense\n\xff\nexport\nPW\n";
  EXPECT_EQ(with(others, "PW", "t"), others + "PW=t\r\n");
}

TEST(Dotenv, AddsALineAfterOneThatHasNoEndOrGoesOn) {
  EXPECT_EQ(with("A=1", "PW", "t"), "A=1\nPW=t\n");
  EXPECT_EQ(with("A=1\\\n", "PW", "t"), "A=1\\\n\nPW=t\n");
}

TEST(Dotenv, ForgetsItsOwnValueOnly) {
  EXPECT_EQ(without("A=1\nPW=t\nB=2\n", "PW", "t"), "A=1\nB=2\n");
  EXPECT_EQ(without("A=1\nPW='t' # x\n", "PW", "t"), "A=1\n");
  EXPECT_EQ(without("A=1\nPW=theirs\n", "PW", "t"), "A=1\nPW=theirs\n");
  EXPECT_EQ(without(with("A=1\n", "PW", "t"), "PW", "t"), "A=1\n");
}

TEST(Dotenv, KnowsNamesAndValuesThatEverybodyReadsAlike) {
  for (const char* name : {"PW", "_x9", "a"}) EXPECT_TRUE(is_variable_name(name)) << name;
  for (const char* name : {"", "9a", "a b", "a-b", "a=b", "ä"}) EXPECT_FALSE(is_variable_name(name));
  EXPECT_TRUE(is_plain_in_dotenv("postgresql://a%20b:h%3A1%2F%3F@[::1]:1/d?sslmode=require&x=~-._"));
  for (char c : std::string(" \t\n\r'\"`\\$#!;()<>|*{}^\xc3"))
    EXPECT_FALSE(is_plain_in_dotenv(std::string("a") + c)) << c;
}

TEST(Dotenv, WritesWhatItReadsAgain) {
  const std::string alphabet = "'\"A=\n\\# ";
  for (unsigned number = 0; number < 8 * 8 * 8 * 8 * 8; ++number) {
    std::string content;
    for (unsigned rest = number; rest > 0; rest /= 8) content += alphabet[rest % 8];
    const std::string edited = with(content, "A", "t");
    EXPECT_EQ(with(edited, "A", "t"), edited) << content;
  }
}

}  // namespace
}  // namespace pgiam::keeper
