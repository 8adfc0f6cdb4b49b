#include "flow/flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/registry.h"
#include "fakes.h"

namespace pgiam {
namespace {

using test::at;
using testing::HasSubstr;
using testing::Not;

constexpr char kHost[] = "orders.c9.eu-west-1.rds.amazonaws.com";

class FlowTest : public testing::Test {
 protected:
  FlowTest() { use_keys("AKIAENVIRONMENTKEY01"); }

  void use_keys(const std::string& id) {
    fake_.environment.set("AWS_ACCESS_KEY_ID", id);
    fake_.environment.set("AWS_SECRET_ACCESS_KEY", "secret of " + id);
  }
  static Request request(std::string_view host = kHost) {
    Request request;
    request.host = host;
    request.user = "app";
    request.can_apply = "*";  // also what to dial
    return request;
  }
  Result<Reply> before(const Request& asked = request()) {
    return flow_.before_connect(asked, [] { return std::stop_token(); });
  }
  static std::string param(const Reply& reply, std::string_view key) {
    for (std::size_t i = 0; i < reply.param_count(); ++i)
      if (reply.param(i).key == key) return reply.param(i).value;
    return "";
  }
  std::string token(const Request& asked = request()) {
    const auto reply = before(asked);
    EXPECT_TRUE(reply) << reply.error().message;
    return reply ? param(*reply, "password") : "";
  }
  // Plans live for a second; whoever changes a file waits as long.
  void let_plans_age() { fake_.clock.advance(Milliseconds{1001}); }

  test::FakeWorld fake_;
  Flow flow_{fake_.world, {}, make_clouds(fake_.world), Fetcher::shared()};
};

TEST_F(FlowTest, AnswersWithATokenAndWhatItIs) {
  const auto reply = before();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_THAT(param(*reply, "password"),
              HasSubstr("orders.c9.eu-west-1.rds.amazonaws.com:5432/?Action=connect&DBUser=app&"));
  EXPECT_TRUE(reply->param(0).secret);
  EXPECT_EQ(param(*reply, "sslmode"), "require");
  EXPECT_EQ(reply->secret()->provider, "aws.environment");
  EXPECT_EQ(reply->principal(), "AKIA…EY01");
  EXPECT_EQ(reply->plan().target().name, "aws.rds");
  EXPECT_STREQ(reply->plan().target().fact("region"), "eu-west-1");
  EXPECT_EQ(reply->plan().target().host, kHost);
  EXPECT_EQ(reply->plan().target().port, 5432);
  EXPECT_EQ(reply->password()->expires_at, at("2026-01-01T12:15:00Z"));
  EXPECT_FALSE(reply->from_cache());
}

TEST_F(FlowTest, SignsWithTheKeyOfTheDay) {
  fake_.clock.advance(std::chrono::hours{12} - Seconds{1});
  EXPECT_THAT(token(), HasSubstr("%2F20260101%2Feu-west-1%2Frds-db%2Faws4_request&X-Amz-Date="
                                 "20260101T235959Z&"));
  fake_.clock.advance(Seconds{61});  // and no password is given again
  EXPECT_THAT(token(), HasSubstr("%2F20260102%2Feu-west-1%2Frds-db%2Faws4_request&X-Amz-Date="
                                 "20260102T000100Z&"));
}

TEST_F(FlowTest, LowersTheHostAndDropsItsLastDot) {
  EXPECT_THAT(token(request("ORDERS.c9.eu-west-1.RDS.amazonaws.com.")),
              HasSubstr("orders.c9.eu-west-1.rds.amazonaws.com:5432/?"));
}

TEST_F(FlowTest, ABrokenConfigurationFileIsAnErrorOnlyForWhatIsOursByItsName) {
  fake_.environment.set("PGIAM_CONFIG", "/rules");
  fake_.files.write("/rules", "[defaults]\nprofil = dev\n");
  EXPECT_EQ(before().error().status, Status::kBadConfig);
  EXPECT_THAT(before().error().message, HasSubstr("/rules:2"));
  EXPECT_EQ(fake_.log.text(), "");

  for (const char* host : {"db.example", "localhost", "/run/postgresql", "db.example"})
    EXPECT_EQ(before(request(host)).error().status, Status::kNotApplicable) << host;
  EXPECT_THAT(before(request("db.example")).error().message, HasSubstr("/rules:2"));
  const std::string log = fake_.log.text();
  EXPECT_THAT(log, HasSubstr("/rules:2"));
  EXPECT_EQ(log.find('\n'), log.size() - 1) << "said once: " << log;
}

// ---- What is not ours

TEST_F(FlowTest, LeavesOtherHostsAlone) {
  for (const char* host : {"", "/var/run/postgresql", "@abstract", "localhost", "db.example.com"}) {
    const auto reply = before(request(host));
    ASSERT_FALSE(reply) << host;
    EXPECT_EQ(reply.error().status, Status::kNotApplicable) << host;
  }
}

TEST_F(FlowTest, LeavesAPasswordThatTheUserGaveAlone) {
  Request asked = request();
  asked.password = "hunter2";
  EXPECT_EQ(before(asked).error().status, Status::kNotApplicable);
}

TEST_F(FlowTest, ReplacesATokenThatCameBackAsAPassword) {
  const std::string old = token();
  fake_.clock.advance(Seconds{1000});
  Request asked = request();
  asked.password = old;
  EXPECT_THAT(token(asked), Not(old));
}

TEST_F(FlowTest, ReplacesAPasswordWhereForceSaysSo) {
  Request asked = request();
  asked.password = "hunter2";
  asked.options = {{"force", "yes"}};
  EXPECT_THAT(token(asked), HasSubstr("X-Amz-Signature="));
}

TEST_F(FlowTest, DoesNothingWhereTheTargetIsOff) {
  Request asked = request();
  asked.options = {{"target", "off"}};
  EXPECT_EQ(before(asked).error().status, Status::kNotApplicable);
}

// ---- Which endpoint and region

TEST_F(FlowTest, SignsForTheEndpointBehindATunnel) {
  fake_.files.write("/etc/pgiam.conf",
                    "[connection tunnel]\nhost = localhost\nport = 5433\n"
                    "signing_host = orders.c9.eu-west-1.rds.amazonaws.com\nsigning_port = 5432\n");
  Request asked = request("localhost");
  asked.port = 5433;
  const auto reply = before(asked);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->plan().rule, "tunnel");
  EXPECT_THAT(param(*reply, "password"),
              HasSubstr("orders.c9.eu-west-1.rds.amazonaws.com:5432/?Action=connect&DBUser=app&"));
}

TEST_F(FlowTest, TakesTheRegionOfTheNameBeforeAwssOwnSettingsAndWarns) {
  fake_.environment.set("AWS_REGION", "us-east-1");
  const auto reply = before();
  ASSERT_TRUE(reply);
  EXPECT_STREQ(reply->plan().target().fact("region"), "eu-west-1");
  EXPECT_THAT(reply->plan().warning_lines, HasSubstr("us-east-1 of AWS_REGION"));
}

TEST_F(FlowTest, TakesTheOptionsRegionBeforeTheNamesAndWarns) {
  fake_.environment.set("PGIAM_REGION", "eu-north-1");
  const auto reply = before();
  ASSERT_TRUE(reply);
  EXPECT_STREQ(reply->plan().target().fact("region"), "eu-north-1");
  EXPECT_THAT(reply->plan().warning_lines, HasSubstr("the endpoint's name says eu-west-1"));
}

TEST_F(FlowTest, NeverGuessesARegion) {
  const auto reply = before(request("g.global-c9.global.rds.amazonaws.com"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().status, Status::kTarget);
  EXPECT_THAT(reply.error().hint, HasSubstr("PGIAM_REGION"));
  fake_.environment.set("AWS_DEFAULT_REGION", "eu-west-3");
  EXPECT_STREQ(before(request("g.global-c9.global.rds.amazonaws.com"))->plan().target().fact("region"),
            "eu-west-3");
}

TEST_F(FlowTest, BelievesTheUserThatAnUnknownNameIsRds) {
  Request asked = request("db.internal.example");
  asked.options = {{"target", "rds"}, {"region", "eu-west-1"}};
  EXPECT_THAT(token(asked), HasSubstr("db.internal.example:5432/?Action=connect"));
}

TEST_F(FlowTest, RefusesASigningHostOfNoKnownKind) {
  Request asked = request("localhost");
  asked.options = {{"signing_host", "db.example.com"}};
  EXPECT_EQ(before(asked).error().status, Status::kTarget);
}

TEST_F(FlowTest, NeedsAUser) {
  Request asked = request();
  asked.user = "";
  EXPECT_EQ(before(asked).error().status, Status::kInvalidArgument);
}

// ---- Aliases

constexpr char kAlias[] = "db.example.com";

TEST_F(FlowTest, FollowsAnAliasToTheEndpointAndNoFurther) {
  fake_.resolver.names[kAlias] = {"db.internal.example.com", kHost,
                                  "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com"};
  const auto reply = before(request(kAlias));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->plan().target().host, kHost);
}

TEST_F(FlowTest, RemembersAMinuteWhatDnsSaid) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(before(request(kAlias)).error().status, Status::kNotApplicable);
    let_plans_age();
  }
  EXPECT_EQ(fake_.resolver.asked.size(), 1u);
  fake_.resolver.names[kAlias] = {kHost};
  fake_.clock.advance(Seconds{60});
  EXPECT_TRUE(before(request(kAlias)));
}

TEST_F(FlowTest, ConnectsAsIfAbsentWhereDnsIsDown) {
  fake_.resolver.is_down = true;
  EXPECT_EQ(before(request(kAlias)).error().status, Status::kNotApplicable);
}

TEST_F(FlowTest, AsksAgainSoonWhereDnsWasDown) {
  fake_.resolver.is_down = true;
  for (int i = 0; i < 2; ++i) static_cast<void>(before(request(kAlias)));
  EXPECT_EQ(fake_.resolver.asked.size(), 1u);
  fake_.resolver.is_down = false;
  fake_.resolver.names[kAlias] = {kHost};
  fake_.clock.advance(Seconds{5});
  EXPECT_TRUE(before(request(kAlias)));
}

TEST_F(FlowTest, GoesByWhatDnsSaidLastWhereItIsDown) {
  fake_.resolver.names[kAlias] = {kHost};
  EXPECT_TRUE(before(request(kAlias)));
  fake_.resolver.is_down = true;
  fake_.clock.advance(Seconds{60});
  EXPECT_TRUE(before(request(kAlias)));
}

TEST_F(FlowTest, AsksDnsForNothingWhereThatIsIdle) {
  for (const char* host : {kHost, "localhost", "db", "db.local", "10.1.2.3", "::1", "/tmp"})
    static_cast<void>(before(request(host)));
  Request with_password = request(kAlias);
  with_password.password = "hunter2";
  static_cast<void>(before(with_password));
  static_cast<void>(flow_.explain(request(kAlias), std::stop_token()));
  EXPECT_TRUE(fake_.resolver.asked.empty()) << fake_.resolver.asked.front();
}

// ---- TLS

TEST_F(FlowTest, TheCallBeginsBeforeNamesAreLookedUp) {
  Milliseconds deadline{0};
  fake_.resolver.on_call = [&](const Call& call) { deadline = call.deadline; };
  Request asked = request(kAlias);
  asked.timeout = Milliseconds{100};
  before(asked);
  EXPECT_EQ(deadline, fake_.clock.uptime() + Milliseconds{100});
  Request other = request("other.example.com");
  other.options = {{"timeout_ms", "200"}};
  before(other);
  EXPECT_EQ(deadline, fake_.clock.uptime() + Milliseconds{200});
}

TEST_F(FlowTest, ANameThatDnsDidNotTellInTimeIsAskedForByTheNextCaller) {
  fake_.resolver.names[kAlias] = {kHost};
  fake_.resolver.is_silent = true;
  fake_.resolver.on_call = [&](const Call&) { fake_.clock.advance(Milliseconds{100}); };
  Request asked = request(kAlias);
  asked.timeout = Milliseconds{100};
  EXPECT_EQ(before(asked).error().status, Status::kNotApplicable);
  fake_.resolver.is_silent = false;
  asked.timeout = Milliseconds{1000};
  EXPECT_TRUE(before(asked));
}

TEST_F(FlowTest, WhoIsCancelledWhileNamesAreLookedUpIsToldSo) {
  std::stop_source stop;
  fake_.resolver.names[kAlias] = {kHost};
  fake_.resolver.on_call = [&](const Call&) { stop.request_stop(); };
  const auto cancelled = flow_.before_connect(request(kAlias), [&] { return stop.get_token(); });
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().status, Status::kCancelled);
  fake_.resolver.on_call = nullptr;
  EXPECT_TRUE(before(request(kAlias)));
}

// ---- How long a token is given

TEST_F(FlowTest, GivesTheSameTokenForAMinuteThenSignsAnew) {
  const std::string first = token();
  fake_.clock.advance(Seconds{59});
  const auto again = before();
  EXPECT_TRUE(again->from_cache());
  EXPECT_EQ(param(*again, "password"), first);
  fake_.clock.advance(Seconds{2});
  EXPECT_THAT(token(), Not(first));
}

TEST_F(FlowTest, SignsAtEachConnectWhereReuseIsOff) {
  Request asked = request();
  asked.options = {{"reuse_seconds", "0"}};
  const std::string first = token(asked);
  fake_.clock.advance(Seconds{1});
  EXPECT_THAT(token(asked), Not(first));
}

TEST_F(FlowTest, NeverGivesOneUsersTokenToAnother) {
  const std::string first = token();
  Request other = request();
  other.user = "admin";
  EXPECT_THAT(token(other), HasSubstr("DBUser=admin&"));
  EXPECT_EQ(token(), first);
}

TEST_F(FlowTest, SignsAnewWhenTheCredentialsChange) {
  const std::string first = token();
  use_keys("AKIAOTHERKEYXXXXXX02");
  EXPECT_THAT(token(), HasSubstr("AKIAOTHERKEYXXXXXX02"));
}

TEST_F(FlowTest, NeverGivesATokenOfTheFutureWhenTheClockIsSetBack) {
  token();
  fake_.clock.set(at("2026-01-01T11:00:00Z"));
  EXPECT_THAT(token(), HasSubstr("X-Amz-Date=20260101T110000Z"));
}

TEST_F(FlowTest, SignsAnewAfterSuspend) {
  token();
  fake_.clock.advance(std::chrono::hours{9});
  EXPECT_THAT(token(), HasSubstr("X-Amz-Date=20260101T210000Z"));
}

TEST_F(FlowTest, TokensDieWithTheirCredentials) {
  fake_.environment.set("AWS_CREDENTIAL_EXPIRATION", "2026-01-01T12:05:00Z");
  EXPECT_EQ(before()->password()->expires_at, at("2026-01-01T12:05:00Z"));
}

TEST_F(FlowTest, DoesNotReuseATokenThatDiesWithinAMinute) {
  fake_.environment.set("AWS_CREDENTIAL_EXPIRATION", "2026-01-01T12:01:10Z");
  token();
  fake_.clock.advance(Seconds{20});
  EXPECT_FALSE(before()->from_cache());
}

TEST_F(FlowTest, SaysSoWhenTheCredentialsHaveExpired) {
  fake_.environment.set("AWS_CREDENTIAL_EXPIRATION", "2026-01-01T12:00:30Z");
  token();
  fake_.clock.advance(Seconds{31});
  const auto reply = before();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().status, Status::kNoCredentials);
  EXPECT_THAT(reply.error().message, HasSubstr("expired at 2026-01-01T12:00:30Z"));
}

// ---- Credentials that are missing or half

TEST_F(FlowTest, NamesTheMissingHalf) {
  fake_.environment.unset("AWS_SECRET_ACCESS_KEY");
  auto reply = before();
  EXPECT_EQ(reply.error().status, Status::kBadConfig);
  EXPECT_EQ(reply.error().message, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
  fake_.environment.set("AWS_SECRET_ACCESS_KEY", " \t");
  EXPECT_EQ(before().error().status, Status::kBadConfig) << "blank is unset";
}

TEST_F(FlowTest, TellsAllThatWasTried) {
  fake_.environment.unset("AWS_ACCESS_KEY_ID");
  fake_.environment.unset("AWS_SECRET_ACCESS_KEY");
  const auto reply = before();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().status, Status::kNoCredentials);
  ASSERT_GE(reply.error().causes.size(), 3u);
  EXPECT_EQ(reply.error().causes[0].provider, "aws.environment");
  EXPECT_EQ(reply.error().causes[2].provider, "aws.profile");
}

TEST_F(FlowTest, ANamedProfileBeatsTheEnvironmentsKeys) {
  fake_.files.write("/home/ann/.aws/credentials",
                    "[dev]\naws_access_key_id = AKIAPROFILEKEY000003\naws_secret_access_key = s\n");
  Request asked = request();
  asked.options = {{"profile", "dev"}};
  EXPECT_THAT(token(asked), HasSubstr("AKIAPROFILEKEY000003"));
  fake_.environment.set("AWS_PROFILE", "dev");
  EXPECT_THAT(token(), HasSubstr("AKIAENVIRONMENTKEY01")) << "as the SDKs have it";
}

TEST_F(FlowTest, AProfileThatIsNotThereIsAnErrorWithTheNearestName) {
  fake_.files.write("/home/ann/.aws/config", "[profile production]\nregion = eu-west-1\n");
  Request asked = request();
  asked.options = {{"profile", "prodution"}};
  const auto reply = before(asked);
  EXPECT_EQ(reply.error().status, Status::kBadConfig);
  EXPECT_EQ(reply.error().hint, "did you mean \"production\"?");
}

TEST_F(FlowTest, ReadsARotatedFileWithoutRestart) {
  Request asked = request();
  asked.options = {{"profile", "dev"}};
  fake_.files.write("/home/ann/.aws/credentials",
                    "[dev]\naws_access_key_id = AKIAOLD\naws_secret_access_key = s\n");
  EXPECT_THAT(token(asked), HasSubstr("AKIAOLD"));
  fake_.files.write("/home/ann/.aws/credentials",
                    "[dev]\naws_access_key_id = AKIANEW\naws_secret_access_key = s\n");
  let_plans_age();
  EXPECT_THAT(token(asked), HasSubstr("AKIANEW"));
}

// ---- After the connection

TEST_F(FlowTest, ARefusedTokenIsDroppedAndACachedOneWorthARetry) {
  const auto fresh = before();
  EXPECT_EQ(flow_.after_connect(*fresh, Outcome::kConnected), Advice::kNone);
  const auto cached = before();
  ASSERT_TRUE(cached->from_cache());
  fake_.clock.advance(Seconds{1});
  EXPECT_EQ(flow_.after_connect(*cached, Outcome::kAuthFailed), Advice::kRetryOnce);
  const auto next = before();
  EXPECT_FALSE(next->from_cache());
  EXPECT_THAT(param(*next, "password"), Not(param(*cached, "password")));
  EXPECT_EQ(flow_.after_connect(*next, Outcome::kAuthFailed), Advice::kNone);
}

TEST_F(FlowTest, ARefusalNeverDropsANewerToken) {
  const auto old = before();
  Request again = request();
  again.refresh = true;
  fake_.clock.advance(Seconds{1});
  const std::string newer = token(again);
  flow_.after_connect(*old, Outcome::kAuthFailed);
  const auto next = before();
  EXPECT_EQ(param(*next, "password"), newer);
}

TEST_F(FlowTest, OtherFailuresSayNothingAboutTheToken) {
  const auto reply = before();
  EXPECT_EQ(flow_.after_connect(*reply, Outcome::kOther), Advice::kNone);
  EXPECT_TRUE(before()->from_cache());
}

// ---- Explain

TEST_F(FlowTest, ExplainsWithoutASecret) {
  const auto reply = flow_.explain(request(), std::stop_token());
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->explanation(), HasSubstr(R"("target":"rds")"));
  EXPECT_THAT(reply->explanation(), HasSubstr(R"("access_key_id":"AKIA…EY01")"));
  EXPECT_THAT(reply->explanation(), HasSubstr(R"("region_from":"endpoint")"));
  EXPECT_THAT(reply->explanation(), Not(HasSubstr("secret of")));
  EXPECT_THAT(reply->explanation(), Not(HasSubstr("X-Amz-Signature")));
}

TEST_F(FlowTest, ExplainsWhatIsNotOursAndWhatWouldFail) {
  EXPECT_THAT(flow_.explain(request("localhost"), {})->explanation(),
              HasSubstr(R"("target":"none")"));
  Request weak = request();
  weak.sslmode = "disable";
  EXPECT_THAT(flow_.explain(weak, {})->explanation(), HasSubstr("sslmode=disable"));
}

TEST_F(FlowTest, ExplainsWhatIsKeptInMemoryAsAConnectWouldTakeIt) {
  token();
  const auto reply = flow_.explain(request(), std::stop_token());
  EXPECT_THAT(reply->explanation(), HasSubstr(R"("provider":"aws.environment","outcome":"won")"));
}

TEST_F(FlowTest, ARulesLogHoldsOnceItsConnectionBeginsAndIsNotSetByExplaining) {
  fake_.files.write("/etc/pgiam.conf", "[connection loud]\nuser = app\nlog = debug\n");
  static_cast<void>(flow_.explain(request(), std::stop_token()));
  static_cast<void>(before(request("localhost")));
  EXPECT_EQ(fake_.log.followed(), std::nullopt);
  token();
  EXPECT_EQ(fake_.log.followed(), LogLevel::kDebug);
  Request other = request();
  other.user = "quiet";
  token(other);
  EXPECT_EQ(fake_.log.followed(), std::nullopt);
}

TEST_F(FlowTest, LogsNoSecret) {
  token();
  flow_.after_connect(*before(), Outcome::kAuthFailed);
  EXPECT_THAT(fake_.log.text(), Not(HasSubstr("secret of")));
  EXPECT_THAT(fake_.log.text(), Not(HasSubstr("X-Amz-Signature")));
}

}  // namespace
}  // namespace pgiam
