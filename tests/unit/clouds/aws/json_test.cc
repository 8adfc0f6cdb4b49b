#include "clouds/aws/json.h"

#include <gtest/gtest.h>

namespace pgiam::aws {
namespace {

TEST(Json, GivesMembersOfTheTypeThatIsAskedFor) {
  const auto json =
      Json::parse(R"( {"a": "text", "n": 12, "f": 3.0, "o": {"b": "in"}, "z": null} )");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(json->text("a"), "text");
  EXPECT_EQ(json->integer("n"), 12);
  EXPECT_EQ(json->integer("f"), 3);
  EXPECT_EQ(json->object("o")->text("b"), "in");
  EXPECT_FALSE(json->text("n"));
  EXPECT_FALSE(json->integer("a"));
  EXPECT_FALSE(json->object("a"));
  EXPECT_FALSE(json->text("z"));
  EXPECT_TRUE(json->has("n"));
  EXPECT_FALSE(json->has("z"));
  EXPECT_FALSE(json->has("y"));
}

TEST(Json, TakesNoNumberForAWholeOneThatNoTimeCouldBe) {
  const auto json = Json::parse(
      R"({"a": 9223372036854775807, "b": -9223372036854775808, "c": 1e300, "d": 1.5,
          "e": 18446744073709551615, "f": 253402300799000})");
  ASSERT_TRUE(json);
  for (const char* name : {"a", "b", "c", "d", "e"}) EXPECT_FALSE(json->integer(name)) << name;
  EXPECT_EQ(json->integer("f"), 253402300799000);
}

TEST(Json, FindsAMemberInAnyCaseButPrefersItsOwn) {
  const auto json = Json::parse(R"({"ACCESSTOKEN": "other", "accessToken": "own"})");
  EXPECT_EQ(json->text("accessToken"), "own");
  EXPECT_EQ(json->text("AccessToken"), "other");
}

TEST(Json, IsRefusedWhenItIsNotOneWholeObject) {
  for (const char* text : {"", "   ", "{", "[]", "\"a\"", "{} {}", "{\"a\": 1,}",
                           "{\"a\": \"\\ud800\"}", "<html>", "{\"a\": \"half"})
    EXPECT_FALSE(Json::parse(text)) << text;
}

TEST(Json, RefusesNestingThatWouldExhaustTheStack) {
  EXPECT_FALSE(Json::parse("{\"a\":" + std::string(100'000, '[')));
}

TEST(Json, RefusesNumbersBeyondDoubleHoweverDeep) {
  for (const char* text :
       {R"({"a": 10e430})", R"({"a": -1e309})", R"({"a": [0, {"b": [1, 1e999999]}]})"}) {
    const auto json = Json::parse(text);
    ASSERT_FALSE(json) << text;
    EXPECT_EQ(json.error().status, Status::kBadResponse);
  }
  for (const char* text : {R"({"a": 1.7976931348623157e308})", R"({"a": 1e-400})"})
    EXPECT_TRUE(Json::parse(text)) << text;
}

TEST(Json, DoesNotQuoteWhatItRefuses) {
  const auto json = Json::parse(R"({"SecretAccessKey": hunter2})");
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().message.find("hunter2"), std::string::npos);
}

TEST(Json, KeepsWhatItDoesNotKnowWhenAMemberIsReplaced) {
  auto json = Json::parse(R"({"x": [1, {"y": null}], "accessToken": "old", "expiresIn": 1})");
  ASSERT_TRUE(json);
  json->set("accessToken", "new \"one\"");
  json->set("expiresIn", 900);
  Json inner;
  inner.set("k", "v");
  json->set("inner", inner);
  EXPECT_EQ(
      json->serialize().reveal(),
      R"({"x":[1,{"y":null}],"accessToken":"new \"one\"","expiresIn":900,"inner":{"k":"v"}})");
  json->remove("x");
  EXPECT_FALSE(json->has("x"));
}

TEST(Json, CopiesStandAlone) {
  Json first;
  first.set("a", "1");
  Json second = first;
  second.set("a", "2");
  EXPECT_EQ(first.text("a"), "1");
}

}  // namespace
}  // namespace pgiam::aws
