#include "odbc_string.h"

#include <gtest/gtest.h>
#include <locale.h>

#include <cstdlib>
#include <random>

namespace pgiam::odbc {
namespace {

std::string value(std::string_view text, const char* key) {
  const auto parsed = ConnectionString::parse(text);
  if (!parsed) return "(malformed)";
  const host::SecretText* found = parsed->find({key});
  return found ? std::string(found->view()) : "(none)";
}

TEST(ConnectionString, ValuesEndAtASemicolonOrTheEnd) {
  EXPECT_EQ(value("UID=a;PWD=b", "UID"), "a");
  EXPECT_EQ(value("UID=a;PWD=b", "PWD"), "b");
  EXPECT_EQ(value("UID=a;", "UID"), "a");
  EXPECT_EQ(value("UID=;PWD=b", "UID"), "");
  EXPECT_EQ(value("UID=", "UID"), "");
  EXPECT_EQ(value("UID=a=b;", "UID"), "a=b");
}

TEST(ConnectionString, KeysHaveNoCaseAndBlanksAroundAreIgnored) {
  EXPECT_EQ(value(" uid = a b ;x=y", "UID"), "a b");
  EXPECT_EQ(value("x=y;;\n; Uid\t=a", "UID"), "a");
}

// Where the small letter of I is none of ASCII's.
TEST(ConnectionString, KeysHaveNoCaseInATurkishProgramEither) {
  const std::string folder = testing::TempDir() + "turkish";
  setenv("LOCPATH", folder.c_str(), 1);
  const std::string make = "mkdir -p " + folder + " && localedef -i tr_TR -f UTF-8 " + folder + "/tr_TR.UTF-8 2>/dev/null";
  const bool is_made = std::system(make.c_str()) == 0;
  const bool is_turkish = setlocale(LC_ALL, "tr_TR.UTF-8") != nullptr;  // newlocale() leaks LOCPATH
  unsetenv("LOCPATH");
  ASSERT_TRUE(is_made && is_turkish) << "apt-get install locales";
  EXPECT_EQ(value("uid=a;driver=b", "UID"), "a");
  EXPECT_EQ(value("UID=a;DRIVER=b", "driver"), "b");
  setlocale(LC_ALL, "C");
}

TEST(ConnectionString, BracesHoldAnythingAndClosingOnesAreDoubled) {
  EXPECT_EQ(value("UID={a;b=c};x=y", "UID"), "a;b=c");
  EXPECT_EQ(value("UID={a;b=c};x=y", "x"), "y");
  EXPECT_EQ(value("UID={a}}b}", "UID"), "a}b");
  EXPECT_EQ(value("UID={}}}", "UID"), "}");
  EXPECT_EQ(value("UID={}", "UID"), "");
  EXPECT_EQ(value("UID={ a } ;x=y", "UID"), " a ");
  EXPECT_EQ(value("UID={{a}", "UID"), "{a");
  EXPECT_EQ(value("UID=a{b}c", "UID"), "a{b}c");
}

TEST(ConnectionString, ABraceThatIsNotClosedOrGoesOnIsMalformed) {
  EXPECT_EQ(value("UID={a", "UID"), "(malformed)");
  EXPECT_EQ(value("UID={a}}", "UID"), "(malformed)");
  EXPECT_EQ(value("UID={a}b;x=y", "UID"), "(malformed)");
}

TEST(ConnectionString, AKeyWithoutAValueSaysNothing) {
  EXPECT_EQ(value("UID;PWD=b", "UID"), "(none)");
  EXPECT_EQ(value("UID;PWD=b", "PWD"), "b");
  EXPECT_EQ(value("UID", "UID"), "(none)");
}

TEST(ConnectionString, TheFirstOfRepeatedKeysCounts) {
  EXPECT_EQ(value("UID=a;uid=b", "UID"), "a");
  EXPECT_TRUE(ConnectionString::parse("UID=a;uid=b")->has_repeats());
  EXPECT_FALSE(ConnectionString::parse("UID=a;PWD=b")->has_repeats());
  const auto both = ConnectionString::parse("Username=a;UID=b");
  EXPECT_EQ(both->find({"UID", "Username"})->view(), "a");
}

TEST(ConnectionString, OfDsnAndDriverTheFirstCounts) {
  EXPECT_EQ(value("DSN=a;DRIVER=b", "DRIVER"), "(none)");
  EXPECT_EQ(value("DRIVER={b};DSN=a", "DSN"), "(none)");
  EXPECT_EQ(value("FILEDSN=f;DSN=a", "DSN"), "(none)");
  EXPECT_EQ(value("DSN=a;FILEDSN=f", "FILEDSN"), "(none)");
  EXPECT_EQ(value("FILEDSN=f;DRIVER=b", "DRIVER"), "b");
}

TEST(ConnectionString, WhatWasWrittenIsKept) {
  const auto parsed = ConnectionString::parse("a = {x;y} ;b= z ");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->pairs()[0].raw.view(), "{x;y}");
  EXPECT_EQ(parsed->pairs()[1].raw.view(), "z");
}

// Whatever the value, its form in braces means it and ends where it ends.
TEST(ConnectionString, AnyValueComesBackFromItsBraces) {
  std::mt19937 random(7);
  const std::string_view letters = "ab;={}{}  \t\n'\"\\%+&\xc3\xbc";
  for (int round = 0; round < 20000; ++round) {
    std::string text(random() % 12, ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    host::SecretText string;
    append_pair(string, "k", braced(text).view());
    append_pair(string, "next", "n");
    EXPECT_EQ(value(string.view(), "k"), text);
    EXPECT_EQ(value(string.view(), "next"), "n");
  }
}

// Whatever the text, it is read to its end or refused, and what was read means the same again.
TEST(ConnectionString, AnyTextIsReadOrRefused) {
  std::mt19937 random(8);
  const std::string_view letters = "kKv;;=={}{} ";
  for (int round = 0; round < 50000; ++round) {
    std::string text(random() % 24, ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    const auto parsed = ConnectionString::parse(text);
    if (!parsed) continue;
    host::SecretText again;
    for (const auto& pair : parsed->pairs()) append_pair(again, pair.key, pair.raw.view());
    const auto second = ConnectionString::parse(again.view());
    ASSERT_TRUE(second) << text;
    EXPECT_FALSE(second->has_repeats());
    ASSERT_EQ(second->pairs().size(), parsed->pairs().size()) << text;
    for (std::size_t i = 0; i < parsed->pairs().size(); ++i) {
      EXPECT_EQ(second->pairs()[i].key, parsed->pairs()[i].key);
      EXPECT_EQ(second->pairs()[i].value.view(), parsed->pairs()[i].value.view()) << text;
    }
  }
}

}  // namespace
}  // namespace pgiam::odbc
