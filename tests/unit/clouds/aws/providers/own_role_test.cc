// The role of our own options rests on credentials that are kept by themselves.
#include "clouds/aws/sources_fixture.h"

namespace pgiam::aws {
namespace {

struct KeepingFetch : Fetch {
  Result<KeptSecretPtr> get(const SecretSource& source, const Call& call, Trace& trace) override {
    if (const auto found = kept.find(source.key); found != kept.end()) return found->second;
    auto loaded = source.provider->load(call, trace, *this);
    if (loaded) kept[source.key] = *loaded;
    return loaded;
  }
  std::map<std::string, KeptSecretPtr> kept;
};

class OwnRole : public test::SourcesTest {
 protected:
  OwnRole() {
    config("[default]\nregion = eu-west-1\ncredential_process = /bin/keys\n");
    ProcessResult keys;
    keys.out = R"({"Version": 1, "AccessKeyId": "BASE", "SecretAccessKey": "s"})";
    world.process.result = keys;
  }

  std::string get(const char* role_arn) {
    Settings chosen;
    EXPECT_TRUE(chosen.set(kRoleArnOption, role_arn, Origin::kCall, ""));
    const auto source = aws->source(chosen, nullptr, world.call());
    const auto found = fetch.get(*source, world.call(), trace);
    return found ? as_credentials(*found)->access_key_id : found.error().message;
  }

  KeepingFetch fetch;
};

TEST_F(OwnRole, SharesWhatItRestsOnWithOthersAndWithNone) {
  answer_role("ASIAA");
  answer_role("ASIAB");
  EXPECT_EQ(get("arn:aws:iam::1:role/A"), "ASIAA");
  EXPECT_EQ(get("arn:aws:iam::1:role/B"), "ASIAB");
  EXPECT_EQ(get(""), "BASE");
  EXPECT_EQ(get("arn:aws:iam::1:role/A"), "ASIAA");
  EXPECT_EQ(world.process.requests.size(), 1u) << "the program ran once for all of them";
  EXPECT_EQ(sent_count(), 2u);
}

TEST_F(OwnRole, KeepsNothingOfAnOfflineLook) {
  Settings chosen;
  ASSERT_TRUE(chosen.set(kRoleArnOption, "arn:aws:iam::1:role/A", Origin::kCall, ""));
  Call call = world.call();
  call.offline = true;
  const auto source = aws->source(chosen, nullptr, call);
  EXPECT_FALSE(source->provider->load(call, trace, fetch));
  EXPECT_TRUE(fetch.kept.empty());
}

}  // namespace
}  // namespace pgiam::aws
