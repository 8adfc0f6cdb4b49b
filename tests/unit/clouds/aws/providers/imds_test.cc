#include "clouds/aws/imds.h"

#include "clouds/aws/sources_fixture.h"

namespace pgiam::aws {
namespace {

using test::SourcesTest;

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kKeys = R"({"Code":"Success","LastUpdated":"2026-01-01T11:00:00Z",
  "Type":"AWS-HMAC","AccessKeyId":"ASIAI","SecretAccessKey":"secret","Token":"token",
  "Expiration":"2026-01-01T18:00:00Z","AccountId":"123456789012"})";
constexpr const char* kToken = "/latest/api/token";
constexpr const char* kExtended = "/latest/meta-data/iam/security-credentials-extended/";
constexpr const char* kLegacy = "/latest/meta-data/iam/security-credentials/";

class ImdsTest : public SourcesTest {
 protected:
  void answer_token(const char* token = "imds-token", const char* ttl = "21600") {
    world.http.answer(200, token, {{"X-AWS-EC2-Metadata-Token-TTL-Seconds", ttl}});
  }
  // The first credentials, whose requests are of no interest.
  void load_first(const char* role = "my-role", const char* ttl = "21600") {
    answer_token("imds-token", ttl);
    world.http.answer(200, role);
    world.http.answer(200, kKeys);
    load();
    asked();
  }
  void fail(Status status, bool retryable) {
    world.http.answer([=](const HttpRequest&) -> Result<HttpResponse> {
      Error error = make_error(status, "no luck");
      error.retryable = retryable;
      return error;
    });
  }
  // "PUT /latest/api/token" and so on, since the last look.
  std::vector<std::string> asked() {
    std::vector<std::string> lines;
    for (; seen_ < sent_count(); ++seen_) {
      const HttpRequest request = sent(seen_);
      EXPECT_FALSE(request.use_proxy);
      constexpr std::string_view kHost = "http://169.254.169.254";
      EXPECT_TRUE(request.url.starts_with(kHost)) << request.url;
      lines.push_back(request.method + " " + request.url.substr(kHost.size()));
    }
    return lines;
  }
  std::string get(const std::string& path) { return "GET " + path; }

 private:
  std::size_t seen_ = 0;
};

TEST_F(ImdsTest, StartsWithThreeRequests) {
  answer_token();
  world.http.answer(200, "my-role");
  world.http.answer(200, kKeys, {{"Content-Type", "text/plain"}});
  const auto loaded = load();
  EXPECT_EQ(found(loaded), "ASIAI from aws.imds");
  EXPECT_EQ((*loaded)->account_id, "123456789012");
  EXPECT_EQ(sent_header(0, "X-aws-ec2-metadata-token-ttl-seconds"), "21600");
  EXPECT_EQ(sent_header(1, "X-aws-ec2-metadata-token"), "imds-token");
  EXPECT_THAT(asked(), ElementsAre("PUT /latest/api/token", get(kExtended),
                                   get(std::string(kExtended) + "my-role")));
}

TEST_F(ImdsTest, RefreshesWithOneRequest) {
  load_first("my-role/\n");
  world.http.answer(200, kKeys);
  EXPECT_EQ(found(), "ASIAI from aws.imds");
  EXPECT_THAT(asked(), ElementsAre(get(std::string(kExtended) + "my-role")));
}

TEST_F(ImdsTest, BelievesNoEndlessLifeOfItsToken) {
  load_first("my-role", "9223372036854775807");
  world.http.answer(200, kKeys);
  EXPECT_EQ(found(), "ASIAI from aws.imds");
  EXPECT_THAT(asked(), ElementsAre(get(std::string(kExtended) + "my-role")));
}

TEST_F(ImdsTest, FallsBackToTheOlderPathsAndRemembersThem) {
  answer_token();
  world.http.answer(404, "");
  world.http.answer(200, "my-role");
  world.http.answer(200, kKeys);
  EXPECT_EQ(found(), "ASIAI from aws.imds");
  EXPECT_THAT(asked(), ElementsAre(std::string("PUT ") + kToken, get(kExtended), get(kLegacy),
                                   get(std::string(kLegacy) + "my-role")));
  world.http.answer(200, kKeys);
  load();
  EXPECT_THAT(asked(), ElementsAre(get(std::string(kLegacy) + "my-role")));
}

TEST_F(ImdsTest, ListsAnewWhenTheRoleHasGone) {
  answer_token();
  world.http.answer(404, "");
  world.http.answer(200, "old-role");
  world.http.answer(200, kKeys);
  load();
  asked();
  world.http.answer(404, "");
  world.http.answer(200, "new-role");
  world.http.answer(200, kKeys);
  EXPECT_EQ(found(), "ASIAI from aws.imds");
  EXPECT_THAT(asked(), ElementsAre(get(std::string(kLegacy) + "old-role"), get(kLegacy),
                                   get(std::string(kLegacy) + "new-role")));
}

TEST_F(ImdsTest, DoesNotAskForTheRoleThatIsGiven) {
  world.environment.set("AWS_EC2_INSTANCE_PROFILE_NAME", "given");
  answer_token();
  world.http.answer(200, kKeys);
  EXPECT_EQ(found(), "ASIAI from aws.imds");
  EXPECT_THAT(asked(),
              ElementsAre(std::string("PUT ") + kToken, get(std::string(kExtended) + "given")));
}

TEST_F(ImdsTest, SaysThatTheGivenRoleIsNotThere) {
  world.environment.set("AWS_EC2_INSTANCE_PROFILE_NAME", "given");
  answer_token();
  world.http.answer(404, "");
  world.http.answer(404, "");
  EXPECT_THAT(found(), HasSubstr("no instance profile given"));
}

TEST_F(ImdsTest, IsPassedOverOnAnInstanceWithoutRole) {
  answer_token();
  world.http.answer(404, "");
  world.http.answer(404, "");
  const auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().status, Status::kNoCredentials);
  EXPECT_EQ(loaded.error().causes.back().message, "this instance has no role");
}

TEST_F(ImdsTest, FetchesAnotherTokenWhenItsOwnHasExpired) {
  answer_token("first");
  world.http.answer(401, "");
  answer_token("second");
  world.http.answer(200, "my-role");
  world.http.answer(200, kKeys);
  EXPECT_EQ(found(), "ASIAI from aws.imds");
  EXPECT_EQ(sent_header(1, "X-aws-ec2-metadata-token"), "first");
  EXPECT_EQ(sent_header(3, "X-aws-ec2-metadata-token"), "second");
}

TEST_F(ImdsTest, RenewsTheTokenTwoMinutesAhead) {
  load_first("my-role", "600");
  world.clock.advance(Seconds{479});
  world.http.answer(200, kKeys);
  load();
  EXPECT_EQ(asked().size(), 1U);
  world.clock.advance(Seconds{2});
  answer_token("second", "600");
  world.http.answer(200, kKeys);
  load();
  EXPECT_EQ(asked().size(), 2U);
}

TEST_F(ImdsTest, RemembersForAMinuteThatNobodyIsThere) {
  fail(Status::kNetwork, false);
  EXPECT_THAT(found(), HasSubstr("no AWS credentials"));
  EXPECT_EQ(asked().size(), 1U);
  world.clock.advance(Seconds{59});
  const auto again = load();
  EXPECT_EQ(asked().size(), 0U);
  EXPECT_THAT(again.error().causes.back().message, HasSubstr("no instance metadata service"));
  world.clock.advance(Seconds{2});
  answer_token();
  world.http.answer(200, "my-role");
  world.http.answer(200, kKeys);
  EXPECT_EQ(found(), "ASIAI from aws.imds");
}

TEST_F(ImdsTest, RemembersItForOtherContextsOfTheProcess) {
  fail(Status::kNetwork, false);
  load();
  const auto other = make_aws(world.world, runtime);
  Trace other_trace;
  pgiam::test::FetchAnew fetch;
  EXPECT_FALSE(other->source(settings, nullptr, world.call())->provider->load(world.call(), other_trace, fetch));
  EXPECT_EQ(asked().size(), 1U);
}

TEST_F(ImdsTest, LearnsNothingFromACallerInAHurry) {
  world.http.answer([this](const HttpRequest&) -> Result<HttpResponse> {
    world.clock.advance(Milliseconds{300});
    return make_error(Status::kNetwork, "no connection in time");
  });
  Call call = world.call();
  call.deadline = world.clock.uptime() + Milliseconds{300};
  EXPECT_FALSE(load(call));
  asked();
  answer_token();
  world.http.answer(200, "my-role");
  world.http.answer(200, kKeys);
  EXPECT_EQ(found(), "ASIAI from aws.imds");
}

TEST_F(ImdsTest, PointsToTheHopLimitWhenTheAnswerIsLost) {
  fail(Status::kTimeout, false);
  const auto loaded = load();
  EXPECT_THAT(loaded.error().causes.back().hint, HasSubstr("http-put-response-hop-limit 2"));
}

TEST_F(ImdsTest, TriesAgainAfterFailureThatPasses) {
  world.http.answer(503, "");
  answer_token();
  world.http.answer(500, "");
  world.http.answer(200, "my-role");
  fail(Status::kNetwork, true);
  world.http.answer(200, kKeys);
  EXPECT_EQ(found(), "ASIAI from aws.imds");
}

TEST_F(ImdsTest, DoesNotRepeatWhatTookLong) {
  world.http.answer([this](const HttpRequest&) -> Result<HttpResponse> {
    world.clock.advance(Milliseconds{1000});
    Error error = make_error(Status::kNetwork, "no connection in time");
    error.retryable = true;
    return error;
  });
  load();
  EXPECT_EQ(asked().size(), 1U);
}

TEST_F(ImdsTest, GivesItselfTwoAndAHalfSeconds) {
  const auto settings_read = read_imds_settings(
      {world.world, SharedFiles(world.world), runtime, settings, "default", false}, world.call());
  ASSERT_TRUE(settings_read);
  const SharedFiles files(world.world);
  const Imds imds({world.world, files, runtime, settings, "default", false}, *settings_read);
  EXPECT_EQ(imds.limit(world.call()).deadline, world.clock.uptime() + Milliseconds{2500});
}

TEST_F(ImdsTest, NeverAsksWithoutAToken) {
  for (int status : {403, 404, 405, 400}) {
    world.http.answer(status, "");
    const auto loaded = load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().status, Status::kNoCredentials);
    EXPECT_THAT(loaded.error().causes.back().message, HasSubstr("gave no token")) << status;
    EXPECT_THAT(asked(), ElementsAre(std::string("PUT ") + kToken));
  }
}

TEST_F(ImdsTest, PassesOnWhyTheRoleCannotBeTaken) {
  answer_token();
  world.http.answer(200, "my-role");
  world.http.answer(200,
                    R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume it"})");
  const auto loaded = load();
  EXPECT_THAT(loaded.error().message, HasSubstr("EC2 cannot assume it"));
  EXPECT_EQ(loaded.error().remote, "AssumeRoleUnauthorizedAccess");
}

TEST_F(ImdsTest, TakesNoCodeOfTheWrongTypeForSuccess) {
  answer_token();
  world.http.answer(200, "my-role");
  for (int attempt = 0; attempt < 3; ++attempt) world.http.answer(200, R"({"Code":5})");
  EXPECT_THAT(found(), HasSubstr("a malformed Code"));
}

TEST_F(ImdsTest, RefusesAnAnswerThatIsNotJson) {
  answer_token();
  world.http.answer(200, "my-role");
  for (int attempt = 0; attempt < 3; ++attempt) world.http.answer(200, "<html>");
  EXPECT_THAT(found(), HasSubstr("not JSON"));
}

TEST_F(ImdsTest, AsksAgainWhereAnAnswerIsSpoilt) {
  answer_token();
  world.http.answer(200, "my-role");
  world.http.answer(200, "{\"Code\":\"Succ");
  world.http.answer(200, kKeys);
  EXPECT_EQ(found(), "ASIAI from aws.imds");
  EXPECT_EQ(sent_count(), 4u);
}

TEST_F(ImdsTest, TakesTheOlderPathsWhereTheNewerAreRefusedInOtherWords) {
  answer_token();
  world.http.answer(400, "");
  world.http.answer(200, "my-role");
  world.http.answer(200, kKeys);
  EXPECT_EQ(found(), "ASIAI from aws.imds");
}

TEST_F(ImdsTest, RefusesATokenThatWouldBreakTheHeader) {
  for (int attempt = 0; attempt < 3; ++attempt) answer_token("a\r\nX-Other: b");
  EXPECT_THAT(found(), HasSubstr("malformed token"));
}

TEST_F(ImdsTest, UsesExpiredCredentialsForAWhile) {
  answer_token();
  world.http.answer(200, "my-role");
  world.http.answer(200,
                    R"({"Code":"Success","AccessKeyId":"ASIAI","SecretAccessKey":"s","Token":"t",
                             "Expiration":"2026-01-01T11:59:00Z"})");
  const auto loaded = load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ((*loaded)->expires_at, world.clock.now() + Seconds{300});
}

TEST_F(ImdsTest, CanBeSwitchedOff) {
  world.environment.set("AWS_EC2_METADATA_DISABLED", "TRUE");
  EXPECT_FALSE(load());
  world.environment.unset("AWS_EC2_METADATA_DISABLED");
  config("[default]\ndisable_ec2_metadata = true\n");
  EXPECT_FALSE(load());
  EXPECT_EQ(sent_count(), 0U);
}

TEST_F(ImdsTest, IsOnlyNamedWhenOffline) {
  Call call = world.call();
  call.offline = true;
  EXPECT_THAT(found(load(call)), HasSubstr("would ask the instance metadata service"));
  EXPECT_EQ(sent_count(), 0U);
}

TEST_F(ImdsTest, ServesAsCredentialSource) {
  config(
      "[default]\nrole_arn = arn:aws:iam::1:role/R\ncredential_source = EC2InstanceMetadata\n"
      "region = eu-west-1\n");
  answer_token();
  world.http.answer(200, "my-role");
  world.http.answer(200, kKeys);
  answer_role("ASIAROLE");
  EXPECT_EQ(found(), "ASIAROLE from aws.assume_role");
}

TEST_F(ImdsTest, TakesSecondsAndFractionsOfThem) {
  const auto timeout = [&](const char* value) -> std::int64_t {
    world.environment.set("AWS_METADATA_SERVICE_TIMEOUT", value);
    const auto read = read_imds_settings(
        {world.world, SharedFiles(world.world), runtime, settings, "default", false}, world.call());
    return read ? read->timeout.count() : -1;
  };
  EXPECT_EQ(timeout("2"), 2000);
  EXPECT_EQ(timeout("0.5"), 500);
  EXPECT_EQ(timeout("1.2345"), 1234);
  EXPECT_EQ(timeout(" 3600 "), 3600'000);
  for (const char* wrong : {"0", "0.0", "-1", "1,5", "1.5.5", ".", "1e3", "0x1", "inf", "nan", "3601", "99999999999999999999"})
    EXPECT_EQ(timeout(wrong), -1) << wrong;
}

class ImdsEndpointTest : public SourcesTest {
 protected:
  std::string endpoint() {
    const SharedFiles files(world.world);
    const auto read = read_imds_settings(
        {world.world, files, runtime, settings, "default", false}, world.call());
    return read ? read->endpoint : "error: " + read.error().message;
  }
};

TEST_F(ImdsEndpointTest, IsTheLinkLocalAddress) { EXPECT_EQ(endpoint(), "http://169.254.169.254"); }

TEST_F(ImdsEndpointTest, IsTakenFromTheVariableThenTheProfile) {
  config(
      "[default]\nec2_metadata_service_endpoint = http://profile:456/\n"
      "ec2_metadata_service_endpoint_mode = IPv6\n");
  EXPECT_EQ(endpoint(), "http://profile:456");
  world.environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://variable:456");
  EXPECT_EQ(endpoint(), "http://variable:456");
}

TEST_F(ImdsEndpointTest, FollowsTheModeInAnyCase) {
  config("[default]\nec2_metadata_service_endpoint_mode = ipv6\n");
  EXPECT_EQ(endpoint(), "http://[fd00:ec2::254]");
  world.environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv4");
  EXPECT_EQ(endpoint(), "http://169.254.169.254");
}

TEST_F(ImdsEndpointTest, FollowsTheSwitchOfBoto3) {
  world.environment.set("AWS_IMDS_USE_IPV6", "true");
  EXPECT_EQ(endpoint(), "http://[fd00:ec2::254]");
}

TEST_F(ImdsEndpointTest, MustBeOne) {
  world.environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv7");
  EXPECT_EQ(endpoint(),
            "error: AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE = \"IPv7\" is not an endpoint mode");
  world.environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "not a uri");
  EXPECT_EQ(endpoint(), "error: AWS_EC2_METADATA_SERVICE_ENDPOINT is not the URL of an endpoint");
}

}  // namespace
}  // namespace pgiam::aws
