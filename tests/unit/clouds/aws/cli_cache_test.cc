// The names of the AWS CLI's cache files: each hash was computed by botocore 1.29's own fetchers.
#include "clouds/aws/cli_cache.h"

#include <gtest/gtest.h>

namespace pgiam::aws {
namespace {

Role role() {
  Role role;
  role.arn = "arn:aws:iam::123456789012:role/R";
  return role;
}

TEST(CliCache, NamesARoleAsBotocoreDoes) {
  EXPECT_EQ(cache_name_of_role(role()), "c03ce438bc208f6214854d85d3ca930ff73e3004");
}
TEST(CliCache, TellsSessionsOfARoleApart) {
  Role named = role();
  named.session_name = "s";
  EXPECT_EQ(cache_name_of_role(named), "510d5d5140494587fbe85789b30d27a9011d9548");
}
TEST(CliCache, EscapesWhatPythonEscapes) {
  Role all = role();
  all.external_id = "e\"\\/\u00e9\u20ac\U0001F602\x7f\n";
  all.mfa_serial = "m";
  all.duration = Seconds{900};
  all.session_name = "a b";
  EXPECT_EQ(cache_name_of_role(all), "41213f38fb0c3f27c961743201ec7881ea96b00f");
}
TEST(CliCache, NamesARoleOfASsoSessionByItsName) {
  EXPECT_EQ(cache_name_of_sso("corp", "https://x.awsapps.com/start", "1", "R"),
            "43e3c5d54eb73da062d36482f98492dba90f3e1c");
}
TEST(CliCache, NamesARoleOfALegacySsoProfileByItsStartUrl) {
  EXPECT_EQ(cache_name_of_sso("", "https://x.awsapps.com/start", "1", "R"),
            "6185c8b2ef9c2006006044ddbed3a4012272414c");
}

}  // namespace
}  // namespace pgiam::aws
