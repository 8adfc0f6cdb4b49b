// Keys that somebody, or some tool, wrote into a file or a variable.
#include "clouds/aws/sources_fixture.h"

namespace pgiam::aws {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kKeys = "aws_access_key_id = AKIAK\naws_secret_access_key = s\n";
constexpr const char* kTemporary =
    "aws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = s\n";

class StaticKeys : public test::SourcesTest {
 protected:
  std::string token_of(const std::string& in_config, const std::string& in_credentials) {
    config("[default]\n" + in_config);
    credentials("[default]\n" + in_credentials);
    const auto loaded = load();
    return loaded ? std::string((*loaded)->session_token.reveal()) : found(loaded);
  }
};

TEST_F(StaticKeys, TakeTheSessionTokenByBothOfItsNamesInBotocoresOrder) {
  EXPECT_EQ(token_of("", std::string(kTemporary) + "aws_security_token = old"), "old");
  EXPECT_EQ(token_of("", std::string(kTemporary) + "aws_session_token = new"), "new");
  EXPECT_EQ(token_of("", std::string(kTemporary) +
                             "aws_session_token = new\naws_security_token = old"),
            "old");
}
TEST_F(StaticKeys, TakeNoSessionTokenOfTheOtherFile) {
  EXPECT_EQ(token_of("aws_session_token = stale", kKeys), "");
  EXPECT_THAT(token_of("aws_session_token = stale", kTemporary), HasSubstr("has no aws_session"));
}
TEST_F(StaticKeys, AreNotMadeOfTheHalvesOfTwo) {
  config("[default]\naws_access_key_id = AKIACONFIG\naws_secret_access_key = s1\n"
         "aws_session_token = t1\n");
  credentials("[default]\naws_secret_access_key = s2\naws_security_token = t2\n");
  const auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ((*loaded)->secret_access_key.reveal(), "s1");
  EXPECT_EQ((*loaded)->session_token.reveal(), "t1");
  credentials("[default]\naws_access_key_id = AKIACREDENTIALS\n");
  EXPECT_THAT(found(), HasSubstr("credentials:2: profile \"default\" has aws_access_key_id, but no"));
}
TEST_F(StaticKeys, ThatAreTemporaryNeedASessionToken) {
  EXPECT_EQ(token_of("", kTemporary),
            "error: ~/.aws/credentials:2: the key ASIA…MPLE of profile \"default\" is a temporary "
            "one, and has no aws_session_token beside it");
  world.environment.set("AWS_ACCESS_KEY_ID", "ASIAENV");
  world.environment.set("AWS_SECRET_ACCESS_KEY", "s");
  EXPECT_THAT(found(), HasSubstr("in AWS_ACCESS_KEY_ID is a temporary one"));
  world.environment.set("AWS_SESSION_TOKEN", "t");
  EXPECT_EQ(found(), "ASIAENV from aws.environment");
}
TEST_F(StaticKeys, EndWhenTheToolThatWroteThemSays) {
  for (const std::string name : {"x_security_token_expires", "aws_credential_expiration"}) {
    credentials("[default]\n" + std::string(kKeys) + name + " = 2026-01-01T15:00:00+02:00");
    const auto loaded = load();
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ((*loaded)->expires_at, pgiam::test::at("2026-01-01T13:00:00Z"));
    credentials("[default]\n" + std::string(kKeys) + name + " = 2025-01-01T00:00:00Z");
    EXPECT_EQ(found(), "error: the keys of profile \"default\" expired at 2025-01-01T00:00:00Z");
  }
}
TEST_F(StaticKeys, DoNotEndByWhatTheOtherFileSays) {
  config("[default]\nx_security_token_expires = 2025-01-01T00:00:00Z");
  credentials("[default]\n" + std::string(kKeys));
  EXPECT_EQ(found(), "AKIAK from aws.profile");
}
TEST_F(StaticKeys, AreWarnedOfWhereNobodyKnowsWhenTheyEnd) {
  token_of("", std::string(kKeys) + "aws_credential_expiration = 1767268800");
  EXPECT_THAT(world.log.text(), HasSubstr("credentials:4: this is no time"));
}
TEST_F(StaticKeys, OfVariablesTakeTheSessionTokenInBotocoresOrder) {
  world.environment.set("AWS_ACCESS_KEY_ID", "ASIAENV");
  world.environment.set("AWS_SECRET_ACCESS_KEY", "s");
  world.environment.set("AWS_SESSION_TOKEN", "new");
  world.environment.set("AWS_SECURITY_TOKEN", "old");
  EXPECT_EQ((*load())->session_token.reveal(), "old");
}
TEST_F(StaticKeys, OfVariablesAreWarnedOf) {
  world.environment.set("AWS_ACCESS_KEY_ID", "AKIAENV");
  world.environment.set("AWS_SECRET_ACCESS_KEY", "'s'");
  world.environment.set("AWS_SESSION_TOKEN", "stale");
  EXPECT_EQ(found(), "AKIAENV from aws.environment");
  EXPECT_THAT(world.log.text(), HasSubstr("AWS_SECRET_ACCESS_KEY stands in quotes"));
  EXPECT_THAT(world.log.text(), HasSubstr("AWS_ACCESS_KEY_ID is a long-term key"));
}
TEST_F(StaticKeys, OfVariablesAreNotSetByAnyKindOfBlank) {
  for (const char* blank : {"", " ", "\t\r\n", "\f", "\v\f"}) {
    world.environment.set("AWS_ACCESS_KEY_ID", blank);
    world.environment.set("AWS_SECRET_ACCESS_KEY", blank);
    EXPECT_THAT(found(), Not(HasSubstr("from aws.environment")));
  }
}
TEST_F(StaticKeys, OfVariablesEndWhenGrantedSays) {
  world.environment.set("AWS_ACCESS_KEY_ID", "AKIAENV");
  world.environment.set("AWS_SECRET_ACCESS_KEY", "s");
  world.environment.set("AWS_SESSION_EXPIRATION", "2026-01-01T13:00:00Z");
  const auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ((*loaded)->expires_at, pgiam::test::at("2026-01-01T13:00:00Z"));
}
TEST_F(StaticKeys, AreWarnedOfWhereAWSWillNotTakeThem) {
  token_of("", kKeys);
  EXPECT_THAT(world.log.text(), Not(HasSubstr("credentials:")));
  token_of("", "aws_access_key_id = \"AKIAK\"\naws_secret_access_key = s s\n");
  EXPECT_THAT(world.log.text(), HasSubstr("credentials:2: aws_access_key_id stands in quotes"));
  EXPECT_THAT(world.log.text(), HasSubstr("credentials:3: aws_secret_access_key has blanks"));
  token_of("", std::string(kKeys) + "aws_session_token = stale");
  EXPECT_THAT(world.log.text(), HasSubstr("aws_access_key_id is a long-term key"));
}

}  // namespace
}  // namespace pgiam::aws
