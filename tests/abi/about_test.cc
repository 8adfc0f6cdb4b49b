// What the library says of itself.
#include <set>

#include "abi_test.h"
#include "layout.h"

namespace {

using ::testing::Contains;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StrEq;

TEST(About, TheTableHoldsTheExportedFunctions) {
  const pgiam_api* api = pgiam_get_api(PGIAM_ABI_MAJOR);
  ASSERT_NE(api, nullptr);
  EXPECT_GE(api->struct_size, sizeof(pgiam_api));
  EXPECT_EQ(api->abi_version, pgiam_abi_version());
  EXPECT_EQ(api->abi_version, static_cast<uint32_t>(PGIAM_ABI_MAJOR << 16 | PGIAM_ABI_MINOR));
  EXPECT_EQ(first_slot_that_differs(api), nullptr);
  EXPECT_TRUE(PGIAM_API_HAS(api, login));
  EXPECT_TRUE(PGIAM_API_HAS(api, conninfo_free));
}

TEST(About, AnotherMajorIsNotSpoken) {
  EXPECT_EQ(pgiam_get_api(0), nullptr);
  EXPECT_EQ(pgiam_get_api(PGIAM_ABI_MAJOR + 1), nullptr);
}

TEST(About, TheTableIsTheSameEveryTime) {
  EXPECT_EQ(pgiam_get_api(PGIAM_ABI_MAJOR), pgiam_get_api(PGIAM_ABI_MAJOR));
}

TEST(About, TheVersionIsForPeople) {
  EXPECT_THAT(pgiam_version(), MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+.*"));
}

TEST(About, FeaturesEndWithNull) {
  std::set<std::string> features;
  size_t count = 0;
  for (; const char* feature = pgiam_feature_at(count); ++count) features.insert(feature);
  EXPECT_EQ(features.size(), count) << "a feature is listed twice";
  EXPECT_THAT(features, Contains("target:aws.rds"));
  EXPECT_THAT(features, Contains("target:aws.dsql"));
  EXPECT_THAT(features, Contains("provider:aws.environment"));
  EXPECT_EQ(pgiam_feature_at(static_cast<size_t>(-1)), nullptr);
}

TEST(About, EveryOptionCanBeDrawnInADialog) {
  std::set<std::string> keys;
  for (size_t i = 0;; ++i) {
    pgiam_option_info info{};
    info.struct_size = sizeof info;
    if (pgiam_option_at(i, &info) != PGIAM_OK) break;
    EXPECT_TRUE(keys.insert(info.key).second) << info.key << " is listed twice";
    EXPECT_THAT(info.key, MatchesRegex("[a-z_]+"));
    EXPECT_THAT(info.type, MatchesRegex("text|bool|int|path|[a-z-]+(\\|[a-z-]+)+"));
    EXPECT_THAT(info.env, MatchesRegex("PGIAM_[A-Z_]+"));
    EXPECT_NE(info.default_value, nullptr) << info.key;
    EXPECT_THAT(info.label, Not(StrEq("")));
  }
  for (const char* key : {"profile", "region", "signing_host", "signing_port", "target", "force",
                          "tls", "sslrootcert", "timeout_ms", "reuse_seconds", "cache", "log"})
    EXPECT_THAT(keys, Contains(key));
}

}  // namespace
