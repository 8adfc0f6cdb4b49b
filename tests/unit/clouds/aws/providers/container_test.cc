#include "clouds/aws/sources_fixture.h"

namespace pgiam::aws {
namespace {

using test::SourcesTest;

using testing::HasSubstr;

constexpr const char* kAnswer =
    R"({"RoleArn":"arn:aws:iam::123456789012:role/R","AccessKeyId":"ASIAC",
  "SecretAccessKey":"secret","Token":"token","Expiration":"2026-01-01T18:00:00Z"})";

class ContainerTest : public SourcesTest {
 protected:
  ContainerTest() { world.environment.set("AWS_EC2_METADATA_DISABLED", "true"); }
  void relative(const std::string& path) {
    world.environment.set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", path);
  }
  void full(const std::string& url) {
    world.environment.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
  }
};

TEST_F(ContainerTest, AsksAmazonEcsWithOneRequest) {
  relative("/v2/credentials/abc?x=1");
  world.http.answer(200, kAnswer, {{"Content-Type", "text/plain"}});
  const auto loaded = load();
  EXPECT_EQ(found(loaded), "ASIAC from aws.container");
  EXPECT_EQ((*loaded)->session_token.reveal(), "token");
  EXPECT_EQ((*loaded)->expires_at, pgiam::test::at("2026-01-01T18:00:00Z"));
  ASSERT_EQ(sent_count(), 1U);
  EXPECT_EQ(sent(0).url, "http://169.254.170.2/v2/credentials/abc?x=1");
  EXPECT_EQ(sent(0).method, "GET");
  EXPECT_FALSE(sent(0).use_proxy);
  EXPECT_EQ(sent_header(0, "Accept"), "application/json");
  EXPECT_EQ(sent_header(0, "Authorization"), "");
}

TEST_F(ContainerTest, PrefersTheRelativeUri) {
  relative("/r");
  full("http://127.0.0.1:9/f");
  world.http.answer(200, kAnswer);
  load();
  EXPECT_EQ(sent(0).url, "http://169.254.170.2/r");
}

TEST_F(ContainerTest, SendsInTheClearOnlyToTheMachineItself) {
  for (const char* url : {"http://127.0.0.1/c", "http://127.9.9.9:1234/c", "http://[::1]/c",
                          "http://169.254.170.2/c", "http://169.254.170.23/v1/credentials",
                          "http://[fd00:ec2::23]/v1/credentials", "https://192.168.1.1/c"}) {
    full(url);
    world.http.answer(200, kAnswer);
    EXPECT_EQ(found(), "ASIAC from aws.container") << url;
  }
  const std::size_t before = sent_count();
  for (const char* url : {"http://192.168.1.1/c", "http://169.254.170.3/c",
                          "http://[fd00:ec2::24]/c", "http://8.8.8.8/c", "http://0.0.0.0/c"}) {
    full(url);
    EXPECT_THAT(found(), HasSubstr("may not be sent in the clear")) << url;
  }
  EXPECT_EQ(sent_count(), before);
}

TEST_F(ContainerTest, LetsTheConnectionDecideAboutNames) {
  full("http://localhost:8080/c");
  world.http.answer(200, kAnswer);
  load();
  ASSERT_NE(sent(0).address_allowed, nullptr);
  EXPECT_TRUE(sent(0).address_allowed("127.0.0.1"));
  EXPECT_TRUE(sent(0).address_allowed("fd00:ec2::23"));
  EXPECT_FALSE(sent(0).address_allowed("93.184.216.34"));
}

TEST_F(ContainerTest, UsesTheChosenCertificatesWithHttps) {
  full("https://credentials.example.com/c");
  world.environment.set("AWS_CA_BUNDLE", "/etc/own.pem");
  world.http.answer(200, kAnswer);
  load();
  EXPECT_EQ(sent(0).ca_bundle, "/etc/own.pem");
  EXPECT_EQ(sent(0).address_allowed, nullptr);
  EXPECT_TRUE(sent(0).use_proxy);
}

TEST_F(ContainerTest, ReadsTheTokenFileAnewAndPrefersIt) {
  full("http://169.254.170.23/v1/credentials");
  world.environment.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "from variable");
  world.environment.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/run/token");
  for (const char* token : {"first", "second"}) {
    world.files.write("/var/run/token", std::string(" ") + token + "\n");
    world.http.answer(200, kAnswer);
    load();
  }
  EXPECT_EQ(sent_header(0, "Authorization"), "first");
  EXPECT_EQ(sent_header(1, "Authorization"), "second");
}

TEST_F(ContainerTest, TakesTheTokenOfTheVariable) {
  relative("/r");
  world.environment.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic abc");
  world.http.answer(200, kAnswer);
  load();
  EXPECT_EQ(sent_header(0, "Authorization"), "Basic abc");
}

TEST_F(ContainerTest, AsksNobodyWhenTheTokenIsMissingOrHasLines) {
  full("http://169.254.170.23/v1/credentials");
  world.environment.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/run/token");
  EXPECT_THAT(found(), HasSubstr("/var/run/token"));
  world.files.write("/var/run/token", "secret\r\nX-Other: 1");
  const std::string error = found();
  EXPECT_THAT(error, HasSubstr("more than one line"));
  EXPECT_THAT(error, Not(HasSubstr("secret")));
  world.environment.unset("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  world.environment.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\nb");
  EXPECT_THAT(found(), HasSubstr("more than one line"));
  EXPECT_EQ(sent_count(), 0U);
}

TEST_F(ContainerTest, RefusesAUriThatIsNone) {
  full("not a uri");
  EXPECT_THAT(found(), HasSubstr("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
  relative("no/slash");
  EXPECT_THAT(found(), HasSubstr("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"));
  relative("/r\r\nHost: other");
  EXPECT_THAT(found(), HasSubstr("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"));
  EXPECT_EQ(sent_count(), 0U);
}

TEST_F(ContainerTest, TriesAgainAfterFailureThatPasses) {
  relative("/r");
  world.http.answer(503, "");
  world.http.answer(200, "<html>starting</html>");
  world.http.answer(200, kAnswer);
  EXPECT_EQ(found(), "ASIAC from aws.container");
  EXPECT_EQ(sent_count(), 3U);
}

TEST_F(ContainerTest, GivesUpAfterThreeAttempts) {
  relative("/r");
  for (int i = 0; i < 3; ++i)
    world.http.answer(500, R"({"code":"InternalError","message":"oops"})");
  EXPECT_THAT(found(), HasSubstr("oops"));
  EXPECT_EQ(sent_count(), 3U);
}

TEST_F(ContainerTest, SaysWhatTheServiceRefused) {
  full("http://169.254.170.23/v1/credentials");
  world.http.answer(403, R"({"code":"AccessDeniedException","message":"no association"})");
  const auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().status, Status::kDenied);
  EXPECT_THAT(loaded.error().message, HasSubstr("no association"));
  EXPECT_THAT(loaded.error().hint, HasSubstr("Pod Identity"));
  EXPECT_EQ(sent_count(), 1U);
}

TEST_F(ContainerTest, NamesTheMemberThatIsMissing) {
  relative("/r");
  world.http.answer(200, R"({"AccessKeyId":"ASIAC","SecretAccessKey":"secret","Expiration":"x"})");
  EXPECT_THAT(found(), HasSubstr("has no Token"));
  world.http.answer(
      200, R"({"AccessKeyId":"ASIAC","SecretAccessKey":"s","Token":"t","Expiration":"soon"})");
  EXPECT_THAT(found(), HasSubstr("a malformed Expiration"));
}

TEST_F(ContainerTest, UsesExpiredCredentialsForAWhileAndSaysSo) {
  relative("/r");
  world.http.answer(200, R"({"AccessKeyId":"ASIAC","SecretAccessKey":"s","Token":"t",
                             "Expiration":"2026-01-01T11:00:00Z"})");
  const auto loaded = load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ((*loaded)->expires_at, world.clock.now() + Seconds{300});
  EXPECT_THAT(world.log.text(), HasSubstr("expired at 2026-01-01T11:00:00Z"));
}

TEST_F(ContainerTest, IsOnlyNamedWhenOffline) {
  full("http://169.254.170.23/v1/credentials");
  Call call = world.call();
  call.offline = true;
  EXPECT_THAT(found(load(call)), HasSubstr("would ask"));
  EXPECT_EQ(sent_count(), 0U);
}

TEST_F(ContainerTest, ServesAsCredentialSource) {
  config(
      "[default]\nrole_arn = arn:aws:iam::1:role/R\ncredential_source = ecscontainer\n"
      "region = eu-west-1\n");
  relative("/r");
  world.http.answer(200, kAnswer);
  answer_role("ASIAROLE");
  EXPECT_EQ(found(), "ASIAROLE from aws.assume_role");
}

}  // namespace
}  // namespace pgiam::aws
