// Where a connection goes whose host is not the endpoint's own name, and who may say so.
#include "flow/decide/dial.h"

#include <gmock/gmock.h>

#include "clouds/registry.h"
#include "fakes.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr char kHost[] = "orders.c9.eu-west-1.rds.amazonaws.com";
constexpr char kAlias[] = "db.example.com";

class DialTest : public testing::Test {
 protected:
  DialTest() {
    fake_.environment.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENTKEY01");
    fake_.environment.set("AWS_SECRET_ACCESS_KEY", "secret");
    fake_.resolver.names[kAlias] = {"db.internal.example.com", kHost};
    asked_.host = kAlias;
    asked_.user = "app";
    asked_.can_apply = "*";
  }

  Result<Reply> ask() { return flow_.before_connect(asked_, [] { return std::stop_token(); }); }
  Error refusal() {
    const auto reply = ask();
    if (reply) return make_error(Status::kOk, "it was not refused");
    EXPECT_EQ(reply.error().code, "alias_by_dns");
    EXPECT_EQ(reply.error().status, Status::kInsecure);
    return reply.error();
  }
  // What the client is to set, "host=… hostaddr=…".
  std::string dial() {
    const auto reply = ask();
    if (!reply) return reply.error().message;
    std::string text;
    for (const char* key : {"host", "hostaddr"})
      if (const std::string* value = value_of(reply->settings(), key))
        text += (text.empty() ? "" : " ") + std::string(key) + "=" + *value;
    return text;
  }
  std::string sslmode() {
    const auto reply = ask();
    if (!reply) return reply.error().message;
    const std::string* value = value_of(reply->settings(), "sslmode");
    return value ? *value : "";
  }
  std::string explain() {
    asked_.resolve = true;
    return flow_.explain(asked_, std::stop_token())->explanation();
  }

  test::FakeWorld fake_;
  Flow flow_{fake_.world, {}, make_clouds(fake_.world), std::make_shared<Fetcher>(false)};
  Request asked_;
};

TEST_F(DialTest, AnAliasIsDialledByTheEndpointsOwnName) {
  EXPECT_EQ(dial(), std::string("host=") + kHost);
  const auto reply = ask();
  ASSERT_EQ(reply->plan().warnings.size(), 1u);
  const Error& warning = reply->plan().warnings.front();
  EXPECT_EQ(warning.code, "alias_by_dns");
  EXPECT_THAT(warning.message, AllOf(HasSubstr(kAlias), HasSubstr(kHost)));
  EXPECT_THAT(fake_.log.text(), HasSubstr("by the word of DNS alone"));
}

TEST_F(DialTest, WhoCannotDialItGetsNoTokenButTheRule) {
  for (const char* can_apply : {"", "password", "password,sslmode,sslrootcert,hostaddr"}) {
    asked_.can_apply = can_apply;
    const Error error = refusal();
    EXPECT_THAT(error.message, HasSubstr("this client cannot be told to dial that name"));
    EXPECT_EQ(error.commands.at(0),
              "mkdir -p ~/.config/pgiam && printf '%s\\n' '[connection db.example.com]' 'host = db.example.com' 'signing_host = " +
                  std::string(kHost) + "' >> ~/.config/pgiam/pgiam.conf");
    EXPECT_THAT(error.hint, HasSubstr(error.commands[0]));
  }
}

TEST_F(DialTest, TheRuleGoesIntoTheFileThatIsThere) {
  fake_.files.write("/etc/pgiam.conf", "[defaults]\nlog = warn\n");
  asked_.can_apply = "";
  EXPECT_THAT(refusal().commands.at(0), testing::EndsWith(" >> /etc/pgiam.conf"));
}

TEST_F(DialTest, DnsNeverChangesTheNameThatIsVerified) {
  fake_.files.write("/ca.pem", "-----BEGIN CERTIFICATE-----\n…\n");
  asked_.sslmode = "verify-full";
  EXPECT_THAT(refusal().message, HasSubstr("asks for a server of the name that was written"));
  asked_.sslmode = "";
  asked_.options = {{"tls", "verify-full"}};
  EXPECT_THAT(refusal().message, HasSubstr("verify-full"));
  asked_.options = {{"sslrootcert", "/ca.pem"}};
  EXPECT_THAT(refusal().message, HasSubstr("a CA that is named, asks for"));
  asked_.options.clear();
  asked_.keywords = {{"sslrootcert", "/ca.pem"}};
  EXPECT_THAT(refusal().message, HasSubstr("a CA that is named, asks for"));
  for (const char* sslmode : {"require", "verify-ca"}) {
    asked_.sslmode = sslmode;
    EXPECT_EQ(dial(), std::string("host=") + kHost) << sslmode;
  }
}

TEST_F(DialTest, DnsDoesNotSendATokenToAnAddressThatTheUserWrote) {
  asked_.hostaddr = "192.0.2.7";
  EXPECT_THAT(refusal().message, HasSubstr("hostaddr=192.0.2.7 would take the token elsewhere"));
}

TEST_F(DialTest, TheUsersWordIsVerifiedAtTheAddressesOfTheNameThatTheyWrote) {
  asked_.options = {{"signing_host", kHost}};
  EXPECT_EQ(dial(), "") << "without verify-full all stays as it is written";
  asked_.sslmode = "verify-full";
  fake_.resolver.addresses_of[kAlias] = {"192.0.2.7"};
  EXPECT_EQ(dial(), std::string("host=") + kHost + " hostaddr=192.0.2.7");
  EXPECT_TRUE(fake_.resolver.asked.empty()) << "DNS has no say";
  EXPECT_TRUE(ask()->plan().warnings.empty());
}

TEST_F(DialTest, SeveralAddressesMakeALongerList) {
  asked_.host = "localhost";
  asked_.options = {{"signing_host", kHost}};
  asked_.sslmode = "verify-full";
  fake_.resolver.addresses_of["localhost"] = {"::1", "127.0.0.1"};
  EXPECT_EQ(dial(), std::string("host=") + kHost + "," + kHost + " hostaddr=::1,127.0.0.1");
}

TEST_F(DialTest, ACaThatIsNamedAloneMeansVerifyFullOfTheEndpointsOwnName) {
  fake_.resolver.addresses_of[kAlias] = {"192.0.2.7"};
  asked_.options = {{"signing_host", kHost}};
  asked_.keywords = {{"sslrootcert", "/own.pem"}};
  EXPECT_EQ(dial(), std::string("host=") + kHost + " hostaddr=192.0.2.7");
  EXPECT_EQ(sslmode(), "verify-full");
  EXPECT_THAT(explain(), HasSubstr("\"sslmode\":\"verify-full\""));
  asked_.options.clear();
  asked_.host = kHost;
  EXPECT_EQ(dial() + sslmode(), "verify-full");
}

TEST_F(DialTest, WhereTheNameCannotBeVerifiedTheCaIsAndThatIsSaid) {
  asked_.options = {{"signing_host", kHost}};
  asked_.keywords = {{"sslrootcert", "/own.pem"}};
  asked_.can_apply = "password,sslmode,host";
  EXPECT_EQ(dial() + sslmode(), "verify-ca");
  ASSERT_EQ(ask()->plan().warnings.size(), 1u);
  EXPECT_EQ(ask()->plan().warnings.front().code, "name_not_verified");
  asked_.can_apply = "password";
  EXPECT_THAT(ask().error().message, HasSubstr("sslmode=verify-ca"));
}

TEST_F(DialTest, TheDotBehindAWholeNameIsInNoCertificate) {
  const std::string with_dot = std::string(kHost) + ".";
  asked_.host = with_dot;
  EXPECT_EQ(dial(), "");
  EXPECT_EQ(ask()->plan().warnings.at(0).code, "host_with_dot");
  asked_.sslmode = "verify-full";
  EXPECT_EQ(dial(), std::string("host=") + kHost);
  asked_.can_apply = "password";
  EXPECT_THAT(ask().error().hint, HasSubstr("host=" + std::string(kHost)));
}

TEST_F(DialTest, AnAddressThatTheUserWroteStays) {
  asked_.hostaddr = "192.0.2.9";
  asked_.options = {{"signing_host", kHost}, {"tls", "verify-full"}};
  EXPECT_EQ(dial(), std::string("host=") + kHost + " hostaddr=192.0.2.9");
  asked_.host = kHost;
  asked_.options.clear();
  asked_.sslmode = "verify-full";
  EXPECT_EQ(dial(), "") << "host=ENDPOINT hostaddr=…";
}

TEST_F(DialTest, WhoCanDoNeitherIsRefusedUnderVerifyFull) {
  asked_.options = {{"signing_host", kHost}};
  asked_.sslmode = "verify-full";
  fake_.resolver.addresses_of[kAlias] = {"192.0.2.7"};
  for (const char* can_apply : {"", "password", "password,host"}) {
    asked_.can_apply = can_apply;
    const auto reply = ask();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().status, Status::kInsecure);
    EXPECT_THAT(reply.error().hint, HasSubstr("set it yourself: host=" + std::string(kHost) +
                                              " hostaddr=192.0.2.7"));
  }
}

TEST_F(DialTest, AConnectionThatIsThereKeepsToItsEndpoint) {
  asked_.alias_of = "other.c9.eu-west-1.rds.amazonaws.com";
  EXPECT_EQ(dial(), "host=other.c9.eu-west-1.rds.amazonaws.com");
  EXPECT_TRUE(fake_.resolver.asked.empty());
}

TEST_F(DialTest, ANameOfOtherBytesThanNamesHaveIsNone) {
  fake_.resolver.names[kAlias] = {"o'; rm -rf.c9.eu-west-1.rds.amazonaws.com"};
  EXPECT_EQ(ask().error().status, Status::kNotApplicable);
}

TEST_F(DialTest, ExplainSaysWhereItGoesAndWhoSaidSo) {
  EXPECT_THAT(explain(), AllOf(HasSubstr("\"signing_host_from\":\"dns\""),
                               HasSubstr("\"dial_host\":\"" + std::string(kHost) + "\"")));
  asked_.options = {{"signing_host", kHost}};
  EXPECT_THAT(explain(), AllOf(HasSubstr("\"signing_host_from\":\"option\""),
                               HasSubstr("\"dial_host\":\"db.example.com\"")));
  asked_.options.clear();
  asked_.host = kHost;
  EXPECT_THAT(explain(), HasSubstr("\"signing_host_from\":\"endpoint\""));
}

}  // namespace
}  // namespace pgiam
