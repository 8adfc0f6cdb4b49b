// A role rests on credentials that are kept by themselves: what is asked when one of the two was
// revoked.
#include "clouds/aws/sources_fixture.h"
#include "flow/fetch/fetcher.h"

namespace pgiam::aws {
namespace {

using testing::HasSubstr;

constexpr const char* kRoleA = "arn:aws:iam::1:role/A";
constexpr const char* kRoleB = "arn:aws:iam::1:role/B";

class Resting : public test::SourcesTest {
 protected:
  Resting() {
    config("[default]\nregion = eu-west-1\ncredential_process = /bin/keys\n");
    give_base("BASE1");
  }
  // What the base is from now on, for whoever asks anew.
  void give_base(const std::string& id) {
    ProcessResult keys;
    keys.out = R"({"Version": 1, "SecretAccessKey": "s", "Expiration": "2026-01-01T20:00:00Z", )"
               R"("AccessKeyId": ")" + id + "\"}";
    world.process.result = keys;
  }
  int base_loads() const { return static_cast<int>(world.process.requests.size()); }

  SecretSource source_of(const char* role_arn) {
    Settings chosen;
    EXPECT_TRUE(chosen.set(kRoleArnOption, role_arn, Origin::kCall, ""));
    EXPECT_TRUE(chosen.set(kCacheOption, "memory", Origin::kCall, ""));
    return aws->source(chosen, nullptr, world.call()).value();
  }
  void refuse(const char* role_arn) {
    const std::string key = source_of(role_arn).key;
    fetcher_->refused(key, fetcher_->peek(key), "app", world.clock.uptime());
  }
  std::string get(const char* role_arn, bool refresh = false) {
    const SecretSource source = source_of(role_arn);
    const Call call = world.call();
    const auto found = fetcher_->get({source, world.world, call, refresh, "app"}, trace);
    return found ? as_credentials(found->secret)->access_key_id : found.error().message;
  }
  // Whose signature STS got with that request.
  std::string signer(std::size_t number) const {
    const std::string header = sent_header(number, "Authorization");
    const auto from = header.find("Credential=") + 11;
    return header.substr(from, header.find('/') - from);
  }

  std::optional<Fetcher> fetcher_{std::in_place, false};
};

TEST_F(Resting, ARefreshOfARoleIsOneOfItsBaseToo) {
  answer_role("ASIAA");
  EXPECT_EQ(get(kRoleA), "ASIAA");
  give_base("BASE2");
  answer_role("ASIAB");
  EXPECT_EQ(get(kRoleA, true), "ASIAB");
  EXPECT_EQ(signer(1), "BASE2");
  EXPECT_EQ(base_loads(), 2);
}

TEST_F(Resting, ABaseThatTheServiceRefusesIsLoadedAnewAndTheRoleTriedOnceMore) {
  for (const char* code : {"InvalidClientTokenId", "ExpiredToken", "ExpiredTokenException"}) {
    fetcher_.emplace(false);
    const std::size_t before = sent_count();
    give_base("BASE1");
    answer_role("ASIAA");
    EXPECT_EQ(get(kRoleA), "ASIAA");
    give_base("BASE2");
    answer_refusal(403, code);
    answer_role("ASIAB");
    EXPECT_EQ(get(kRoleB), "ASIAB");
    EXPECT_EQ(signer(before + 1), "BASE1") << code;
    EXPECT_EQ(signer(before + 2), "BASE2") << code;
  }
}

TEST_F(Resting, SoAServersRefusalOfARoleComesToItsBase) {
  answer_role("ASIAA");
  EXPECT_EQ(get(kRoleA), "ASIAA");
  give_base("BASE2");
  refuse(kRoleA);
  answer_refusal(403, "InvalidClientTokenId");
  answer_role("ASIAB");
  EXPECT_EQ(get(kRoleA), "ASIAB");
  EXPECT_EQ(signer(2), "BASE2");
}

TEST_F(Resting, ABaseThatIsRefusedAgainIsNotLoadedForEachLogin) {
  world.http.otherwise([](const HttpRequest&) {
    return HttpResponse{403, {}, "<Error><Code>InvalidClientTokenId</Code></Error>", true};
  });
  for (int i = 0; i < 100; ++i) EXPECT_THAT(get(kRoleA), HasSubstr("assuming role"));
  EXPECT_LE(base_loads(), 2);
}

TEST_F(Resting, OneThatServedSinceMayBeLoadedAnewOnceMore) {
  answer_role("ASIAA");
  EXPECT_EQ(get(kRoleA), "ASIAA");
  for (const char* next : {"BASE2", "BASE3", "BASE4"}) {
    give_base(next);
    refuse(kRoleA);
    answer_refusal(403, "ExpiredToken");
    answer_role(std::string("ASIA of ") + next);
    EXPECT_EQ(get(kRoleA), std::string("ASIA of ") + next);
    fetcher_->accepted(source_of(kRoleA).key, "app");
  }
}

TEST_F(Resting, ARoleInTheMiddleOfAProfilesChainIsAssumedAnewToo) {
  config(
      "[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = b\n"
      "[profile b]\nrole_arn = arn:aws:iam::1:role/B\nsource_profile = c\n"
      "[profile c]\naws_access_key_id = KEYS\naws_secret_access_key = s\n");
  answer_role("ASIAB");
  answer_role("ASIAA");
  EXPECT_EQ(found(), "ASIAA from aws.assume_role");
  Call call = world.call();
  call.replaces = "ASIAA";
  answer_refusal(403, "ExpiredToken");
  answer_role("ASIAB2");
  answer_role("ASIAA2");
  EXPECT_EQ(found(load(call)), "ASIAA2 from aws.assume_role");
  EXPECT_EQ(signer(2), "ASIAB");
  EXPECT_EQ(signer(3), "KEYS");
  EXPECT_EQ(signer(4), "ASIAB2");
}

TEST_F(Resting, KeysThatStayTheSameAreNotTriedTwice) {
  config(
      "[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = b\n"
      "[profile b]\naws_access_key_id = KEYS\naws_secret_access_key = s\n");
  answer_refusal(403, "InvalidClientTokenId", "The security token is invalid.");
  EXPECT_THAT(found(), HasSubstr("The security token is invalid."));
  EXPECT_EQ(sent_count(), 1u);
}

}  // namespace
}  // namespace pgiam::aws
