// Roles: what STS is asked, by whom, and what its answers become.
#include "clouds/aws/sources_fixture.h"

namespace pgiam::aws {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kBase =
    "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = s\n";
constexpr const char* kRole =
    "[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = "
    "base\n";

class AssumeRole : public test::SourcesTest {
 protected:
  void role(const std::string& more = "") { config(std::string(kRole) + more + kBase); }
};

TEST_F(AssumeRole, GivesTheCredentialsOfTheRole) {
  role();
  answer_role("ASIA1");
  const auto loaded = load();
  ASSERT_EQ(found(loaded), "ASIA1 from aws.assume_role");
  EXPECT_EQ((*loaded)->secret_access_key.reveal(), "secret of ASIA1");
  EXPECT_EQ((*loaded)->session_token.reveal(), "token of ASIA1");
  EXPECT_EQ((*loaded)->expires_at, pgiam::test::at("2026-01-01T13:00:00Z"));
  EXPECT_EQ((*loaded)->account_id, "123456789012");
}
TEST_F(AssumeRole, PostsASignedFormToTheRegionsEndpoint) {
  role();
  answer_role("ASIA1");
  load();
  ASSERT_EQ(sent_count(), 1u);
  EXPECT_EQ(sent(0).method, "POST");
  EXPECT_EQ(sent(0).url, "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(sent_header(0, "Content-Type"), "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_THAT(sent_header(0, "Authorization"),
              HasSubstr("Credential=BASE/20260101/eu-west-1/sts/aws4_request"));
}
TEST_F(AssumeRole, AsksForNothingThatWasNotAskedFor) {
  role();
  world.http.answer([&](const HttpRequest& request) {
    EXPECT_EQ(
        request.body,
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FR"
        "&RoleSessionName=pgiam-1767268800");
    return HttpResponse{200, {}, role_xml("ASIA1", "2026-01-01T13:00:00Z"), true};
  });
  EXPECT_EQ(found(), "ASIA1 from aws.assume_role");
}
TEST_F(AssumeRole, AsksForAllThatTheProfileSays) {
  role("role_session_name = my session=1\nexternal_id = e/x\nduration_seconds = 900\n");
  world.http.answer([&](const HttpRequest& request) {
    EXPECT_THAT(request.body, HasSubstr("&RoleSessionName=my%20session%3D1&DurationSeconds=900"
                                        "&ExternalId=e%2Fx"));
    return HttpResponse{200, {}, role_xml("ASIA1", "2026-01-01T13:00:00Z"), true};
  });
  EXPECT_EQ(found(), "ASIA1 from aws.assume_role");
}
TEST_F(AssumeRole, SignsEachRoleWithTheOneBefore) {
  config(
      "[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = b\n"
      "[profile b]\nrole_arn = arn:aws:iam::1:role/B\nsource_profile = base\n" +
      std::string(kBase));
  answer_role("ASIAB");
  answer_role("ASIAA");
  EXPECT_EQ(found(), "ASIAA from aws.assume_role");
  ASSERT_EQ(sent_count(), 2u);
  EXPECT_THAT(sent_header(0, "Authorization"), HasSubstr("Credential=BASE/"));
  EXPECT_THAT(sent_header(1, "Authorization"), HasSubstr("Credential=ASIAB/"));
}
TEST_F(AssumeRole, TracesEachStep) {
  role();
  answer_role("ASIA1");
  load();
  std::string steps;
  for (const SourceTried& attempt : trace)
    steps += attempt.provider + (attempt.outcome == SourceTried::Outcome::kWon ? " won, " : " no, ");
  EXPECT_EQ(steps, "aws.environment no, aws.web_identity no, aws.profile won, aws.assume_role won, "
            "aws.profile won, ");
}
TEST_F(AssumeRole, TakesTheEnvironmentsKeysAsCredentialSource) {
  config(
      "[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/A\ncredential_source = "
      "Environment");
  option(kProfileOption, "default");
  world.environment.set("AWS_ACCESS_KEY_ID", "ENV");
  world.environment.set("AWS_SECRET_ACCESS_KEY", "s");
  answer_role("ASIA1");
  EXPECT_EQ(found(), "ASIA1 from aws.assume_role");
  EXPECT_THAT(sent_header(0, "Authorization"), HasSubstr("Credential=ENV/"));
}
TEST_F(AssumeRole, TakesNoOtherSourceForTheOneThatIsNamed) {
  config("[default]\nrole_arn = arn:aws:iam::1:role/A\ncredential_source = Environment");
  EXPECT_EQ(found(),
            "error: credential_source of profile \"default\" gives nothing: "
            "AWS_ACCESS_KEY_ID is not set");
}
TEST_F(AssumeRole, IsAnErrorOverAProfileWithoutCredentials) {
  config("[default]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = b\n[profile b]\n");
  const auto loaded = load();
  EXPECT_EQ(found(loaded),
            "error: profile \"b\" holds no credentials, but is to assume "
            "arn:aws:iam::1:role/A");
  EXPECT_EQ(loaded.error().status, Status::kBadConfig);
}

TEST_F(AssumeRole, AsksInTheRegionOfTheVariableFirst) {
  role();
  world.environment.set("AWS_REGION", "ap-south-1");
  answer_role("ASIA1");
  load();
  EXPECT_EQ(sent(0).url, "https://sts.ap-south-1.amazonaws.com/");
}
TEST_F(AssumeRole, AsksTheGlobalEndpointWhereNoRegionIsKnown) {
  config("[default]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = base\n" +
         std::string(kBase));
  answer_role("ASIA1");
  EXPECT_EQ(found(), "ASIA1 from aws.assume_role");
  EXPECT_EQ(sent(0).url, "https://sts.amazonaws.com/");
  EXPECT_THAT(sent_header(0, "Authorization"), HasSubstr("/us-east-1/sts/"));
}
TEST_F(AssumeRole, WantsARegionForAnotherPartition) {
  config("[default]\nrole_arn = arn:aws-cn:iam::1:role/A\nsource_profile = base\n" +
         std::string(kBase));
  EXPECT_EQ(found(), "error: no region to ask STS in for arn:aws-cn:iam::1:role/A");
}
TEST_F(AssumeRole, AsksAnEndpointOfTheUsersOwn) {
  role();
  world.environment.set("AWS_ENDPOINT_URL_STS", "http://localhost:4566");
  answer_role("ASIA1");
  EXPECT_EQ(found(), "ASIA1 from aws.assume_role");
  EXPECT_EQ(sent(0).url, "http://localhost:4566/");
}

TEST_F(AssumeRole, SaysWhoWasRefused) {
  role();
  answer_refusal(403, "AccessDenied", "User is not authorized");
  const auto loaded = load();
  EXPECT_EQ(found(loaded),
            "error: assuming role arn:aws:iam::123456789012:role/R (profile default): "
            "User is not authorized");
  EXPECT_EQ(loaded.error().status, Status::kDenied);
  EXPECT_EQ(loaded.error().remote, "AccessDenied, HTTP status 403, request r-2");
  EXPECT_THAT(loaded.error().hint, HasSubstr("trust policy"));
  EXPECT_EQ(sent_count(), 1u);
}
TEST_F(AssumeRole, SaysWhoseKeyWasRefusedAndWhatToSet) {
  role();
  answer_refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid");
  EXPECT_THAT(load().error().hint, testing::AllOf(HasSubstr("knows no access key"), HasSubstr("aws.profile"),
                                                  HasSubstr("the keys of profile \"base\", ")));
  answer_refusal(403, "SignatureDoesNotMatch", "The request signature we calculated does not match");
  EXPECT_THAT(load().error().hint, HasSubstr("does not belong to the access key"));
}
TEST_F(AssumeRole, SaysWhichDurationIsTooLong) {
  role("duration_seconds = 7200\n");
  answer_refusal(400, "ValidationError",
                 "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  EXPECT_THAT(load().error().hint, HasSubstr("duration_seconds = 7200 (profile default)"));
}
TEST_F(AssumeRole, TriesAgainWhenStsIsUnwell) {
  role();
  world.http.answer(503, "Service Unavailable");
  answer_role("ASIA1");
  EXPECT_EQ(found(), "ASIA1 from aws.assume_role");
}
TEST_F(AssumeRole, GivesUpAfterThreeAttempts) {
  role();
  for (int i = 0; i < 4; ++i) answer_refusal(400, "Throttling", "Rate exceeded");
  const auto loaded = load();
  EXPECT_EQ(loaded.error().status, Status::kThrottled);
  EXPECT_TRUE(loaded.error().retryable);
  EXPECT_EQ(sent_count(), 3u);
}
TEST_F(AssumeRole, TakesNoHalfAnswer) {
  role();
  world.http.answer(200, "<AssumeRoleResponse><AccessKeyId>ASIA1</AccessKeyId>");
  const auto loaded = load();
  EXPECT_EQ(loaded.error().status, Status::kBadResponse);
  EXPECT_THAT(found(loaded), HasSubstr("no whole credentials"));
}
TEST_F(AssumeRole, TakesNoCredentialsThatHaveExpired) {
  role();
  answer_role("ASIA1", "2026-01-01T11:59:59Z");
  EXPECT_THAT(found(), HasSubstr("STS gave credentials that expired at 2026-01-01T11:59:59Z"));
}
TEST_F(AssumeRole, JudgesExpiryByAwssOwnClock) {
  role();
  world.http.answer(200, role_xml("ASIA1", "2026-01-01T11:00:00Z"),
                    {{"Date", "Thu, 01 Jan 2026 10:00:00 GMT"}});
  EXPECT_EQ(found(), "ASIA1 from aws.assume_role");
}
TEST_F(AssumeRole, DoesNotAskInAnOfflineCall) {
  role();
  Call call = world.call();
  call.offline = true;
  const auto loaded = load(call);
  EXPECT_EQ(found(loaded),
            "error: would ask https://sts.eu-west-1.amazonaws.com for role "
            "arn:aws:iam::123456789012:role/R");
  EXPECT_EQ(sent_count(), 0u);
}

TEST_F(AssumeRole, OfOurOwnOptionsIsAssumedWithWhateverWasFound) {
  world.environment.set("AWS_ACCESS_KEY_ID", "ENV");
  world.environment.set("AWS_SECRET_ACCESS_KEY", "s");
  option(kRoleArnOption, "arn:aws:iam::1:role/OWN");
  option(kExternalIdOption, "x");
  option(kRoleSessionNameOption, "me");
  option(kDurationSecondsOption, "1800");
  world.http.answer([&](const HttpRequest& request) {
    EXPECT_THAT(request.body, HasSubstr("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2FOWN"
                                        "&RoleSessionName=me&DurationSeconds=1800&ExternalId=x"));
    return HttpResponse{200, {}, role_xml("ASIA1", "2026-01-01T13:00:00Z"), true};
  });
  EXPECT_EQ(found(), "ASIA1 from aws.assume_role");
  EXPECT_THAT(sent_header(0, "Authorization"), HasSubstr("Credential=ENV/"));
}
TEST_F(AssumeRole, OfOurOwnOptionsIsAssumedWithTheProfilesRole) {
  role();
  option(kRoleArnOption, "arn:aws:iam::1:role/OWN");
  answer_role("ASIAR");
  answer_role("ASIAOWN");
  EXPECT_EQ(found(), "ASIAOWN from aws.assume_role");
  EXPECT_THAT(sent_header(1, "Authorization"), HasSubstr("Credential=ASIAR/"));
}

class Mfa : public AssumeRole {
 protected:
  Mfa() { role("mfa_serial = arn:aws:iam::1:mfa/ann\n"); }
  Call prompting() const {
    Call call = world.call();
    call.may_prompt = true;
    return call;
  }
};

TEST_F(Mfa, AsksForTheCodeAndSendsIt) {
  world.prompt.answer = Secret("123456");
  world.http.answer([&](const HttpRequest& request) {
    EXPECT_THAT(request.body,
                HasSubstr("&SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fann&TokenCode=123456"));
    return HttpResponse{200, {}, role_xml("ASIA1", "2026-01-01T13:00:00Z"), true};
  });
  EXPECT_EQ(found(load(prompting())), "ASIA1 from aws.assume_role");
  ASSERT_EQ(world.prompt.requests.size(), 1u);
  EXPECT_EQ(world.prompt.requests[0].kind, PromptRequest::Kind::kMfaCode);
  EXPECT_EQ(world.prompt.requests[0].subject, "arn:aws:iam::1:mfa/ann");
  EXPECT_FALSE(world.prompt.requests[0].retry);
}
TEST_F(Mfa, SaysWhatToTypeWhereNobodyMayBeAsked) {
  const auto loaded = load();
  EXPECT_EQ(loaded.error().status, Status::kLoginRequired);
  EXPECT_EQ(loaded.error().hint, "run in a terminal: pgiam login --profile default");
  EXPECT_EQ(sent_count(), 0u);
  EXPECT_TRUE(world.files.locked().empty());
}
TEST_F(Mfa, AsksAgainWhenTheCodeWasWrong) {
  world.prompt.answer = Secret("000000");
  answer_refusal(403, "AccessDenied",
                 "MultiFactorAuthentication failed with invalid MFA one time pass code.");
  answer_role("ASIA1");
  EXPECT_EQ(found(load(prompting())), "ASIA1 from aws.assume_role");
  ASSERT_EQ(world.prompt.requests.size(), 2u);
  EXPECT_TRUE(world.prompt.requests[1].retry);
}
TEST_F(Mfa, AsksThreeTimesAtMost) {
  world.prompt.answer = Secret("000000");
  world.http.otherwise([](const HttpRequest&) {
    return HttpResponse{
        403,
        {},
        "<E><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with "
        "invalid MFA one time pass code. </Message></E>",
        true};
  });
  EXPECT_EQ(load(prompting()).error().status, Status::kDenied);
  EXPECT_EQ(world.prompt.requests.size(), 3u);
}
TEST_F(Mfa, EndsWhenThePersonDeclines) {
  world.prompt.answer = make_error(Status::kLoginDeclined, "no");
  EXPECT_EQ(load(prompting()).error().status, Status::kLoginDeclined);
  EXPECT_EQ(sent_count(), 0u);
}

// ~/.aws/cli/cache: the file of that role is named as botocore names it.
constexpr const char* kCacheFile =
    "/home/ann/.aws/cli/cache/c03ce438bc208f6214854d85d3ca930ff73e3004.json";
class RoleCache : public AssumeRole {};

TEST_F(RoleCache, ServesTheNextLoadWithoutARequest) {
  role();
  answer_role("ASIA1");
  load();
  EXPECT_EQ(found(), "ASIA1 from aws.assume_role");
  EXPECT_EQ(sent_count(), 1u);
}
TEST_F(RoleCache, HoldsWhatTheAwsCliHolds) {
  role();
  answer_role("ASIA1");
  load();
  const auto kept = world.files.read(kCacheFile, world.call());
  ASSERT_TRUE(kept);
  EXPECT_EQ(*kept,
            "{\"Credentials\":{\"AccessKeyId\":\"ASIA1\",\"SecretAccessKey\":\"secret of ASIA1\","
            "\"SessionToken\":\"token of ASIA1\",\"Expiration\":\"2026-01-01T13:00:00Z\","
            "\"AccountId\":\"123456789012\"}}");
}
TEST_F(RoleCache, IsPassedOverForCredentialsThatAreToBeReplaced) {
  role();
  answer_role("ASIA1");
  answer_role("ASIA2");
  load();
  Call call = world.call();
  call.replaces = "ASIA1";
  EXPECT_EQ(found(load(call)), "ASIA2 from aws.assume_role");
  EXPECT_EQ(found(), "ASIA2 from aws.assume_role");
  EXPECT_EQ(sent_count(), 2u);
}
TEST_F(RoleCache, IsPassedOverShortlyBeforeItsCredentialsDie) {
  role();
  answer_role("ASIA1", "2026-01-01T13:00:00Z");
  answer_role("ASIA2", "2026-01-01T14:00:00Z");
  load();
  world.clock.advance(Milliseconds{(3600 - 299) * 1000});
  EXPECT_EQ(found(), "ASIA2 from aws.assume_role");
}
TEST_F(RoleCache, IsPassedOverWhenItsFileIsSpoilt) {
  role();
  world.files.write(kCacheFile, "{\"Cred");
  answer_role("ASIA1");
  EXPECT_EQ(found(), "ASIA1 from aws.assume_role");
}
TEST_F(RoleCache, SavesTheWholeWayToARole) {
  config(
      "[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = b\n"
      "[profile b]\nrole_arn = arn:aws:iam::1:role/B\nsource_profile = base\n" +
      std::string(kBase));
  answer_role("ASIAB");
  answer_role("ASIAA");
  load();
  EXPECT_EQ(found(), "ASIAA from aws.assume_role");
  EXPECT_EQ(sent_count(), 2u);
}
TEST_F(RoleCache, IsLeftAloneWhereTheUserWantsNone) {
  role();
  option(kCacheOption, "memory");
  answer_role("ASIA1");
  answer_role("ASIA2");
  load();
  EXPECT_EQ(found(), "ASIA2 from aws.assume_role");
  EXPECT_TRUE(world.files.locked().empty());
}
TEST_F(RoleCache, IsNotWaitedForInAnOfflineCall) {
  role();
  Call call = world.call();
  call.offline = true;
  load(call);
  EXPECT_TRUE(world.files.locked().empty());
}

TEST_F(AssumeRole, ShowsNoSecretInErrorsLogAndTrace) {
  role();
  world.http.answer(200, "<AssumeRoleResponse><SecretAccessKey>hush</SecretAccessKey>");
  const auto loaded = load();
  std::string text =
      loaded.error().message + loaded.error().hint + loaded.error().remote + world.log.text();
  for (const SourceTried& attempt : trace) text += attempt.detail;
  EXPECT_THAT(text, Not(HasSubstr("hush")));
}

}  // namespace
}  // namespace pgiam::aws
