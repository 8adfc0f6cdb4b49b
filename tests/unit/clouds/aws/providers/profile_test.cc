// Which identity a profile stands for.
#include "clouds/aws/sources_fixture.h"

namespace pgiam::aws {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Profile : public test::SourcesTest {};

TEST_F(Profile, GivesItsKeys) {
  config(
      "[default]\naws_access_key_id = AKID\naws_secret_access_key = s\naws_session_token = t\n"
      "aws_account_id = 1");
  const auto loaded = load();
  ASSERT_EQ(found(loaded), "AKID from aws.profile");
  EXPECT_EQ((*loaded)->secret_access_key.reveal(), "s");
  EXPECT_EQ((*loaded)->session_token.reveal(), "t");
  EXPECT_EQ((*loaded)->account_id, "1");
  EXPECT_FALSE((*loaded)->expires_at);
}
TEST_F(Profile, IsTheOneThatTheVariableNames) {
  config(
      "[default]\naws_access_key_id = D\naws_secret_access_key = s\n"
      "[profile dev]\naws_access_key_id = DEV\naws_secret_access_key = s");
  EXPECT_EQ(found(), "D from aws.profile");
  world.environment.set("AWS_PROFILE", "dev");
  EXPECT_EQ(found(), "DEV from aws.profile");
}
TEST_F(Profile, OfOurOwnOptionBeatsTheVariablesOfAllKinds) {
  config("[profile dev]\naws_access_key_id = DEV\naws_secret_access_key = s");
  world.environment.set("AWS_PROFILE", "other");
  world.environment.set("AWS_ACCESS_KEY_ID", "ENV");
  world.environment.set("AWS_SECRET_ACCESS_KEY", "s");
  world.environment.set("AWS_WEB_IDENTITY_TOKEN_FILE", "/t");
  world.environment.set("AWS_ROLE_ARN", "arn:aws:iam::1:role/R");
  option(kProfileOption, "dev");
  EXPECT_EQ(found(), "DEV from aws.profile");
}
TEST_F(Profile, OfAVariableComesAfterTheKeysOfTheEnvironment) {
  config("[profile dev]\naws_access_key_id = DEV\naws_secret_access_key = s");
  world.environment.set("AWS_PROFILE", "dev");
  world.environment.set("AWS_ACCESS_KEY_ID", "ENV");
  world.environment.set("AWS_SECRET_ACCESS_KEY", "s");
  EXPECT_EQ(found(), "ENV from aws.environment");
}
TEST_F(Profile, IsPassedOverWhenItHoldsNoCredentials) {
  config("[default]\nregion = eu-west-1");
  EXPECT_EQ(found(), "error: no AWS credentials were found");
  ASSERT_GE(trace.size(), 3u);
  EXPECT_EQ(trace[2].provider, "aws.profile");
  EXPECT_EQ(trace[2].detail, "profile \"default\" holds no credentials");
}
TEST_F(Profile, IsPassedOverWhenItIsTheDefaultAndMissing) {
  EXPECT_EQ(found(), "error: no AWS credentials were found");
}
TEST_F(Profile, IsPassedOverWithTheLinesThatMayHaveBeenMeant) {
  const std::string lines = "export AWS_ACCESS_KEY_ID=AKID\nexport AWS_SECRET_ACCESS_KEY=s\n";
  credentials("[default]\n" + lines + "[other]\n" + lines);
  const std::string told = explanation_of(load().error());
  EXPECT_THAT(told, testing::HasSubstr("~/.aws/credentials:2 was skipped: this is for a shell"));
  EXPECT_THAT(told, testing::Not(testing::HasSubstr("~/.aws/credentials:5")));
  credentials(lines);
  EXPECT_THAT(explanation_of(load().error()),
              testing::HasSubstr("~/.aws/credentials:1 was skipped: this is for a shell"));
}
TEST_F(Profile, IsNamedInACommandAsAShellReadsIt) {
  config("[profile \"my dev\"]\naws_access_key_id = A");
  world.environment.set("AWS_PROFILE", "my dev");
  const auto half = load();
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().hint, "run: aws configure --profile 'my dev'");
  world.environment.set("AWS_PROFILE", "quite another");
  const auto missing = load();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().hint, "run: aws configure --profile 'quite another'");
}
TEST_F(Profile, IsAnErrorWhenItIsNamedAndMissing) {
  config("[profile develop]\nregion = x");
  world.environment.set("AWS_PROFILE", "develp");
  const auto loaded = load();
  EXPECT_EQ(found(loaded),
            "error: there is no profile \"develp\" in ~/.aws/config or ~/.aws/credentials");
  EXPECT_EQ(loaded.error().hint, "did you mean \"develop\"?");
  EXPECT_EQ(loaded.error().status, Status::kBadConfig);
}
TEST_F(Profile, IsAnErrorWhenOneOfItsOwnLinesCannotBeRead) {
  config(
      "[profile good]\naws_access_key_id = A\naws_secret_access_key = s\n"
      "[profile bad]\naws_access_key_id = A\naws_secret_access_key\n"
      "[profile on_bad]\nrole_arn = arn:aws:iam::1:role/R\nsource_profile = bad");
  world.environment.set("AWS_PROFILE", "good");
  EXPECT_EQ(found(), "A from aws.profile");
  for (const char* profile : {"bad", "on_bad"}) {
    world.environment.set("AWS_PROFILE", profile);
    EXPECT_EQ(found(), "error: ~/.aws/config:6: a property needs a '='");
  }
}
TEST_F(Profile, IsMissingWithTheLinesThatMayHaveBeenMeant) {
  config("[dev]\na = 1\n[other]\nb = 2\n[profile dev");
  world.environment.set("AWS_PROFILE", "dev");
  const auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message,
            "there is no profile \"dev\" in ~/.aws/config or ~/.aws/credentials");
  const auto& causes = loaded.error().causes;  // behind the sources that were passed over
  ASSERT_EQ(causes.size(), 4u);
  EXPECT_EQ(causes[2].message,
            "~/.aws/config:1 was skipped: in this file a profile's header is [profile NAME]");
  EXPECT_EQ(causes[3].message,
            "~/.aws/config:5 was skipped: a section's name must end with ']'");
}
TEST_F(Profile, NamesTheMissingHalfOfAPair) {
  credentials("[default]\naws_access_key_id = AKID");
  EXPECT_EQ(found(),
            "error: ~/.aws/credentials:2: profile \"default\" has aws_access_key_id, but no "
            "aws_secret_access_key");
  credentials("[default]\naws_secret_access_key = s");
  EXPECT_THAT(found(), HasSubstr("has aws_secret_access_key, but no aws_access_key_id"));
}
TEST_F(Profile, DoesNotFallThroughWhenItIsBroken) {
  config("[default]\nrole_arn = arn:aws:iam::1:role/R");
  world.environment.set("AWS_WEB_IDENTITY_TOKEN_FILE", "/t");
  world.environment.set("AWS_ROLE_ARN", "arn:aws:iam::1:role/R");
  EXPECT_THAT(found(), HasSubstr("names a role, but not who may assume it"));
  EXPECT_EQ(sent_count(), 0u);
}
TEST_F(Profile, MayNameASourceWithoutARole) {
  config("[default]\ncredential_source = Environment");
  option(kProfileOption, "default");
  world.environment.set("AWS_ACCESS_KEY_ID", "ENV");
  world.environment.set("AWS_SECRET_ACCESS_KEY", "s");
  EXPECT_EQ(found(), "ENV from aws.environment");
}
TEST_F(Profile, PrefersItsKeysToASourceThatIsForARole) {
  config(
      "[default]\ncredential_source = Environment\naws_access_key_id = AKID\n"
      "aws_secret_access_key = s");
  EXPECT_EQ(found(), "AKID from aws.profile");
}
TEST_F(Profile, TakesAProgramBeforeKeysOfTheConfigFileButNotOfTheCredentialsFile) {
  config("[default]\ncredential_process = p\naws_access_key_id = C\naws_secret_access_key = s");
  world.process.result =
      ProcessResult{0, "{\"Version\":1,\"AccessKeyId\":\"P\",\"SecretAccessKey\":\"s\"}", ""};
  EXPECT_EQ(found(), "P from aws.process");
  credentials("[default]\naws_access_key_id = K\naws_secret_access_key = s");
  EXPECT_EQ(found(), "K from aws.profile");
}
TEST_F(Profile, IsReadAnewWhenItsFileChanges) {
  credentials("[default]\naws_access_key_id = OLD\naws_secret_access_key = s");
  EXPECT_EQ(found(), "OLD from aws.profile");
  credentials("[default]\naws_access_key_id = NEW\naws_secret_access_key = s");
  EXPECT_EQ(found(), "NEW from aws.profile");
}
TEST_F(Profile, ComesBehindTheWebIdentityOfTheEnvironmentButForItsRole) {
  world.environment.set("AWS_WEB_IDENTITY_TOKEN_FILE", "/t");
  world.environment.set("AWS_ROLE_ARN", "arn:aws:iam::1:role/R");
  config("[default]\naws_access_key_id = AKID\naws_secret_access_key = s");
  EXPECT_EQ(found(), "error: the web identity token: /t does not exist");
  config("[default]\nrole_arn = arn:aws:iam::1:role/P");
  EXPECT_NE(found(), "error: the web identity token: /t does not exist");
  EXPECT_EQ(trace[1].detail, "profile \"default\" has a role_arn of its own");
}
TEST_F(Profile, OfTheFilesThatTheVariablesName) {
  world.environment.set("AWS_CONFIG_FILE", "~/elsewhere");
  world.environment.set("AWS_SHARED_CREDENTIALS_FILE", "/etc/keys");
  world.files.write("/home/ann/elsewhere",
                    "[profile a]\naws_access_key_id = A\naws_secret_access_key = s");
  world.files.write("/etc/keys", "[b]\naws_access_key_id = B\naws_secret_access_key = s");
  world.environment.set("AWS_PROFILE", "a");
  EXPECT_EQ(found(), "A from aws.profile");
  world.environment.set("AWS_PROFILE", "b");
  EXPECT_EQ(found(), "B from aws.profile");
}
TEST_F(Profile, ShowsNoSecretInErrorsAndTrace) {
  credentials("[default]\naws_secret_access_key = hush");
  const auto loaded = load();
  std::string text = loaded.error().message + loaded.error().hint + world.log.text();
  for (const SourceTried& tried : trace) text += tried.detail;
  EXPECT_THAT(text, testing::Not(HasSubstr("hush")));
}

}  // namespace
}  // namespace pgiam::aws
