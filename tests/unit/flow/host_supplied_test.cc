// Credentials that the host supplies when it is asked.
#include <gmock/gmock.h>

#include "clouds/registry.h"
#include "fakes.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

using testing::HasSubstr;

class FakeHost : public HostLink {
 public:
  explicit FakeHost(std::string identity) : identity_(std::move(identity)) {}
  std::string_view identity() const override { return identity_; }
  Result<Secret> ask_person(const PromptRequest&, const Call&) override {
    return make_error(Status::kLoginDeclined, "nobody is there");
  }
  Result<SuppliedValues> ask_credentials(const Call& call) override {
    ++asked;
    replaces = call.replaces;
    return answer;
  }
  void give(std::initializer_list<std::pair<const char*, const char*>> values) {
    SuppliedValues given;
    for (const auto& [key, value] : values) given.emplace_back(key, Secret(value));
    answer = std::move(given);
  }
  int asked = 0;
  std::string replaces;
  Result<SuppliedValues> answer = SuppliedValues();

 private:
  const std::string identity_;
};

class HostSuppliedTest : public testing::Test {
 protected:
  HostSuppliedTest() {
    request_.host = "orders.c9.eu-west-1.rds.amazonaws.com";
    request_.user = "app";
    request_.host_link = &ann_;
    ann_.give({{"access_key_id", "AKIDANN"},
               {"secret_access_key", "s"},
               {"session_token", "t"},
               {"expires_at", "2026-01-01T13:00:00Z"}});
  }
  Result<Reply> ask() {
    return flow_.before_connect(request_, [] { return std::stop_token(); });
  }
  std::string token() {
    const auto reply = ask();
    return reply ? std::string(reply->password()->text.reveal()) : reply.error().message;
  }

  test::FakeWorld fake_;
  const std::shared_ptr<Fetcher> fetcher_ = std::make_shared<Fetcher>(false);
  Flow flow_{fake_.world, {}, make_clouds(fake_.world), fetcher_};
  FakeHost ann_{"ann"}, bob_{"bob"};
  Request request_;
};

TEST_F(HostSuppliedTest, AreAskedForOnceAndKeptUnderTheHostsOwnName) {
  EXPECT_THAT(token(), HasSubstr("AKIDANN"));
  EXPECT_THAT(token(), HasSubstr("AKIDANN"));
  EXPECT_EQ(ann_.asked, 1);
  bob_.give({{"access_key_id", "AKIDBOB"}, {"secret_access_key", "s"}});
  request_.host_link = &bob_;
  EXPECT_THAT(token(), HasSubstr("AKIDBOB"));
  request_.host_link = &ann_;
  EXPECT_THAT(token(), HasSubstr("AKIDANN"));
}

TEST_F(HostSuppliedTest, StandInPlaceOfAllThatWouldBeLookedFor) {
  fake_.environment.set("AWS_ACCESS_KEY_ID", "AKIDENV");
  fake_.environment.set("AWS_SECRET_ACCESS_KEY", "s");
  EXPECT_THAT(token(), HasSubstr("AKIDANN"));
  EXPECT_EQ(ask()->secret()->provider, "host");
}

TEST_F(HostSuppliedTest, AreNotAskedForAheadOfTime) {
  token();
  fake_.clock.advance(Seconds{3500});
  fetcher_->renew_what_is_due();
  EXPECT_EQ(ann_.asked, 1);
  ann_.give({{"access_key_id", "AKIDNEW"}, {"secret_access_key", "s"}});
  fake_.clock.advance(Seconds{100});
  EXPECT_THAT(token(), HasSubstr("AKIDNEW")) << "but when they have ended";
}

TEST_F(HostSuppliedTest, AreAskedForAnewWhenTheyWereRefused) {
  const auto refused = ask();
  ann_.give({{"access_key_id", "AKIDNEW"}, {"secret_access_key", "s"}});
  fake_.clock.advance(Seconds{61});
  const auto again = ask();
  EXPECT_EQ(flow_.after_connect(*again, Outcome::kAuthFailed), Advice::kRetryOnce);
  EXPECT_THAT(token(), HasSubstr("AKIDNEW"));
  EXPECT_EQ(ann_.replaces, "AKIDANN");
}

TEST_F(HostSuppliedTest, AreRefusedWithTheNameOfWhatIsMissing) {
  ann_.give({{"access_key_id", "AKIDANN"}});
  EXPECT_EQ(token(), "the host's credentials lack secret_access_key");
  ann_.give({{"access_key_id", "ASIAANN"}, {"secret_access_key", "s"}});
  EXPECT_EQ(token(), "the host's credentials lack session_token");
  ann_.answer = make_error(Status::kNoCredentials, "ann has gone home");
  EXPECT_EQ(token(), "ann has gone home");
}

TEST_F(HostSuppliedTest, CarryARoleOfTheOptions) {
  request_.options = {{"role_arn", "arn:aws:iam::123456789012:role/R"}, {"cache", "memory"}};
  fake_.http.answer(
      200,
      "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>"
      "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>"
      "2026-01-01T13:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
  EXPECT_THAT(token(), HasSubstr("ASIAROLE"));
  EXPECT_EQ(ann_.asked, 1);
}

TEST_F(HostSuppliedTest, AreNotAskedForByExplainingWithoutTheNetwork) {
  EXPECT_THAT(flow_.explain(request_, {})->explanation(), HasSubstr("would ask the host"));
  EXPECT_EQ(ann_.asked, 0);
}

TEST(ARoleOfTheOptions, RestsOnCredentialsThatOthersFetchedAlready) {
  test::FakeWorld fake;
  fake.files.write("/home/ann/.aws/config", "[default]\ncredential_process = give\n");
  fake.process.result = ProcessResult{
      0, R"({"Version":1,"AccessKeyId":"AKIDBASE","SecretAccessKey":"s"})", ""};
  fake.http.otherwise([](const HttpRequest&) {
    return HttpResponse{
        200,
        {},
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>"
        "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>"
        "2026-01-01T13:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
        true};
  });
  Flow flow(fake.world, {}, make_clouds(fake.world), std::make_shared<Fetcher>(false));
  for (const char* role : {"arn:aws:iam::123456789012:role/A", "arn:aws:iam::123456789012:role/B"}) {
    Request request;
    request.options = {{"role_arn", role}, {"cache", "memory"}};
    const auto reply = flow.credentials(request, {});
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->secret()->owner_id(), "ASIAROLE");
  }
  EXPECT_EQ(fake.http.requests().size(), 2u);
  EXPECT_EQ(fake.process.requests.size(), 1u);
}

}  // namespace
}  // namespace pgiam
