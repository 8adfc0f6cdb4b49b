// Passwords from files of the user's own, whatever the host may be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/registry.h"
#include "fakes.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr char kFile[] = "/home/me/pw";
constexpr char kToken[] =
    "orders.c9.eu-west-1.rds.amazonaws.com:5432/?Action=connect&DBUser=app"
    "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20260101%2Feu-west-1%2Frds-db"
    "&X-Amz-Date=20260101T115000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=ab";

class PasswordFilesTest : public testing::Test {
 protected:
  PasswordFilesTest() {
    fake_.environment.set("HOME", "/home/me");
    request_.host = "db.example.com";
    request_.port = 6432;
    request_.user = "app";
    request_.database = "shop";
    fake_.clock.advance(Seconds{1});  // files of the fakes are old
  }
  void use(std::string_view option, std::string_view path) { request_.options = {{option, path}}; }
  Result<Reply> before() { return flow_.before_connect(request_, [] { return std::stop_token(); }); }
  static std::string param(const Reply& reply, std::string_view key) {
    for (std::size_t i = 0; i < reply.param_count(); ++i)
      if (reply.param(i).key == key) return reply.param(i).value;
    return "";
  }
  std::string password() {
    const auto reply = before();
    EXPECT_TRUE(reply) << reply.error().message;
    return reply ? param(*reply, "password") : "";
  }
  // The error that the call ends with.
  Error failure() {
    const auto reply = before();
    EXPECT_FALSE(reply);
    return reply ? Error{} : reply.error();
  }

  test::FakeWorld fake_;
  Request request_;
  Flow flow_{fake_.world, {}, make_clouds(fake_.world), Fetcher::shared()};
};

TEST_F(PasswordFilesTest, GiveThePasswordForAnyHost) {
  fake_.files.write(kFile, "s3cret:with colons\\\n");
  use("password_file", kFile);
  for (const char* host : {"db.example.com", "", "/tmp", "orders.c9.eu-west-1.rds.amazonaws.com"}) {
    request_.host = host;
    EXPECT_EQ(password(), "s3cret:with colons\\") << host;
  }
}

TEST_F(PasswordFilesTest, AreNamedAsTheProvider) {
  fake_.files.write(kFile, "secret");
  use("password_file", kFile);
  const auto reply = before();
  ASSERT_TRUE(reply);
  EXPECT_STREQ(reply->provider(), "password_file");
  EXPECT_EQ(reply->principal(), "");
  EXPECT_EQ(reply->plan().target().name, "");
  EXPECT_TRUE(reply->param(0).secret);
  EXPECT_FALSE(reply->from_cache());
}

TEST_F(PasswordFilesTest, AreReadAgainWhenTheyHaveChangedAndOnlyThen) {
  fake_.files.write(kFile, "first");
  use("password_file", kFile);
  const int before = fake_.files.reads();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(password(), "first");
  EXPECT_EQ(fake_.files.reads(), before + 1);
  fake_.files.write(kFile, "other");  // in the same second, of the same size
  EXPECT_EQ(password(), "other");
  EXPECT_EQ(fake_.files.reads(), before + 2);
}

TEST_F(PasswordFilesTest, MayLieInTheHomeFolder) {
  fake_.files.write("/home/me/pw", "at home");
  use("password_file", "~/pw");
  EXPECT_EQ(password(), "at home");
}

TEST_F(PasswordFilesTest, AreRefusedWhereOthersMayReadThem) {
  for (std::uint32_t mode : {0640, 0604, 0620, 0602, 0610, 0601}) {
    fake_.files.write(kFile, "secret");
    fake_.files.chmod(kFile, mode);
    for (const char* option : {"password_file", "pgpass"}) {
      use(option, kFile);
      const Error error = failure();
      EXPECT_EQ(error.status, Status::kBadConfig);
      EXPECT_THAT(error.message, AllOf(HasSubstr(kFile), Not(HasSubstr("secret"))));
      EXPECT_EQ(error.hint, "chmod 600 /home/me/pw");
    }
  }
}

TEST_F(PasswordFilesTest, AreRefusedAsSoonAsOthersMayReadThem) {
  fake_.files.write(kFile, "secret");
  use("password_file", kFile);
  EXPECT_EQ(password(), "secret");
  fake_.files.chmod(kFile, 0644);
  EXPECT_EQ(failure().status, Status::kBadConfig);
}

TEST_F(PasswordFilesTest, AreMissedByName) {
  for (const char* option : {"password_file", "pgpass"}) {
    use(option, "/none");
    EXPECT_EQ(failure().status, Status::kNoCredentials);
    EXPECT_THAT(failure().message, HasSubstr("/none"));
  }
}

TEST_F(PasswordFilesTest, HoldOnePasswordOrAreNone) {
  use("password_file", kFile);
  for (const char* content : {"", "\n", "\r\n\n"}) {
    fake_.files.write(kFile, content);
    EXPECT_EQ(failure().status, Status::kNoCredentials);
  }
  fake_.files.write(kFile, "localhost:5432:*:app:secret\nother:5432:*:app:secret\n");
  EXPECT_THAT(failure().hint, HasSubstr("pgpass = /home/me/pw"));
  EXPECT_THAT(failure().message, Not(HasSubstr("secret")));
  fake_.files.write(kFile, std::string_view("p\0a\0", 4));
  EXPECT_EQ(failure().status, Status::kBadConfig);
}

TEST_F(PasswordFilesTest, OfLibpqsKindGiveTheFirstLineThatFits) {
  fake_.files.write(kFile,
                    "# db.example.com:6432:shop:app:comment\n"
                    "db.example.com:6432:other:app:no\n"
                    "*:6432:shop:app:a\\:b\\\\c:not this\r\n"
                    "db.example.com:6432:shop:app:too late\n");
  use("pgpass", kFile);
  const auto reply = before();
  ASSERT_TRUE(reply);
  EXPECT_EQ(param(*reply, "password"), "a:b\\c");
  EXPECT_STREQ(reply->provider(), "pgpass");
}

TEST_F(PasswordFilesTest, OfLibpqsKindAreAskedWithLibpqsDefaults) {
  use("pgpass", kFile);
  request_.database = "";
  request_.port = 0;
  fake_.files.write(kFile, "db.example.com:5432:app:app:the user's own database\n");
  EXPECT_EQ(password(), "the user's own database");
  fake_.files.write(kFile, "localhost:5432:*:app:by socket\n/tmp/x:5432:*:app:by that socket\n");
  for (const char* host : {"", "/var/run/postgresql", "localhost"}) {
    request_.host = host;
    EXPECT_EQ(password(), "by socket");
  }
  request_.host = "/tmp/x";
  EXPECT_EQ(password(), "by that socket");
  request_.user = "";
  EXPECT_EQ(failure().status, Status::kInvalidArgument);
}

TEST_F(PasswordFilesTest, WithoutALineThatFitsLeaveTheConnectionAlone) {
  fake_.files.write(kFile, "db.example.com:6432:shop:other:secret\n");
  use("pgpass", kFile);
  EXPECT_EQ(failure().status, Status::kNotApplicable);
  EXPECT_THAT(failure().message, AllOf(HasSubstr(kFile), HasSubstr("app@db.example.com:6432/shop"),
                                       Not(HasSubstr("secret"))));
}

TEST_F(PasswordFilesTest, SayWhichLineFitsAndIsEmpty) {
  fake_.files.write(kFile, "#\n*:*:*:app:\n*:*:*:*:secret\n");
  use("pgpass", kFile);
  EXPECT_EQ(failure().status, Status::kNoCredentials);
  EXPECT_THAT(failure().message, HasSubstr("pw:2"));
}

TEST_F(PasswordFilesTest, GiveWayToAPasswordOfTheUser) {
  fake_.files.write(kFile, "secret");
  use("password_file", kFile);
  request_.password = "typed";
  EXPECT_EQ(failure().status, Status::kNotApplicable);
  request_.password = kToken;
  EXPECT_EQ(failure().status, Status::kNotApplicable) << "somebody else's, and alive";
  fake_.clock.advance(Seconds{300});
  EXPECT_EQ(password(), "secret");
  request_.password = "typed";
  request_.options.emplace_back("force", "yes");
  EXPECT_EQ(password(), "secret");
}

TEST_F(PasswordFilesTest, AreSwitchedOffWithAllElseOrByName) {
  fake_.files.write(kFile, "secret");
  use("password_file", kFile);
  request_.options.emplace_back("target", "off");
  EXPECT_EQ(failure().status, Status::kNotApplicable);
  fake_.environment.set("PGIAM_PASSWORD_FILE", kFile);
  request_.options = {{"password_file", "none"}, {"pgpass", "none"}};
  EXPECT_THAT(failure().message, HasSubstr("db.example.com is not the name"));
}

TEST_F(PasswordFilesTest, AreNearerOrFarther) {
  fake_.files.write(kFile, "near");
  fake_.files.write("/far", "*:*:*:*:far\n");
  fake_.environment.set("PGIAM_PGPASS", "/far");
  EXPECT_EQ(password(), "far");
  use("password_file", kFile);
  EXPECT_EQ(password(), "near");
  request_.options.emplace_back("pgpass", "/far");
  EXPECT_EQ(failure().status, Status::kBadConfig);
}

TEST_F(PasswordFilesTest, MayBeNamedByARule) {
  fake_.environment.set("PGIAM_CONFIG", "/conf");
  fake_.files.write("/conf", "[connection shop]\nhost = db.*\npassword_file = /home/me/pw\n");
  fake_.files.write(kFile, "secret");
  EXPECT_EQ(password(), "secret");
  EXPECT_EQ(before()->plan().rule, "shop");
}

// ---- TLS

TEST_F(PasswordFilesTest, SendAPasswordAsTheClientItselfWould) {
  fake_.files.write(kFile, "secret");
  use("password_file", kFile);
  for (const char* sslmode : {"", "disable", "prefer", "verify-full"}) {
    request_.sslmode = sslmode;
    const auto reply = before();
    ASSERT_TRUE(reply) << sslmode;
    EXPECT_EQ(param(*reply, "sslmode"), "");
  }
}

TEST_F(PasswordFilesTest, SendATokenOverTlsOnly) {
  fake_.files.write(kFile, kToken);
  use("password_file", kFile);
  EXPECT_EQ(param(*before(), "sslmode"), "require");
  request_.sslmode = "prefer";
  EXPECT_EQ(failure().status, Status::kInsecure);
  request_.host = "/var/run/postgresql";
  EXPECT_EQ(param(*before(), "sslmode"), "");
}

TEST_F(PasswordFilesTest, HeedTheUsersWordOnTls) {
  fake_.files.write(kFile, "secret");
  use("password_file", kFile);
  request_.options.emplace_back("tls", "verify-full");
  EXPECT_EQ(param(*before(), "sslmode"), "verify-full");
  request_.sslmode = "disable";
  EXPECT_EQ(failure().status, Status::kInsecure);
}

// ---- Tokens that something else keeps fresh

TEST_F(PasswordFilesTest, TellWhenTheirTokenEnds) {
  fake_.files.write(kFile, kToken);
  use("password_file", kFile);
  EXPECT_EQ(before()->password()->expires_at, test::at("2026-01-01T12:05:00Z"));
}

TEST_F(PasswordFilesTest, AreRefusedLongAfterTheEndOfTheirToken) {
  fake_.files.write(kFile, kToken);
  use("password_file", kFile);
  fake_.clock.set(test::at("2026-01-01T12:09:59Z"));
  EXPECT_EQ(password(), kToken);
  fake_.clock.set(test::at("2026-01-01T12:10:01Z"));
  EXPECT_EQ(failure().status, Status::kNoCredentials);
  EXPECT_THAT(failure().message,
              AllOf(HasSubstr("expired at 2026-01-01T12:05:00Z"), Not(HasSubstr("Signature"))));
}

TEST_F(PasswordFilesTest, AreWorthASecondTryOnlyIfTheyChangedMeanwhile) {
  fake_.files.write(kFile, "old");
  use("password_file", kFile);
  const auto reply = before();
  EXPECT_EQ(flow_.after_connect(*reply, Outcome::kAuthFailed), Advice::kNone);
  fake_.files.write(kFile, "new");
  EXPECT_EQ(flow_.after_connect(*reply, Outcome::kAuthFailed), Advice::kRetryOnce);
  EXPECT_EQ(flow_.after_connect(*reply, Outcome::kConnected), Advice::kNone);
}

TEST_F(PasswordFilesTest, AreExplainedWithoutWhatTheyHold) {
  fake_.files.write(kFile, "secret");
  use("password_file", kFile);
  const auto told = flow_.explain(request_, std::stop_token());
  EXPECT_THAT(told->explanation(),
              AllOf(HasSubstr("password_file = /home/me/pw"), HasSubstr("\"outcome\":\"won\""),
                    Not(HasSubstr("secret"))));
  use("password_file", "/none");
  EXPECT_THAT(flow_.explain(request_, std::stop_token())->explanation(),
              HasSubstr("/none does not exist"));
}

}  // namespace
}  // namespace pgiam
