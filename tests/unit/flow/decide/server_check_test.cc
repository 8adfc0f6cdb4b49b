// Who names a CA wants to know the server, and the CA must be able to tell.
#include "flow/decide/server_check.h"

#include <gmock/gmock.h>

#include "clouds/registry.h"
#include "fakes.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

using testing::HasSubstr;

constexpr char kHost[] = "orders.c9.eu-west-1.rds.amazonaws.com";

class ServerCheck : public testing::Test {
 protected:
  ServerCheck() {
    fake_.environment.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENTKEY01");
    fake_.environment.set("AWS_SECRET_ACCESS_KEY", "secret");
    fake_.files.write("/ca.pem", "-----BEGIN CERTIFICATE-----\n…\n");
    fake_.files.write("/password", "hunter2");
    asked_.host = kHost;
    asked_.user = "app";
    asked_.can_apply = "*";
  }

  Result<Reply> ask() { return flow_.before_connect(asked_, [] { return std::stop_token(); }); }
  // What is set, else why not.
  std::string sslmode() {
    const auto reply = ask();
    if (!reply) return reply.error().message;
    const std::string* value = value_of(reply->settings(), "sslmode");
    return value ? *value : "";
  }

  test::FakeWorld fake_;
  Flow flow_{fake_.world, {}, make_clouds(fake_.world), std::make_shared<Fetcher>(false)};
  Request asked_;
};

TEST_F(ServerCheck, IsAskedForByACaAndNoSslmode) {
  struct {
    std::string_view sslmode;
    std::vector<OptionValue> options, keywords;
    const char* set;
  } const kCases[] = {
      {"", {}, {}, "require"},
      {"", {}, {{"sslrootcert", "/of/the/user"}}, "verify-full"},
      {"", {{"sslrootcert", "/ca.pem"}}, {}, "verify-full"},
      {"", {{"sslrootcert", "/ca.pem"}, {"tls", "require"}}, {}, "verify-full"},
      {"", {{"sslrootcert", "/ca.pem"}, {"tls", "off"}}, {}, ""},
      {"require", {{"sslrootcert", "/ca.pem"}}, {}, ""},
      {"verify-ca", {}, {{"sslrootcert", "/of/the/user"}}, ""},
      {"", {{"sslrootcert", "system"}}, {}, "verify-full"},
      {"require", {{"sslrootcert", "system"}}, {}, "verify-full"},  // libpq takes it with no other
      {"verify-full", {{"sslrootcert", "system"}}, {}, ""},
  };
  for (const auto& a_case : kCases) {
    asked_.sslmode = a_case.sslmode;
    asked_.options = a_case.options;
    asked_.keywords = a_case.keywords;
    EXPECT_EQ(sslmode(), a_case.set) << a_case.sslmode;
  }
}

TEST_F(ServerCheck, NeedsASslmodeThatEncrypts) {
  for (std::string_view mode : {"disable", "allow", "prefer"}) {
    asked_.sslmode = mode;
    asked_.options.clear();
    EXPECT_EQ(ask().error().status, Status::kInsecure) << mode;
    asked_.options = {{"tls", "off"}};
    EXPECT_EQ(sslmode(), "") << mode;
  }
}

TEST_F(ServerCheck, TakesNoSslmodeThatLibpqDoesNotKnow) {
  for (const char* tls : {"require", "verify-full", "off"}) {
    for (std::string_view mode : {"required", "VERIFY-FULL", "true"}) {
      asked_.sslmode = mode;
      asked_.options = {{"tls", tls}};
      const auto reply = ask();
      ASSERT_FALSE(reply) << mode;
      EXPECT_EQ(reply.error().status, Status::kBadConfig);
      EXPECT_THAT(reply.error().message, HasSubstr("sslmode=" + std::string(mode)));
    }
  }
}

TEST_F(ServerCheck, RaisesAStrongSslmodeOnlyWhereAsked) {
  asked_.sslmode = "verify-ca";
  EXPECT_EQ(sslmode(), "");
  asked_.options = {{"tls", "verify-full"}, {"sslrootcert", "/ca.pem"}};
  EXPECT_EQ(sslmode(), "verify-full");
  EXPECT_EQ(*value_of(ask()->settings(), "sslrootcert"), "/ca.pem");
}

TEST_F(ServerCheck, IsAskedForOverAPasswordFileToo) {
  asked_.host = "db.example.com";
  asked_.options = {{"password_file", "/password"}};
  EXPECT_EQ(sslmode(), "");
  asked_.keywords = {{"sslrootcert", "/of/the/user"}};
  EXPECT_EQ(sslmode(), "") << "the client's own word on the client's own password";
  asked_.options.push_back({"sslrootcert", "/ca.pem"});
  asked_.keywords.clear();
  EXPECT_EQ(sslmode(), "verify-full");
  asked_.options.push_back({"signing_host", kHost});
  EXPECT_EQ(sslmode(), "verify-ca") << "the name is another one";
}

TEST_F(ServerCheck, CannotBeMadeWithAFileThatHoldsNoCertificate) {
  fake_.files.write("/empty.pem", "");
  fake_.files.write("/page.html", "<html>404 Not Found</html>");
  fake_.files.write("/key.pem", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n");
  const std::pair<const char*, const char*> kFiles[] = {{"/nonexistent.pem", "there is no such file"},
                                                        {"/empty.pem", "the file is empty"},
                                                        {"/page.html", "no certificate in it"},
                                                        {"/key.pem", "no certificate in it"}};
  for (const char* sslmode : {"", "require", "verify-full"}) {
    for (const auto& [file, why] : kFiles) {
      asked_.sslmode = sslmode;
      asked_.options = {{"sslrootcert", file}};
      const auto reply = ask();
      ASSERT_FALSE(reply) << file;
      EXPECT_EQ(reply.error().status, Status::kBadConfig);
      EXPECT_EQ(reply.error().code, "ca_file");
      EXPECT_THAT(reply.error().message, testing::AllOf(HasSubstr(file), HasSubstr(why)));
      EXPECT_THAT(flow_.explain(asked_, {})->explanation(), HasSubstr(why));
      asked_.options.push_back({"password_file", "/password"});
      EXPECT_EQ(ask().error().code, "ca_file") << "whatever the password";
    }
  }
}

TEST_F(ServerCheck, LeavesTheClientsOwnFileToTheClient) {
  asked_.options = {{"sslrootcert", "/nonexistent.pem"}};
  asked_.keywords = {{"sslrootcert", "/of/the/user"}};
  EXPECT_EQ(sslmode(), "verify-full");
}

TEST_F(ServerCheck, OfANameIsNotMadeOfWhatWasPastedInItsPlace) {
  const std::string host = kHost;
  const std::pair<std::string, const char*> kPasted[] = {
      {"https://" + host, "is a URL"},
      {"postgresql://app:hunter2@" + host + ":5433/orders", "is a URL"},
      {host + ":5433", "has a port behind it"},
      {"A@" + host, "has a user before it"},
      {" " + host, "has blanks around it"},
      {host + "\n", "has blanks around it"},
      {host + "/orders", "has a path behind it"},
      {host + " " + host, "has blanks in it"},
      {host + "; port 5432", "has blanks in it"},
      {"." + host, "has dots around it"},
      {host + "..", "has dots around it"},
      {"\"" + host + "\"", "has characters that no name has"},
      {"<" + host + ">", "has characters that no name has"},
      {"[" + host + "]", "has characters that no name has"},
      {"\u00ab" + host + "\u00bb", "has characters that no name has"},
      {host + ";5432", "has characters that no name has"},
      {host + ";", "has characters that no name has"},
      {"\u200b" + host, "has characters that no name has"},
      {host + "\u00a0", "has characters that no name has"},
      {std::string(host).insert(6, "\u200b"), "has characters that no name has"},
  };
  for (const auto& [pasted, what] : kPasted) {
    asked_.host = pasted;
    const auto reply = ask();
    ASSERT_FALSE(reply) << pasted;
    EXPECT_EQ(reply.error().code, "host_misspelt") << pasted;
    EXPECT_THAT(reply.error().message, HasSubstr(what));
    EXPECT_THAT(reply.error().hint, HasSubstr("write host=" + host));
    if (pasted.find("5433") != pasted.npos) {
      EXPECT_THAT(reply.error().hint, HasSubstr("port=5433"));
    }
    EXPECT_THAT(reply.error().message + reply.error().hint, testing::Not(HasSubstr("hunter2")));
    EXPECT_THAT(flow_.explain(asked_, {})->explanation(), testing::Not(HasSubstr("hunter2")));
  }
  for (const char* secret : {"postgresql://app:hunter2@localhost/", "app:hunter2@localhost",
                             "postgresql://app:hun/ter?hunter2@localhost",
                             "postgresql://localhost/?user=a@b&password=hunter2"}) {
    asked_.host = secret;
    EXPECT_THAT(ask().error().message, testing::Not(HasSubstr("hunter2"))) << secret;
    const std::string explanation(flow_.explain(asked_, {})->explanation());
    EXPECT_THAT(explanation, testing::AllOf(testing::Not(HasSubstr("hunter2")), HasSubstr("…")));
  }
  asked_.host = "@abstract";
  EXPECT_THAT(flow_.explain(asked_, {})->explanation(), HasSubstr("\"host\":\"@abstract\""));
  for (const char* others : {"::1", "fe80::1%eth0", "https://example.com", "db.example.com:5432"}) {
    asked_.host = others;
    EXPECT_EQ(ask().error().status, Status::kNotApplicable) << others;
  }
  asked_.host = "localhost";
  asked_.options = {{"signing_host", "https://orders.c9.eu-west-1.rds.amazonaws.com/"}};
  EXPECT_THAT(ask().error().message, HasSubstr("signing_host is a URL"));
}

TEST_F(ServerCheck, ALabelThatIsASlipFromARegionIsNamedWhereThereIsNone) {
  asked_.host = "orders.c9.eu-west1.rds.amazonaws.com";
  EXPECT_THAT(ask().error().message, HasSubstr("is eu-west-1 meant?"));
  asked_.host = "orders.rds.amazonaws.com";
  EXPECT_THAT(ask().error().message, HasSubstr("its name tells none"));
}

TEST_F(ServerCheck, ANameOfAnotherPartitionThanItsRegionsIsWarnedOf) {
  const auto warned = [&](std::string host) {
    asked_.host = host;
    const auto reply = ask();
    for (const Error& warning : reply->plan().warnings)
      if (warning.code == "suffix_unlike_region") return warning.message;
    return std::string();
  };
  EXPECT_THAT(warned("o.c9.cn-north-1.rds.amazonaws.com"), HasSubstr("amazonaws.com.cn"));
  EXPECT_THAT(warned("o.c9.rds.eu-west-1.amazonaws.com.cn"), HasSubstr("end with amazonaws.com,"));
  EXPECT_EQ(warned("o.c9.rds.cn-north-1.amazonaws.com.cn"), "");
  EXPECT_EQ(warned("o.c9.us-gov-west-1.rds.amazonaws.com"), "");
}

TEST_F(ServerCheck, ARegionThatIsASlipFromAKnownOneIsWarnedOf) {
  const auto warned = [&](std::string host, std::string region) -> std::string {
    asked_.host = host;
    asked_.options.clear();
    if (!region.empty()) asked_.options = {{"region", region}};
    const auto reply = ask();
    for (const Error& warning : reply->plan().warnings)
      if (warning.code == "region_unlike_known") return warning.message;
    return "";
  };
  EXPECT_THAT(warned("o.c9.eu-wset-1.rds.amazonaws.com", ""), HasSubstr("is eu-west-1 meant?"));
  EXPECT_THAT(warned("o.rds.amazonaws.com", "us-eest-1"), HasSubstr("us-east-1"));
  EXPECT_THAT(warned("o.rds.amazonaws.com", "eu-west1"), HasSubstr("eu-west-1"));
  EXPECT_THAT(warned("o.rds.amazonaws.com", "EU-WEST-1"), HasSubstr("eu-west-1"));
  for (const char* label : {"eu-west1", "euwest1", "eu_west_1", "eu-west-1a", "eu-west-l"})
    EXPECT_THAT(warned(std::string("o.c9.") + label + ".rds.amazonaws.com", "eu-west-1"),
                HasSubstr("is eu-west-1 meant?"));
  EXPECT_EQ(warned("o.c9.eu-west-1.rds.amazonaws.com", ""), "");
  EXPECT_EQ(warned("o.c9.eu-west-1.rds.amazonaws.com", "us-east-1"), "");
  EXPECT_EQ(warned("o.c9.eu-west-9.rds.amazonaws.com", ""), "") << "it may be a new one";
  EXPECT_EQ(warned("o.c9.xx-nowhere-1.rds.amazonaws.com", ""), "");
}

}  // namespace
}  // namespace pgiam
