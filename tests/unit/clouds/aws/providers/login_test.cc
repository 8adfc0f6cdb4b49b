// The session of `aws login`: its file, its renewal, and the proof that goes with it.
#include "base/text.h"
#include "clouds/aws/dpop.h"
#include "clouds/aws/json.h"
#include "clouds/aws/sources_fixture.h"
#include "es256_keys.h"

namespace pgiam::aws {
namespace {

using pgiam::test::decode_base64url;
using pgiam::test::Es256TestKey;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kProfile =
    "[default]\nregion = eu-west-1\nlogin_session = arn:aws:sts::123456789012:assumed-role/R/ann\n";
// sha256 of login_session
constexpr const char* kFile =
    "/home/ann/.aws/login/cache/"
    "45f350ae9136a90ebb300e211b54414cccddb1ee0391e7210e1ae6683220740a.json";

class Login : public test::SourcesTest {
 protected:
  Login() { config(kProfile); }

  void session(const std::string& expires_at, const std::string& key = "unused") {
    Json token;
    token.set("accessKeyId", "OLD");
    token.set("secretAccessKey", "old secret");
    token.set("sessionToken", "old token");
    token.set("accountId", "123456789012");
    token.set("expiresAt", expires_at);
    Json file;
    file.set("accessToken", token);
    file.set("tokenType", "aws_sigv4");
    file.set("clientId", "arn:aws:signin:::devtools/same-device");
    file.set("refreshToken", "r1");
    file.set("idToken", "i1");
    file.set("dpopKey", key);
    file.set("newer", "member");
    world.files.write(path(), file.serialize().reveal());
  }
  void answer_renewal() {
    world.http.answer(
        200,
        "{\"accessToken\":{\"accessKeyId\":\"NEW\",\"secretAccessKey\":\"s\",\"sessionToken\":"
        "\"t\"},\"tokenType\":\"aws_sigv4\",\"expiresIn\":900,\"refreshToken\":\"r2\"}");
  }
  void answer_denied(const std::string& error) {
    world.http.answer(400, "{\"error\":\"" + error + "\",\"message\":\"Refused.\"}",
                      {{"x-amzn-ErrorType", "AccessDeniedException"}});
  }
  static std::string path() { return kFile; }
  Json kept() { return Json::parse(world.files.read(path(), world.call()).value()).value(); }

  const Es256TestKey key;
};

TEST_F(Login, GivesTheCredentialsOfTheSessionWhileTheyLive) {
  session("2026-01-01T12:05:01Z");
  const auto loaded = load();
  ASSERT_EQ(found(loaded), "OLD from aws.login");
  EXPECT_EQ((*loaded)->secret_access_key.reveal(), "old secret");
  EXPECT_EQ((*loaded)->session_token.reveal(), "old token");
  EXPECT_EQ((*loaded)->account_id, "123456789012");
  EXPECT_EQ((*loaded)->expires_at, pgiam::test::at("2026-01-01T12:05:01Z"));
  EXPECT_EQ(sent_count(), 0u);
}
TEST_F(Login, FindsTheSessionInTheFolderThatTheVariableNames) {
  session("2026-01-01T13:00:00Z");
  const std::string moved = "/cache" + path().substr(path().rfind('/'));
  world.files.write(moved, world.files.read(path(), world.call()).value());
  world.files.remove(path());
  world.environment.set("AWS_LOGIN_CACHE_DIRECTORY", "/cache");
  EXPECT_EQ(found(), "OLD from aws.login");
}
TEST_F(Login, TrimsTheNameOfTheSession) {
  session("2026-01-01T13:00:00Z");
  config("[default]\nlogin_session =   arn:aws:sts::123456789012:assumed-role/R/ann  \n");
  EXPECT_EQ(found(), "OLD from aws.login");
}
TEST_F(Login, RenewsASessionThatIsAboutToDie) {
  session("2026-01-01T12:04:59Z", key.pkcs8());
  world.http.answer([](const HttpRequest& request) {
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://eu-west-1.signin.aws.amazon.com/v1/token");
    EXPECT_EQ(request.body,
              "{\"clientId\":\"arn:aws:signin:::devtools/same-device\",\"grantType\":"
              "\"refresh_token\",\"refreshToken\":\"r1\"}");
    return HttpResponse{
        200,
        {},
        "{\"accessToken\":{\"accessKeyId\":\"NEW\",\"secretAccessKey\":\"s\",\"sessionToken\":"
        "\"t\"},\"tokenType\":\"aws_sigv4\",\"expiresIn\":900,\"refreshToken\":\"r2\"}",
        true};
  });
  const auto loaded = load();
  ASSERT_EQ(found(loaded), "NEW from aws.login");
  EXPECT_EQ((*loaded)->expires_at, pgiam::test::at("2026-01-01T12:15:00Z"));
  EXPECT_EQ((*loaded)->account_id, "123456789012");
}
TEST_F(Login, WritesTheRenewedSessionBackAndKeepsWhatItDoesNotKnow) {
  session("2026-01-01T12:00:00Z", key.sec1());
  answer_renewal();
  load();
  const Json file = kept();
  EXPECT_EQ(file.text("refreshToken"), "r2");
  EXPECT_EQ(file.text("newer"), "member");
  EXPECT_EQ(file.text("idToken"), "i1");
  EXPECT_EQ(file.text("dpopKey"), key.sec1());
  const Json token = *file.object("accessToken");
  EXPECT_EQ(token.text("accessKeyId"), "NEW");
  EXPECT_EQ(token.text("expiresAt"), "2026-01-01T12:15:00Z");
  EXPECT_EQ(token.text("accountId"), "123456789012");
}
TEST_F(Login, ProvesThatItHoldsTheKey) {
  session("2026-01-01T12:00:00Z", key.pkcs8());
  std::string proof;
  world.http.answer([&](const HttpRequest& request) -> Result<HttpResponse> {
    for (const HttpHeader& header : request.headers)
      if (header.name == "DPoP") proof = header.value;
    return make_error(Status::kNetwork, "away");
  });
  load();
  const auto parts = split(proof, '.');
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_TRUE(key.verifies(proof.substr(0, proof.rfind('.')), decode_base64url(parts[2])));
  const Json header = Json::parse(decode_base64url(parts[0])).value();
  EXPECT_EQ(header.text("typ"), "dpop+jwt");
  EXPECT_EQ(header.text("alg"), "ES256");
  const Json jwk = *header.object("jwk");
  const Es256Key same = Es256Key::from_pem(key.pkcs8()).value();
  EXPECT_EQ(jwk.text("kty"), "EC");
  EXPECT_EQ(jwk.text("crv"), "P-256");
  EXPECT_EQ(decode_base64url(*jwk.text("x")), same.x());
  EXPECT_EQ(decode_base64url(*jwk.text("y")), same.y());
  const Json payload = Json::parse(decode_base64url(parts[1])).value();
  EXPECT_EQ(payload.text("htm"), "POST");
  EXPECT_EQ(payload.text("htu"), "https://eu-west-1.signin.aws.amazon.com/v1/token");
  EXPECT_EQ(payload.integer("iat"), 1767268800);
  EXPECT_EQ(payload.text("jti").value_or("").size(), 36u);
}
TEST_F(Login, ProvesEachAttemptAnew) {
  session("2026-01-01T12:00:00Z", key.pkcs8());
  world.http.answer(500, "{}");
  answer_renewal();
  EXPECT_EQ(found(), "NEW from aws.login");
  EXPECT_NE(sent_header(0, "DPoP"), sent_header(1, "DPoP"));
}
TEST_F(Login, TakesTheSessionThatAnotherProcessRenewedMeanwhile) {
  session("2026-01-01T12:04:59Z");
  world.files.on_lock = [&](const std::string&) { session("2026-01-01T12:15:00Z"); };
  EXPECT_EQ(found(), "OLD from aws.login");
  EXPECT_EQ(sent_count(), 0u);
}
TEST_F(Login, UsesCredentialsThatStillLiveWhenTheRenewalFails) {
  session("2026-01-01T12:04:59Z", key.pkcs8());
  EXPECT_EQ(found(), "OLD from aws.login");
  EXPECT_EQ(sent_count(), 1u);
}
TEST_F(Login, NeedsALoginWhereThereIsNoSession) {
  const auto loaded = load();
  EXPECT_EQ(found(loaded),
            "error: the session of profile \"default\" does not exist: nobody has logged in");
  EXPECT_EQ(loaded.error().status, Status::kLoginRequired);
  EXPECT_EQ(loaded.error().hint, "run: aws login --profile default");
}
TEST_F(Login, NeedsALoginWhenTheSessionIsNotWhole) {
  for (const char* name : {"accessToken", "refreshToken", "clientId", "dpopKey"}) {
    session("2026-01-01T13:00:00Z");
    Json file = kept();
    file.remove(name);
    world.files.write(path(), file.serialize().reveal());
    EXPECT_EQ(found(), "error: the session of profile \"default\" has no " + std::string(name));
  }
}
TEST_F(Login, NeedsALoginWhenAMemberHasTheWrongType) {
  for (const char* name : {"expiresAt", "accountId"}) {
    session("2026-01-01T13:00:00Z");
    Json file = kept(), token = *file.object("accessToken");
    token.set(name, std::int64_t{1767272400});
    file.set("accessToken", token);
    world.files.write(path(), file.serialize().reveal());
    EXPECT_EQ(found(),
              "error: the session of profile \"default\" has a malformed " + std::string(name));
  }
}
TEST_F(Login, NeedsALoginWhenTheKeyIsUnusable) {
  session("2026-01-01T12:00:00Z", "-----BEGIN hush");
  const auto loaded = load();
  EXPECT_EQ(loaded.error().status, Status::kLoginRequired);
  EXPECT_THAT(found(loaded), Not(HasSubstr("hush")));
  EXPECT_EQ(sent_count(), 0u);
}
TEST_F(Login, NeedsALoginWhenTheSessionIsOver) {
  for (const char* reason : {"TOKEN_EXPIRED", "USER_CREDENTIALS_CHANGED"}) {
    session("2026-01-01T12:00:00Z", key.pkcs8());
    answer_denied(reason);
    const auto loaded = load();
    EXPECT_EQ(loaded.error().status, Status::kLoginRequired);
    EXPECT_EQ(loaded.error().hint, "run: aws login --profile default");
    EXPECT_THAT(loaded.error().remote, HasSubstr(reason));
  }
}
TEST_F(Login, TakesANewSessionWhateverTheReasonOfTheRefusal) {
  session("2026-01-01T12:00:00Z", key.pkcs8());
  for (const char* body : {R"({"error":"invalid_grant"})", R"({"__type":"ValidationException"})"}) {
    world.http.answer(400, body);
    const auto loaded = load();
    EXPECT_EQ(loaded.error().status, Status::kLoginRequired);
    EXPECT_EQ(loaded.error().hint, "run: aws login --profile default");
  }
}
TEST_F(Login, SendsNothingOfARefusalToATerminalButText) {
  session("2026-01-01T12:00:00Z", key.pkcs8());
  world.http.answer(400, R"({"__type":"AccessDeniedException","error":"\u001b[2Jover"})");
  EXPECT_THAT(load().error().remote, testing::AllOf(HasSubstr("[2Jover"), Not(HasSubstr("\x1b"))));
}
TEST_F(Login, SaysWhichPermissionIsMissing) {
  session("2026-01-01T12:00:00Z", key.pkcs8());
  answer_denied("INSUFFICIENT_PERMISSIONS");
  const auto loaded = load();
  EXPECT_EQ(loaded.error().status, Status::kDenied);
  EXPECT_THAT(loaded.error().hint, HasSubstr("signin:CreateOAuth2Token"));
}
TEST_F(Login, KeepsTheOldFileWhenTheAnswerIsNotWhole) {
  session("2026-01-01T12:00:00Z", key.pkcs8());
  world.http.answer(200, "{\"accessToken\":{\"accessKeyId\":\"NEW\"}}");
  EXPECT_EQ(load().error().status, Status::kBadResponse);
  EXPECT_EQ(kept().text("refreshToken"), "r1");
}
TEST_F(Login, RenewsCredentialsThatAreToBeReplaced) {
  session("2026-01-01T13:00:00Z", key.pkcs8());
  answer_renewal();
  Call call = world.call();
  call.replaces = "OLD";
  EXPECT_EQ(found(load(call)), "NEW from aws.login");
}
TEST_F(Login, DoesNotAskInAnOfflineCall) {
  session("2026-01-01T12:00:00Z", key.pkcs8());
  Call call = world.call();
  call.offline = true;
  EXPECT_EQ(found(load(call)), "error: would renew the session of profile \"default\" at "
                                "https://eu-west-1.signin.aws.amazon.com");
}
TEST(DpopProof, NeverUsesAnIdTwice) { EXPECT_NE(random_uuid(), random_uuid()); }
TEST(DpopProof, FormsIdsAsVersion4Uuids) {
  const std::string id = random_uuid();
  EXPECT_EQ(id[14], '4');
  EXPECT_THAT("89ab", HasSubstr(id.substr(19, 1)));
}

}  // namespace
}  // namespace pgiam::aws
