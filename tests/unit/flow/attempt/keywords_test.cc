// What a password needs of libpq's keywords, and what becomes of it where the client cannot apply it.
#include "flow/attempt/keywords.h"

#include <gmock/gmock.h>

#include "flow/attempt/sslmode.h"

namespace pgiam {
namespace {

using ::testing::HasSubstr;

std::string text_of(const KeywordSettings& settings) {
  std::string text;
  for (const KeywordSetting& setting : settings) text += setting.key + "=" + setting.value + " ";
  return text;
}

Request request_with(std::vector<OptionValue> keywords, std::string_view can_apply) {
  Request request;
  request.sslmode = value_of(keywords, "sslmode");
  request.keywords = std::move(keywords);
  request.can_apply = can_apply;
  return request;
}

constexpr PasswordDemands kTls{true, "require", ""};
constexpr PasswordDemands kNothing{true, "", ""};

TEST(Keywords, WhatATokenNeedsIsSetWhereItCanBe) {
  const struct {
    const char* condition;
    std::vector<OptionValue> keywords;
    const char* can_apply;
    PasswordDemands demands;
    const char* settings;
  } cases[] = {
      {"a client of 1.0", {}, "", kTls, "sslmode=require "},
      {"and its bundle", {}, "", {true, "verify-full", "/ca.pem"},
       "sslmode=verify-full sslrootcert=/ca.pem "},
      {"libpq, which would go by Kerberos first", {}, "*", kTls,
       "sslmode=require gssencmode=disable "},
      {"the user's own sslmode will do", {{"sslmode", "require"}}, "*", kNothing,
       "gssencmode=disable "},
      {"no TLS is asked for, so Kerberos may be",
       {{"sslmode", "prefer"}, {"gssencmode", "prefer"}}, "*", kNothing, ""},
      {"the user has done it", {{"gssencmode", "disable"}}, "*", kTls, "sslmode=require "},
      {"a word of the user's stands for a bundle", {{"sslrootcert", "word"}}, "*",
       {true, "require", "/ca.pem"}, "sslmode=require sslrootcert=/ca.pem gssencmode=disable "},
      {"a password that is no token takes any way", {{"gssencmode", "prefer"}}, "*",
       {false, "", ""}, ""},
      {"a plugin that is called after TLS", {{"sslmode", "verify-full"}}, "password", kNothing, ""},
      {"spaces in the list", {}, " password , sslmode ", kTls, "sslmode=require "},
      {"of two values the last counts",
       {{"gssencmode", "prefer"}, {"gssencmode", "disable"}}, "*", kTls, "sslmode=require "},
  };
  for (const auto& c : cases) {
    const auto settings = settings_for(request_with(c.keywords, c.can_apply), c.demands);
    ASSERT_TRUE(settings) << c.condition << ": " << settings.error().message;
    EXPECT_EQ(text_of(*settings), c.settings) << c.condition;
  }
}

TEST(Keywords, WhatCannotBeSetIsAnErrorThatSaysWhatToSet) {
  const struct {
    std::vector<OptionValue> keywords;
    const char* can_apply;
    PasswordDemands demands;
    Status status;
    const char* command;
  } cases[] = {
      {{}, "password", kTls, Status::kInsecure, "sslmode=require"},
      {{}, "password,sslmode", {true, "verify-full", "/ca.pem"}, Status::kUnsupported,
       "sslrootcert=/ca.pem"},
      {{{"gssencmode", "prefer"}}, "", kTls, Status::kInsecure, "gssencmode=disable"},
  };
  for (const auto& c : cases) {
    const auto settings = settings_for(request_with(c.keywords, c.can_apply), c.demands);
    ASSERT_FALSE(settings) << c.command;
    EXPECT_EQ(settings.error().status, c.status);
    EXPECT_EQ(settings.error().code, "keyword_not_applied");
    EXPECT_EQ(settings.error().commands, std::vector<std::string>{c.command});
    EXPECT_THAT(settings.error().hint, HasSubstr(c.command));
  }
}

TEST(Keywords, SomeOfTheUsersRuleTheTokenOut) {
  const struct {
    OptionValue keyword;
    const char* code;  // "": it goes
  } cases[] = {
      {{"gssencmode", "require"}, "gssencmode_required"},
      {{"channel_binding", "require"}, "channel_binding_required"},
      {{"channel_binding", "prefer"}, ""},
      {{"require_auth", "scram-sha-256"}, "require_auth_forbids_password"},
      {{"require_auth", "scram-sha-256,password"}, ""},
      {{"require_auth", "!password,!md5"}, "require_auth_forbids_password"},
      {{"require_auth", "!none"}, ""},
  };
  for (const auto& c : cases) {
    const auto settings = settings_for(request_with({c.keyword}, "*"), kTls);
    EXPECT_EQ(settings ? "" : settings.error().code, c.code) << c.keyword.second;
    EXPECT_TRUE(settings_for(request_with({c.keyword}, "*"), {false, "", ""}))
        << "a user's own password may go";
  }
}

TEST(Keywords, WithoutTlsKerberosIsTheUsersBusiness) {
  EXPECT_TRUE(settings_for(request_with({{"gssencmode", "require"}}, "*"), kNothing));
}

TEST(Keywords, OverAListTheStrictestSslmodeHoldsAndOfAllElseTheFirst) {
  const KeywordSettings a = {{"sslmode", "require"}, {"sslrootcert", "/a"}},
                        b = {{"sslmode", "verify-full"}, {"sslrootcert", "/b"}},
                        c = {{"sslmode", "verify-ca"}, {"gssencmode", "disable"}};
  EXPECT_EQ(text_of(merge({&a, &b, &c})), "sslmode=verify-full sslrootcert=/a gssencmode=disable ");
}

TEST(Sslmode, AreOrderedByWhatTheyDemand) {
  const char* const modes[] = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(strictness(modes[i]), i);
  EXPECT_EQ(strictness(""), strictness("prefer")) << "libpq's default";
  EXPECT_FALSE(demands_tls("prefer"));
  EXPECT_TRUE(demands_tls("require"));
}

}  // namespace
}  // namespace pgiam
