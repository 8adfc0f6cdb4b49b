// IAM Identity Center: profiles, the token file that the AWS CLI shares, its refresh, the sign-in.
#include "clouds/aws/sources_fixture.h"

namespace pgiam::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSession =
    "[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev Ops\n"
    "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://x.awsapps.com/start\n";
constexpr const char* kLegacy =
    "[default]\nsso_account_id = 123456789012\nsso_role_name = R\nsso_region = eu-west-1\n"
    "sso_start_url = https://x.awsapps.com/start\n";
// sha1("corp"), sha1("https://x.awsapps.com/start")
constexpr const char* kSessionFile =
    "/home/ann/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
constexpr const char* kLegacyFile =
    "/home/ann/.aws/sso/cache/3947de8b16688092197fa616c34e01335f21d256.json";
constexpr const char* kHint =
    "run: aws sso login --profile default (or: pgiam login --profile default)";

class Sso : public test::SourcesTest {
 protected:
  void session() { config(kSession); }
  void legacy() { config(kLegacy); }
  void token(const std::string& expires_at) {
    world.files.write(kSessionFile,
                      "{\"startUrl\":\"https://x.awsapps.com/start\",\"region\":\"eu-west-1\","
                      "\"accessToken\":\"old\",\"expiresAt\":\"" +
                          expires_at + "\"}");
  }
  void refreshable_token(const std::string& expires_at,
                         const std::string& registration = "2026-03-01T00:00:00Z") {
    world.files.write(kSessionFile,
                      "{\"accessToken\":\"old\",\"expiresAt\":\"" + expires_at +
                          "\",\"clientId\":\"id\",\"clientSecret\":\"cs\",\"refreshToken\":\"r1\","
                          "\"registrationExpiresAt\":\"" +
                          registration + "\",\"mine\":{\"a\":1}}");
  }
  void answer_role(const std::string& id = "ASIA1", long long expiration = 1767272400000) {
    world.http.answer(200,
                      "{\"roleCredentials\":{\"accessKeyId\":\"" + id +
                          "\",\"secretAccessKey\":\"s\",\"sessionToken\":\"t\",\"expiration\":" +
                          std::to_string(expiration) + "}}");
  }
  void answer_token(const std::string& token = "new") {
    world.http.answer(
        200, "{\"accessToken\":\"" + token +
                 "\",\"expiresIn\":28800,\"refreshToken\":\"r2\",\"tokenType\":\"Bearer\"}");
  }
  std::string kept() { return world.files.read(kSessionFile, world.call()).value(); }
  std::vector<std::string> urls() const {
    std::vector<std::string> urls;
    for (const HttpRequest& request : world.http.requests()) urls.push_back(request.url);
    return urls;
  }
};

constexpr const char* kRoleUrl =
    "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?role_name=Dev%20Ops"
    "&account_id=123456789012";
constexpr const char* kTokenUrl = "https://oidc.eu-west-1.amazonaws.com/token";

TEST_F(Sso, GetsTheRoleWithTheTokenOfTheFile) {
  session();
  token("2026-01-01T20:00:00Z");
  world.http.answer([](const HttpRequest& request) {
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.url, kRoleUrl);
    EXPECT_EQ(request.headers.at(0).name, "x-amz-sso_bearer_token");
    EXPECT_EQ(request.headers.at(0).value, "old");
    return HttpResponse{200,
                        {},
                        "{\"roleCredentials\":{\"accessKeyId\":\"ASIA1\",\"secretAccessKey\":\"s\","
                        "\"sessionToken\":\"t\",\"expiration\":1767272400000}}",
                        true};
  });
  const auto loaded = load();
  ASSERT_EQ(found(loaded), "ASIA1 from aws.sso");
  EXPECT_EQ((*loaded)->secret_access_key.reveal(), "s");
  EXPECT_EQ((*loaded)->session_token.reveal(), "t");
  EXPECT_EQ((*loaded)->account_id, "123456789012");
  EXPECT_EQ((*loaded)->expires_at, pgiam::test::at("2026-01-01T13:00:00Z"));
}
TEST_F(Sso, FindsALegacyProfilesTokenByItsStartUrl) {
  legacy();
  world.files.write(kLegacyFile,
                    "{\"accessToken\":\"old\",\"expiresAt\":\"2026-01-01T12:00:01UTC\"}");
  answer_role();
  EXPECT_EQ(found(), "ASIA1 from aws.sso");
}
TEST_F(Sso, ServesTheNextLoadFromTheAwsClisCache) {
  session();
  token("2026-01-01T20:00:00Z");
  answer_role();
  load();
  EXPECT_EQ(found(), "ASIA1 from aws.sso");
  EXPECT_EQ(sent_count(), 1u);
}

TEST_F(Sso, NeedsASignInWhereThereIsNoToken) {
  session();
  const auto loaded = load();
  EXPECT_EQ(found(loaded), "error: nobody is signed in to IAM Identity Center session corp");
  EXPECT_EQ(loaded.error().status, Status::kLoginRequired);
  EXPECT_EQ(loaded.error().hint, kHint);
}
TEST_F(Sso, NeedsASignInWhenTheTokenHasExpired) {
  session();
  token("2026-01-01T12:00:00Z");
  const auto loaded = load();
  EXPECT_EQ(
      found(loaded),
      "error: the sign-in to IAM Identity Center session corp has expired at 2026-01-01T12:00:00Z");
  EXPECT_EQ(loaded.error().status, Status::kLoginRequired);
  EXPECT_EQ(sent_count(), 0u);
}
TEST_F(Sso, NeedsASignInWhenTheTokenFileIsSpoilt) {
  session();
  world.files.write(kSessionFile, "{\"accessTok");
  EXPECT_EQ(load().error().status, Status::kLoginRequired);
}
TEST_F(Sso, NeedsASignInWhenAMemberOfTheTokenFileHasTheWrongType) {
  session();
  for (const char* wrong :
       {"\"expiresAt\":1767272400", "\"accessToken\":1", "\"refreshToken\":{}"}) {
    world.files.write(kSessionFile, "{" + std::string(wrong) + "}");
    EXPECT_THAT(found(), HasSubstr("session corp has a malformed "));
  }
}
TEST_F(Sso, TakesNoMemberOfAnAnswerThatHasTheWrongTypeForAnAbsentOne) {
  session();
  token("2026-01-01T13:00:00Z");
  world.http.answer(200, R"({"roleCredentials":{"accessKeyId":"ASIA1","secretAccessKey":"s",)"
                         R"("sessionToken":5,"expiration":1767272400000}})");
  EXPECT_THAT(found(), HasSubstr("holds no whole credentials"));
  refreshable_token("2026-01-01T12:00:00Z");
  world.http.answer(200, R"({"accessToken":"new","expiresIn":60,"refreshToken":7})");
  EXPECT_THAT(found(), HasSubstr("the answer holds no token"));
}
TEST_F(Sso, NeedsASignInWhenThePortalRefusesTheToken) {
  session();
  token("2026-01-01T20:00:00Z");
  world.http.answer(
      401, "{\"__type\":\"UnauthorizedException\",\"message\":\"Session token not found\"}");
  const auto loaded = load();
  EXPECT_EQ(loaded.error().status, Status::kLoginRequired);
  EXPECT_EQ(loaded.error().hint, kHint);
}
TEST_F(Sso, SaysWhatIsNotAssigned) {
  session();
  token("2026-01-01T20:00:00Z");
  world.http.answer(403, "{\"message\":\"No access\"}",
                    {{"x-amzn-ErrorType", "ForbiddenException"}});
  const auto loaded = load();
  EXPECT_EQ(loaded.error().status, Status::kDenied);
  EXPECT_EQ(found(loaded),
            "error: getting role Dev Ops in account 123456789012 (profile default): No access");
}

TEST_F(Sso, RefreshesATokenThatIsAboutToDie) {
  session();
  refreshable_token("2026-01-01T12:14:59Z");
  world.http.answer([](const HttpRequest& request) {
    EXPECT_EQ(request.url, kTokenUrl);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.body,
              "{\"clientId\":\"id\",\"clientSecret\":\"cs\",\"grantType\":\"refresh_token\","
              "\"refreshToken\":\"r1\"}");
    return HttpResponse{
        200, {}, "{\"accessToken\":\"new\",\"expiresIn\":28800,\"refreshToken\":\"r2\"}", true};
  });
  world.http.answer([](const HttpRequest& request) {
    EXPECT_EQ(request.headers.at(0).value, "new");
    return HttpResponse{200,
                        {},
                        "{\"roleCredentials\":{\"accessKeyId\":\"ASIA1\",\"secretAccessKey\":\"s\","
                        "\"sessionToken\":\"t\",\"expiration\":1767272400000}}",
                        true};
  });
  EXPECT_EQ(found(), "ASIA1 from aws.sso");
  // What it does not know stays, the order too.
  EXPECT_EQ(kept(),
            "{\"accessToken\":\"new\",\"expiresAt\":\"2026-01-01T20:00:00Z\",\"clientId\":\"id\","
            "\"clientSecret\":\"cs\",\"refreshToken\":\"r2\","
            "\"registrationExpiresAt\":\"2026-03-01T00:00:00Z\",\"mine\":{\"a\":1}}");
}
TEST_F(Sso, DoesNotRefreshBefore) {
  session();
  refreshable_token("2026-01-01T12:15:01Z");
  answer_role();
  EXPECT_EQ(found(), "ASIA1 from aws.sso");
  EXPECT_THAT(urls(), ElementsAre(kRoleUrl));
}
TEST_F(Sso, KeepsTheRefreshTokenWhenNoNewOneCame) {
  session();
  refreshable_token("2026-01-01T12:00:00Z");
  world.http.answer(200, "{\"accessToken\":\"new\",\"expiresIn\":60}");
  answer_role();
  EXPECT_EQ(found(), "ASIA1 from aws.sso");
  EXPECT_THAT(kept(), HasSubstr("\"refreshToken\":\"r1\""));
}
TEST_F(Sso, UsesATokenThatStillLivesWhenTheRefreshFails) {
  session();
  refreshable_token("2026-01-01T12:05:00Z");
  world.http.answer(400, "{\"error\":\"invalid_grant\"}");
  answer_role();
  EXPECT_EQ(found(), "ASIA1 from aws.sso");
  EXPECT_THAT(kept(), HasSubstr("\"accessToken\":\"old\""));
}
TEST_F(Sso, NeedsASignInWhenTheRefreshTokenIsNotAccepted) {
  session();
  refreshable_token("2026-01-01T11:00:00Z");
  world.http.answer(400,
                    "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid refresh token\"}",
                    {{"x-amzn-ErrorType", "InvalidGrantException"}});
  const auto loaded = load();
  EXPECT_EQ(loaded.error().status, Status::kLoginRequired);
  EXPECT_EQ(loaded.error().hint, kHint);
  EXPECT_EQ(loaded.error().remote, "InvalidGrantException, HTTP status 400");
}
TEST_F(Sso, DoesNotCallForASignInWhenOnlyTheNetworkIsAway) {
  session();
  refreshable_token("2026-01-01T11:00:00Z");
  EXPECT_EQ(load().error().status, Status::kNetwork);
}
TEST_F(Sso, DoesNotRefreshWithARegistrationThatHasExpired) {
  session();
  refreshable_token("2026-01-01T11:00:00Z", "2026-01-01T11:59:59Z");
  EXPECT_EQ(load().error().status, Status::kLoginRequired);
  EXPECT_EQ(sent_count(), 0u);
}
TEST_F(Sso, TakesTheTokenThatAnotherProcessRefreshedMeanwhile) {
  session();
  refreshable_token("2026-01-01T12:05:00Z");
  world.files.on_lock = [&](const std::string& path) {
    if (path == kSessionFile) refreshable_token("2026-01-01T20:00:00Z");
  };
  answer_role();
  EXPECT_EQ(found(), "ASIA1 from aws.sso");
  EXPECT_THAT(urls(), ElementsAre(kRoleUrl));
}
TEST_F(Sso, RefreshesATokenThatThePortalRefuses) {
  session();
  refreshable_token("2026-01-01T20:00:00Z");
  world.http.answer(401, "{}");
  answer_token();
  answer_role();
  EXPECT_EQ(found(), "ASIA1 from aws.sso");
  EXPECT_THAT(urls(), ElementsAre(kRoleUrl, kTokenUrl, kRoleUrl));
}
TEST_F(Sso, AsksThePortalTwiceAtMost) {
  session();
  refreshable_token("2026-01-01T20:00:00Z");
  world.http.answer(401, "{}");
  answer_token();
  world.http.answer(401, "{}");
  EXPECT_EQ(load().error().status, Status::kLoginRequired);
  EXPECT_EQ(sent_count(), 3u);
}
TEST_F(Sso, SaysInAnOfflineCallWhatItWouldAsk) {
  session();
  refreshable_token("2026-01-01T12:05:00Z");
  Call call = world.call();
  call.offline = true;
  const auto loaded = load(call);
  EXPECT_EQ(found(loaded),
            "error: would ask https://portal.sso.eu-west-1.amazonaws.com for role Dev Ops "
            "in account 123456789012");
  EXPECT_EQ(sent_count(), 0u);
}

TEST_F(Sso, WantsTheSessionThatTheProfileNames) {
  config("[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R");
  const auto loaded = load();
  EXPECT_EQ(found(loaded), "error: ~/.aws/config:2: there is no [sso-session corp]");
  EXPECT_EQ(loaded.error().status, Status::kBadConfig);
}
TEST_F(Sso, WantsNoContradictionBetweenProfileAndSession) {
  config(
      "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\nsso_region = "
      "us-east-1\n"
      "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = u");
  EXPECT_EQ(
      found(),
      "error: ~/.aws/config:5: sso_region of profile \"default\" contradicts ~/.aws/config:7");
}
TEST_F(Sso, TakesARepetitionThatAgrees) {
  config(
      "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\nsso_region = "
      "eu-west-1\n"
      "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = u");
  EXPECT_EQ(load().error().status, Status::kLoginRequired);
}
TEST_F(Sso, WantsAccountAndRoleForCredentials) {
  config(
      "[default]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = "
      "u");
  EXPECT_EQ(found(), "error: profile \"default\" has no sso_account_id");
  config("[default]\nsso_account_id = 1\nsso_start_url = u\nsso_region = r");
  EXPECT_EQ(found(), "error: profile \"default\" has no sso_role_name");
}
TEST_F(Sso, OfAProfileForTokensOnlyLeavesItsKeysAlone) {
  config(
      "[default]\nsso_session = corp\naws_access_key_id = AKID\naws_secret_access_key = s\n"
      "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = u");
  EXPECT_EQ(found(), "AKID from aws.profile");
}
TEST_F(Sso, WantsRegionAndStartUrl) {
  config("[default]\nsso_account_id = 1\nsso_role_name = R\nsso_region = r");
  EXPECT_EQ(found(), "error: profile \"default\" has no sso_start_url");
}
TEST_F(Sso, LendsItsRoleToAnother) {
  config(
      "[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = dev\n"
      "[profile dev]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\n"
      "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = u");
  EXPECT_EQ(load().error().hint,
            "run: aws sso login --profile dev (or: pgiam login --profile dev)");
}

class SsoLogin : public Sso {
 protected:
  SsoLogin() {
    session();
    runtime.pause = [&](Milliseconds pause, const std::stop_token& stop) {
      pauses.push_back(pause.count() / 1000);
      world.clock.advance(pause);
      return !stop.stop_requested();
    };
  }
  void answer_start() {
    world.http.answer(
        200, "{\"clientId\":\"id\",\"clientSecret\":\"cs\",\"clientSecretExpiresAt\":1775000000}");
    world.http.answer(
        200,
        "{\"deviceCode\":\"dc\",\"userCode\":\"ABCD-EFGH\",\"verificationUri\":\"https://v\","
        "\"verificationUriComplete\":\"https://v?c\",\"expiresIn\":600,\"interval\":2}");
  }
  void answer_error(const std::string& error) {
    world.http.answer(400, "{\"error\":\"" + error + "\"}");
  }
  Result<CredentialsPtr> login() {
    Call call = world.call();
    call.may_prompt = true;
    return load(call);
  }
  std::vector<long> pauses;
};

TEST_F(SsoLogin, ShowsThePageAndWaitsForThePerson) {
  answer_start();
  answer_error("authorization_pending");
  answer_error("authorization_pending");
  answer_token("fresh");
  answer_role();
  EXPECT_EQ(found(login()), "ASIA1 from aws.sso");
  ASSERT_EQ(world.prompt.requests.size(), 2u);
  const PromptRequest& shown = world.prompt.requests[0];
  EXPECT_EQ(shown.kind, PromptRequest::Kind::kDeviceLogin);
  EXPECT_EQ(shown.title, "Sign in to AWS (profile default)");
  EXPECT_EQ(shown.url, "https://v");
  EXPECT_EQ(shown.url_complete, "https://v?c");
  EXPECT_EQ(shown.user_code, "ABCD-EFGH");
  EXPECT_EQ(shown.expires_in, Milliseconds{600'000});
  EXPECT_EQ(world.prompt.requests[1].kind, PromptRequest::Kind::kClose);
  EXPECT_EQ(world.prompt.requests[1].id, shown.id);
  EXPECT_THAT(pauses, ElementsAre(2, 2, 2));
}
TEST_F(SsoLogin, TakesNoMemberOfTheWrongTypeForAnAbsentOne) {
  world.http.answer(
      200, "{\"clientId\":\"id\",\"clientSecret\":\"cs\",\"clientSecretExpiresAt\":1775000000}");
  world.http.answer(200, R"({"deviceCode":"dc","verificationUri":"https://v","interval":"2"})");
  EXPECT_THAT(found(login()), HasSubstr("the answer is not whole"));
}
TEST_F(SsoLogin, ShowsNoEscapeSequenceAndNoPageThatIsNotHttps) {
  constexpr const char* kGood = "https://v";
  const auto refusal = [&](const std::string& page, const std::string& complete, const std::string& code) {
    world.http.answer(
        200, "{\"clientId\":\"id\",\"clientSecret\":\"cs\",\"clientSecretExpiresAt\":1775000000}");
    world.http.answer(200, R"({"deviceCode":"dc","verificationUri":")" + page +
                               R"(","verificationUriComplete":")" + complete + R"(","userCode":")" + code + R"("})");
    const auto loaded = login();
    EXPECT_EQ(loaded.error().status, Status::kBadResponse);
    return found(loaded);
  };
  for (const std::string wrong : {"file:///etc/passwd", "http://v", "https://v/\\u001b[2J", "https://v/\\u009b2J", "v", "javascript:x"}) {
    EXPECT_THAT(refusal(wrong, kGood, "A"), HasSubstr("names no https page")) << wrong;
    EXPECT_THAT(refusal(kGood, wrong, "A"), HasSubstr("names no https page")) << wrong;
  }
  for (const char* wrong : {"AB\\u001b[31mCD", "\\u009b31m", "\\r", "\\u007f"})
    EXPECT_THAT(refusal(kGood, "", wrong), HasSubstr("code cannot be typed"));
  EXPECT_TRUE(world.prompt.requests.empty());
}
TEST_F(SsoLogin, WritesTheFileThatTheAwsCliReads) {
  answer_start();
  answer_token("fresh");
  answer_role();
  login();
  EXPECT_EQ(kept(),
            "{\"startUrl\":\"https://x.awsapps.com/start\",\"region\":\"eu-west-1\","
            "\"accessToken\":\"fresh\",\"expiresAt\":\"2026-01-01T20:00:02Z\",\"clientId\":\"id\","
            "\"clientSecret\":\"cs\",\"registrationExpiresAt\":\"2026-03-31T23:33:20Z\","
            "\"refreshToken\":\"r2\"}");
}
TEST_F(SsoLogin, RegistersForTheScopesOfTheSession) {
  config(std::string(kSession) + "sso_registration_scopes = sso:account:access, codewhisperer:x\n");
  world.http.answer([](const HttpRequest& request) {
    EXPECT_EQ(request.url, "https://oidc.eu-west-1.amazonaws.com/client/register");
    EXPECT_THAT(request.body,
                HasSubstr("\"clientType\":\"public\",\"scopes\":[\"sso:account:access\","
                          "\"codewhisperer:x\"]}"));
    return make_error(Status::kNetwork, "away");
  });
  EXPECT_EQ(login().error().status, Status::kNetwork);
}
TEST_F(SsoLogin, SlowsDownWhenTold) {
  answer_start();
  answer_error("slow_down");
  answer_error("slow_down");
  answer_token("fresh");
  answer_role();
  EXPECT_EQ(found(login()), "ASIA1 from aws.sso");
  EXPECT_THAT(pauses, ElementsAre(2, 7, 12));
}
TEST_F(SsoLogin, GivesUpWhenTheCodeHasExpired) {
  answer_start();
  world.http.otherwise([](const HttpRequest&) {
    return HttpResponse{400, {}, "{\"error\":\"authorization_pending\"}", true};
  });
  const auto loaded = login();
  EXPECT_EQ(found(loaded), "error: nobody signed in while the code was good");
  EXPECT_EQ(loaded.error().status, Status::kLoginDeclined);
  EXPECT_EQ(world.prompt.requests.back().kind, PromptRequest::Kind::kClose);
}
TEST_F(SsoLogin, EndsWhenThePersonSaysNo) {
  answer_start();
  answer_error("access_denied");
  EXPECT_EQ(login().error().status, Status::kLoginDeclined);
}
TEST_F(SsoLogin, EndsWhenTheHostCannotShowIt) {
  answer_start();
  world.prompt.answer = make_error(Status::kLoginRequired, "cannot");
  EXPECT_EQ(login().error().status, Status::kLoginRequired);
  EXPECT_EQ(sent_count(), 2u);
}
TEST_F(SsoLogin, EndsWithTheCall) {
  answer_start();
  std::stop_source stop;
  stop.request_stop();
  Call call = world.call();
  call.may_prompt = true;
  call.stop = stop.get_token();
  EXPECT_EQ(load(call).error().status, Status::kCancelled);
}
TEST_F(SsoLogin, GoesOnWhenOnePollWasLost) {
  answer_start();
  for (int i = 0; i < 3; ++i)
    world.http.answer([](const HttpRequest&) -> Result<HttpResponse> {
      Error lost = make_error(Status::kNetwork, "reset");
      lost.retryable = true;
      return lost;
    });
  answer_token("fresh");
  answer_role();
  EXPECT_EQ(found(login()), "ASIA1 from aws.sso");
}
TEST_F(SsoLogin, IsNotAskedForTwice) {
  world.files.on_lock = [&](const std::string& path) {
    if (path == std::string(kSessionFile) + ".login") token("2026-01-01T20:00:00Z");
  };
  answer_role();
  EXPECT_EQ(found(login()), "ASIA1 from aws.sso");
  EXPECT_TRUE(world.prompt.requests.empty());
}

TEST_F(Sso, ShowsNoTokenInErrorsLogAndTrace) {
  session();
  refreshable_token("2026-01-01T12:05:00Z");
  world.http.answer(400, "{\"error\":\"invalid_grant\"}");
  world.http.answer(500, "{\"roleCredentials\":{\"secretAccessKey\":\"hush\"}}");
  const auto loaded = load();
  std::string text =
      loaded.error().message + loaded.error().hint + loaded.error().remote + world.log.text();
  for (const SourceTried& tried : trace) text += tried.detail;
  for (const char* secret : {"hush", "old", "r1", "cs"}) EXPECT_THAT(text, Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace pgiam::aws
