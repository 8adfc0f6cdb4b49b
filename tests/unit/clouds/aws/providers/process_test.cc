#include "clouds/aws/sources_fixture.h"

namespace pgiam::aws {
namespace {

using test::SourcesTest;

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ProcessProviderTest : public SourcesTest {
 protected:
  ProcessProviderTest() {
    config("[default]\ncredential_process = helper --key 'a b' | jq .\naws_account_id = 1234\n");
  }
  void output(const std::string& out, int exit_code = 0, const std::string& err = "") {
    world.process.result = ProcessResult{exit_code, out, err};
  }
};

TEST_F(ProcessProviderTest, RunsTheCommandInAShell) {
  output(R"({"Version":1,"AccessKeyId":"AKIAP","SecretAccessKey":"s"})");
  const auto loaded = load();
  EXPECT_EQ(found(loaded), "AKIAP from aws.process");
  EXPECT_EQ((*loaded)->expires_at, std::nullopt);
  EXPECT_EQ((*loaded)->account_id, "1234");
  EXPECT_THAT(world.process.requests.at(0).argv,
              ElementsAre("/bin/sh", "-c", "helper --key 'a b' | jq ."));
}

TEST_F(ProcessProviderTest, TakesACommandOfSeveralLinesForOne) {
  config("[default]\ncredential_process = helper\n  --key a\n\n  --role b\n");
  output(R"({"Version":1,"AccessKeyId":"AKIAP","SecretAccessKey":"s"})");
  EXPECT_EQ(found(), "AKIAP from aws.process");
  EXPECT_EQ(world.process.requests.at(0).argv[2], "helper --key a  --role b");
}

TEST_F(ProcessProviderTest, TakesAllThatTheProgramTells) {
  output(R"({"Version":1,"AccessKeyId":"ASIAP","SecretAccessKey":"s","SessionToken":"t",
             "Expiration":"2026-01-01T15:00:00+02:00","AccountId":"999","Other":{}})");
  const auto loaded = load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ((*loaded)->session_token.reveal(), "t");
  EXPECT_EQ((*loaded)->expires_at, pgiam::test::at("2026-01-01T13:00:00Z"));
  EXPECT_EQ((*loaded)->account_id, "999");
}

TEST_F(ProcessProviderTest, RefusesEverythingButVersionOne) {
  for (const char* version : {"", "\"Version\":2,", "\"Version\":\"1\",", "\"Version\":null,"}) {
    output(std::string("{") + version + R"("AccessKeyId":"AKIAP","SecretAccessKey":"s"})");
    EXPECT_THAT(found(), HasSubstr("version 1")) << version;
  }
}

TEST_F(ProcessProviderTest, NamesTheProfileTheLineAndWhatIsWrong) {
  output(R"({"Version":1,"AccessKeyId":"AKIAP"})");
  EXPECT_THAT(found(), HasSubstr("profile \"default\" (~/.aws/config:2)"));
  EXPECT_THAT(found(), HasSubstr("no SecretAccessKey"));
  output("");
  EXPECT_THAT(found(), HasSubstr("not JSON"));
  output(R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"later"})");
  EXPECT_THAT(found(), HasSubstr("a malformed Expiration"));
  output(
      R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"2025-01-01T00:00:00Z"})");
  EXPECT_THAT(found(), HasSubstr("expired at 2025-01-01T00:00:00Z"));
}

TEST_F(ProcessProviderTest, TakesNoMemberOfTheWrongTypeForAnAbsentOne) {
  const auto with = [&](const std::string& more) {
    output(R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"s",)" + more + "}");
    return found();
  };
  EXPECT_THAT(with(R"("Expiration":1600000000)"), HasSubstr("a malformed Expiration"));
  EXPECT_THAT(with(R"("SessionToken":["t"])"), HasSubstr("a malformed SessionToken"));
  EXPECT_THAT(with(R"("Expiration":"")"), HasSubstr("a malformed Expiration"));
  EXPECT_THAT(with(R"("AccountId":1234)"), HasSubstr("a malformed AccountId"));
  EXPECT_EQ(with(R"("SessionToken":null,"Expiration":null)"), "A from aws.process");
}

TEST_F(ProcessProviderTest, TakesNoTemporaryKeyWithoutItsSessionToken) {
  output(R"({"Version":1,"AccessKeyId":"ASIAP","SecretAccessKey":"s"})");
  EXPECT_THAT(found(), HasSubstr("has no SessionToken"));
}

TEST_F(ProcessProviderTest, ShowsWhyTheProgramFailedWithoutItsSecrets) {
  output("ignored", 3, "cannot log in\nkey AKIAIOSFODNN7EXAMPLE refused\n");
  const auto loaded = load();
  EXPECT_EQ(loaded.error().status, Status::kNoCredentials);
  EXPECT_THAT(loaded.error().message,
              HasSubstr("ended with status 3: cannot log in key … refused"));
  EXPECT_THAT(loaded.error().message, Not(HasSubstr("helper")));
}

TEST_F(ProcessProviderTest, IsLeftToTheTryThatMayAskWhereThereWillBeOne) {
  output(R"({"Version":1,"AccessKeyId":"AKIAP","SecretAccessKey":"s"})");
  Call call = world.call();
  call.has_person = true;
  EXPECT_EQ(load(call).error().status, Status::kCancelled);
  EXPECT_TRUE(world.process.requests.empty());
  call.may_prompt = true;
  EXPECT_EQ(found(load(call)), "AKIAP from aws.process");
  EXPECT_EQ(world.process.requests.at(0).timeout, Milliseconds{600'000});
}

TEST_F(ProcessProviderTest, DoesNotFallThroughToAnotherSource) {
  world.process.result = make_error(Status::kTimeout, "the program did not end in time");
  EXPECT_THAT(found(), HasSubstr("did not end in time"));
  EXPECT_EQ(sent_count(), 0U);
}

TEST_F(ProcessProviderTest, YieldsToKeysOfTheCredentialsFile) {
  credentials("[default]\naws_access_key_id = AKIAF\naws_secret_access_key = s\n");
  EXPECT_EQ(found(), "AKIAF from aws.profile");
  EXPECT_TRUE(world.process.requests.empty());
}

TEST_F(ProcessProviderTest, IsOnlyNamedWhenOffline) {
  Call call = world.call();
  call.offline = true;
  EXPECT_THAT(found(load(call)), HasSubstr("would run credential_process"));
  EXPECT_TRUE(world.process.requests.empty());
}

}  // namespace
}  // namespace pgiam::aws
