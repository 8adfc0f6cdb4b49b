// The editor of PgBouncer's userlist.txt. That PgBouncer takes what it writes: test_formats.py.
#include "userlist.h"

#include <gtest/gtest.h>

namespace pgiam::keeper {
namespace {

std::string with(std::string_view content, std::string_view user, std::string_view password) {
  return std::string(with_user(content, user, password).view());
}

std::string without(std::string_view content, std::string_view user, std::string_view password) {
  return std::string(without_user(content, user, password).view());
}

TEST(Userlist, WritesAnEntryOfTheUser) { EXPECT_EQ(with("", "app", "token"), "\"app\" \"token\"\n"); }

TEST(Userlist, DoublesQuotes) {
  EXPECT_EQ(with("", "a\"b", "x\"\"y"), "\"a\"\"b\" \"x\"\"\"\"y\"\n");
  EXPECT_EQ(with("\"a\"\"b\" \"old\"\n", "a\"b", "new"), "\"a\"\"b\" \"new\"\n");
}

TEST(Userlist, ReplacesThePasswordAndNothingElseOfItsLine) {
  EXPECT_EQ(with("; mine\n\"a\" \"1\"\n  \"app\"\t\"old\" rest\r\n\"z\" \"\"", "app", "new"),
            "; mine\n\"a\" \"1\"\n  \"app\"\t\"new\" rest\r\n\"z\" \"\"");
}

TEST(Userlist, TakesTheLastEntryOfAUserWhichIsTheOneThatCounts) {
  EXPECT_EQ(with("\"app\" \"1\"\n\"app\" \"2\"\n", "app", "new"), "\"app\" \"1\"\n\"app\" \"new\"\n");
}

TEST(Userlist, AddsAnEntryBehindAllOthersWithTheirLineEnd) {
  EXPECT_EQ(with("\"a\" \"1\"\r\n", "app", "t"), "\"a\" \"1\"\r\n\"app\" \"t\"\r\n");
  EXPECT_EQ(with("\"a\" \"1\"", "app", "t"), "\"a\" \"1\"\n\"app\" \"t\"\n");
}

TEST(Userlist, IsNotTakenInByCommentsAndByTextOverSeveralLines) {
  const std::string others = "; \"app\" \"1\"\n\"a\" \"x\n\"\"app\"\" \"\"y\"\"\n\"\n";
  EXPECT_EQ(with(others, "app", "t"), others + "\"app\" \"t\"\n");
}

TEST(Userlist, ForgetsItsOwnPasswordOnly) {
  const std::string other = "\"a\" \"1\"\n";
  EXPECT_EQ(without(other + "\"app\" \"t\"\n\"z\" \"2\"\n", "app", "t"), other + "\"z\" \"2\"\n");
  EXPECT_EQ(without(other + "\"app\" \"theirs\"\n", "app", "t"), other + "\"app\" \"theirs\"\n");
  EXPECT_EQ(without(with(other, "app", "t"), "app", "t"), other);
}

TEST(Userlist, TellsWherePgBouncerWouldStopReading) {
  EXPECT_EQ(why_not_in_userlist("; fine\n\"a\" \"1\"\n", "app", "t"), "");
  for (const char* broken : {"\"a\" \"1\"\n\napp t\n\"b\" \"2\"\n", "; \n\n\"app\" \"open\n", "\n\n\"app"})
    EXPECT_NE(why_not_in_userlist(broken, "app", "t").find("line 3"), std::string::npos) << broken;
}

TEST(Userlist, RefusesWhatIsTooLongForPgBouncer) {
  EXPECT_EQ(why_not_in_userlist("", std::string(127, 'u'), std::string(2047, 'p')), "");
  EXPECT_NE(why_not_in_userlist("", "app", std::string(2048, 'p')), "");
  EXPECT_NE(why_not_in_userlist("", "app", std::string(1024, '"')), "");
  EXPECT_NE(why_not_in_userlist("", std::string(128, 'u'), "t"), "");
}

TEST(Userlist, WritesWhatItReadsAgain) {
  const std::string alphabet = "\"a \n;";
  for (unsigned number = 0; number < 5 * 5 * 5 * 5 * 5 * 5; ++number) {
    std::string content;
    for (unsigned rest = number; rest > 0; rest /= 5) content += alphabet[rest % 5];
    if (!why_not_in_userlist(content, "a", "t").empty()) continue;
    const std::string edited = with(content, "a", "t");
    EXPECT_EQ(why_not_in_userlist(edited, "a", "t"), "") << content;
    EXPECT_EQ(with(edited, "a", "t"), edited) << content;
  }
}

}  // namespace
}  // namespace pgiam::keeper
