#include "clouds/options.h"

#include <gmock/gmock.h>

#include <set>

#include "base/text.h"
#include "clouds/features.h"

namespace pgiam {
namespace {

using testing::ElementsAre;

TEST(Options, AreListedInTheOrderThatDialogsAreUsedTo) {
  std::vector<std::string> keys;
  for (const Option* option : all_options()) keys.push_back(option->key);
  EXPECT_THAT(keys, ElementsAre("profile", "region", "signing_host", "signing_port", "target",
                                "force", "role_arn", "external_id", "role_session_name",
                                "duration_seconds", "mfa_serial", "tls", "sslrootcert", "timeout_ms",
                                "reuse_seconds", "cache", "log", "password_file", "pgpass"));
}

TEST(Options, HaveAVariableOfTheirOwnName) {
  for (const Option* option : all_options())
    EXPECT_EQ(to_lower(option->env), "pgiam_" + std::string(option->key));
}

TEST(Options, AreFoundByTheirKey) {
  for (const Option* option : all_options()) EXPECT_EQ(*find_option(option->key, ""), option);
}

TEST(Options, ThatDoNotExistNameTheNearestOneThatDoes) {
  const auto found = find_option("profil", "/etc/pgiam.conf:3");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "/etc/pgiam.conf:3: there is no option \"profil\"");
  EXPECT_EQ(found.error().hint, "did you mean \"profile\"?");
}

TEST(Options, OfferAsTargetWhatTheCloudsKnow) {
  EXPECT_STREQ(kTargetOption.type.text(), "auto|rds|dsql|off");
  Settings settings;
  EXPECT_TRUE(settings.set(kTargetOption, "dsql", Origin::kCall, ""));
  const auto refused = settings.set(kTargetOption, "mysql", Origin::kCall, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "target = \"mysql\" is not auto, rds, dsql or off");
}

TEST(Settings, GoByTheNearestOrigin) {
  Settings settings;
  EXPECT_FALSE(settings.given(kTlsOption));
  EXPECT_EQ(settings.get(kTlsOption), "require") << "the default";
  ASSERT_TRUE(settings.set(kTlsOption, "off", Origin::kEnvironment, ""));
  ASSERT_TRUE(settings.set(kTlsOption, "verify-full", Origin::kRule, ""));
  EXPECT_EQ(settings.get(kTlsOption), "off");
  ASSERT_TRUE(settings.set(kTlsOption, "", Origin::kCall, ""));
  EXPECT_EQ(settings.origin(kTlsOption), Origin::kEnvironment) << "\"\" is no value";
  ASSERT_TRUE(settings.set(kTlsOption, "verify-full", Origin::kEnvironment, ""));
  EXPECT_EQ(settings.get(kTlsOption), "verify-full") << "the last one of the same origin";
}

TEST(Features, NameTargetsProvidersAndPromptsOnce) {
  const auto list = features();
  EXPECT_THAT(std::set<std::string>(list.begin(), list.end()).size(), list.size());
  for (const char* feature : {"target:aws.rds", "target:aws.dsql", "provider:aws.environment",
                              "provider:aws.profile", "provider:aws.assume_role",
                              "provider:aws.web_identity", "provider:aws.sso", "provider:aws.login",
                              "provider:aws.process", "provider:aws.container", "provider:aws.imds",
                              "provider:password_file", "provider:pgpass", "prompt:mfa-code",
                              "prompt:device-login"})
    EXPECT_THAT(list, testing::Contains(feature));
}

}  // namespace
}  // namespace pgiam
