// The CA bundle of a cloud: which file it is, and what follows where a person has installed one.
#include <gmock/gmock.h>

#include "clouds/registry.h"
#include "fakes.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr char kHost[] = "orders.c9.eu-west-1.rds.amazonaws.com";
constexpr char kProxy[] = "orders.proxy-c9.eu-west-1.rds.amazonaws.com";
constexpr char kOwn[] = "/home/ann/.local/share/pgiam/rds-ca.pem";
constexpr char kOwnForProxies[] = "/home/ann/.local/share/pgiam/rds-proxy-ca.pem";
constexpr char kOfMachine[] = "/usr/share/pgiam/rds-ca.pem";
constexpr char kCarried[] = "/usr/share/pgiam/rds-roots.pem";
constexpr char kCarriedPublic[] = "/usr/share/pgiam/public-roots.pem";

std::string root(const char* region, const char* until = "2061-05-21") {
  return std::string("# root 9c8f 2021-05-21 ") + until + " " + region + " Root of " + region +
         "\n-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n";
}

class InstalledCa : public testing::Test {
 protected:
  InstalledCa() {
    fake_.environment.data_folders_of_package = {"/usr/share/pgiam"};
    fake_.environment.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENTKEY01");
    fake_.environment.set("AWS_SECRET_ACCESS_KEY", "secret");
    fake_.files.write(kCarried, root("eu-west-1") + root("us-east-1"));
    fake_.files.write(kCarriedPublic, root("public"));
    asked_.host = kHost;
    asked_.user = "app";
    asked_.can_apply = "*";
  }

  Result<Reply> ask() { return flow_.before_connect(asked_, [] { return std::stop_token(); }); }
  // What is set of sslmode and CA, "verify-full /file", else why not.
  std::string set() {
    const auto reply = ask();
    if (!reply) return reply.error().message;
    std::string text;
    for (const char* key : {"sslmode", "sslrootcert"})
      if (const std::string* value = value_of(reply->settings(), key))
        text += (text.empty() ? "" : " ") + *value;
    return text;
  }
  std::string explain() { return std::string(flow_.explain(asked_, {})->explanation()); }
  void advance() { fake_.clock.advance(Milliseconds{2000}); }  // past the life of a plan

  test::FakeWorld fake_;
  Flow flow_{fake_.world, {}, make_clouds(fake_.world), std::make_shared<Fetcher>(false)};
  Request asked_;
};

TEST_F(InstalledCa, MakesVerifyFullTheDefault) {
  EXPECT_EQ(set(), "require") << "what the package carries is not installed";
  fake_.files.write(kOwn, root("eu-west-1"));
  advance();
  EXPECT_EQ(set(), std::string("verify-full ") + kOwn);
  EXPECT_THAT(explain(), AllOf(HasSubstr(R"("tls":"verify-full")"),
                               HasSubstr(R"("sslmode_from":"installed_ca")"),
                               HasSubstr(R"("sslrootcert_from":"installed")"), HasSubstr(kOwn)));
}

TEST_F(InstalledCa, LeavesWhatTheUserSaidOfTls) {
  fake_.files.write(kOwn, root("eu-west-1"));
  fake_.files.write("/ca.pem", root("*"));
  const struct {
    std::string_view sslmode;
    std::vector<OptionValue> options, keywords;
    std::string set;
  } kCases[] = {
      {"require", {}, {}, ""},
      {"", {{"tls", "require"}}, {}, "require"},
      {"", {{"tls", "off"}}, {}, ""},
      {"", {{"sslrootcert", "/ca.pem"}}, {}, "verify-full /ca.pem"},
      {"", {}, {{"sslrootcert", "/of/the/user"}}, "verify-full"},
      {"", {}, {{"sslrootcert", "system"}}, "verify-full"},
  };
  for (const auto& c : kCases) {
    asked_.sslmode = c.sslmode;
    asked_.options = c.options;
    asked_.keywords = c.keywords;
    EXPECT_EQ(set(), c.set);
  }
}

TEST_F(InstalledCa, IsWhatVerifyFullTakesWhereTheClientHasNoFileOfItsOwn) {
  fake_.files.write(kOwn, root("eu-west-1"));
  for (std::string_view mode : {"verify-full", "verify-ca"}) {
    asked_.sslmode = mode;
    EXPECT_EQ(set(), kOwn) << mode;
  }
  asked_.sslmode = "";
  asked_.options = {{"tls", "verify-full"}};
  EXPECT_EQ(set(), std::string("verify-full ") + kOwn);
  fake_.files.write("/home/ann/.postgresql/root.crt", root("*"));
  advance();
  EXPECT_EQ(set(), "verify-full");
  asked_.sslmode = "verify-full";
  EXPECT_EQ(set(), "");
}

TEST_F(InstalledCa, IsTakenForTheServersThatItCovers) {
  fake_.files.write(kOwn, root("us-east-1"));
  EXPECT_EQ(set(), "require") << "another region's alone";
  fake_.files.write(kOwn, root("*"));
  advance();
  EXPECT_EQ(set(), std::string("verify-full ") + kOwn) << "nothing tells whose it is";
  fake_.files.remove(kOwn);
  fake_.files.write(kOfMachine, root("eu-west-1"));
  advance();
  EXPECT_EQ(set(), std::string("verify-full ") + kOfMachine) << "root has installed it";
  asked_.host = kProxy;
  EXPECT_EQ(set(), "require");
  fake_.files.write(kOwnForProxies, root("eu-west-1") + root("public"));
  advance();
  EXPECT_EQ(set(), std::string("verify-full ") + kOwnForProxies);
}

TEST_F(InstalledCa, HoldsThroughATunnel) {
  fake_.files.write(kOwn, root("eu-west-1"));
  fake_.resolver.addresses_of["localhost"] = {"127.0.0.1"};
  asked_.host = "localhost";
  asked_.options = {{"signing_host", kHost}};
  const auto reply = ask();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(*value_of(reply->settings(), "sslmode"), "verify-full");
  EXPECT_EQ(*value_of(reply->settings(), "host"), kHost);
  EXPECT_EQ(*value_of(reply->settings(), "hostaddr"), "127.0.0.1");
  asked_.can_apply = "";
  EXPECT_EQ(set(), std::string("verify-ca ") + kOwn) << "it cannot be told the name";
}

TEST_F(InstalledCa, RefusesNoConnectionThatNobodyAskedItToVerify) {
  fake_.files.write(kOwn, root("eu-west-1"));
  fake_.resolver.names["db.example.com"] = {kHost};
  asked_.host = "db.example.com";
  EXPECT_EQ(set(), std::string("verify-full ") + kOwn) << "the endpoint's own name is dialled";
  asked_.host = kHost;
  asked_.can_apply = "password";
  asked_.sslmode = "require";
  EXPECT_EQ(set(), "") << "its TLS is done";
  asked_.can_apply = "password,sslmode";
  asked_.sslmode = "";
  EXPECT_EQ(set(), "require") << "it cannot be told a CA";
}

TEST_F(InstalledCa, IsNamedByAWordWhereverACaCanBeNamed) {
  const std::string carried = std::string("verify-full ") + kCarried;
  asked_.keywords = {{"sslrootcert", "rds"}};
  EXPECT_EQ(set(), carried);
  asked_.keywords.clear();
  asked_.options = {{"sslrootcert", "rds"}};
  EXPECT_EQ(set(), carried);
  asked_.sslmode = "verify-ca";
  EXPECT_EQ(set(), kCarried);
  fake_.files.write(kOwn, root("eu-west-1"));
  advance();
  EXPECT_EQ(set(), kOwn);
  asked_.host = "orders.c9.us-east-1.rds.amazonaws.com";
  EXPECT_EQ(set(), kCarried) << "the installed one does not know it";
}

TEST_F(InstalledCa, OfAProxyTellsAServerByItsNameAlone) {
  asked_.host = kProxy;
  asked_.keywords = {{"sslrootcert", "rds"}};
  for (std::string_view mode : {"", "require", "verify-ca"}) {
    asked_.sslmode = mode;
    EXPECT_EQ(set(), std::string("verify-full ") + kCarriedPublic) << mode;
  }
}

TEST_F(InstalledCa, ThatIsNotKnownIsAnErrorThatSaysWhatToDo) {
  asked_.host = "orders.c9.rds.cn-north-1.amazonaws.com.cn";
  asked_.keywords = {{"sslrootcert", "rds"}};
  const auto reply = ask();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().status, Status::kBadConfig);
  EXPECT_EQ(reply.error().code, "ca_not_known");
  EXPECT_THAT(reply.error().message, HasSubstr("cn-north-1"));
  EXPECT_THAT(reply.error().hint, HasSubstr("--from FILE"));
}

TEST_F(InstalledCa, WarnsAheadOfItsEnd) {
  fake_.files.write(kOwn, root("eu-west-1", "2026-03-01") + root("eu-west-1"));
  EXPECT_THAT(explain(), AllOf(HasSubstr("ca_ends"), HasSubstr("ends on 2026-03-01")));
  fake_.files.write(kOwn, root("eu-west-1", "2025-12-31"));
  EXPECT_THAT(explain(), AllOf(HasSubstr("ca_ends"), HasSubstr("ends on 2025-12-31")));
  advance();
  EXPECT_THAT(set(), HasSubstr("verify-full")) << "it does not pass away in silence";
  fake_.files.write(kOwn, root("eu-west-1", "2026-05-01") + root("us-east-1", "2026-01-02"));
  EXPECT_THAT(explain(), Not(HasSubstr("ca_ends"))) << "another region's, or far away";
}

TEST_F(InstalledCa, OfARegionIsAsItsLinesSay) {
  fake_.files.write(kOwn, "# no root eu-west-1\n# root \n# root 1 2 3\n# root 1 2 3 *\n# root");
  EXPECT_EQ(set(), "require");
}

}  // namespace
}  // namespace pgiam
