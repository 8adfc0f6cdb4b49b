#include "clouds/aws/endpoints.h"

#include <gtest/gtest.h>

#include "clouds/aws/profile_file.h"
#include "fakes.h"

namespace pgiam::aws {
namespace {

struct Row {
  Service service;
  const char* region;
  const char* hosts[4];  // plain, dual-stack, FIPS, both
};
// As botocore 1.43.11 resolves them from AWS's published rules.
constexpr Row kRows[] = {
    {Service::kSts,
     "us-east-1",
     {"sts.us-east-1.amazonaws.com", "sts.us-east-1.api.aws", "sts-fips.us-east-1.amazonaws.com",
      "sts-fips.us-east-1.api.aws"}},
    {Service::kSts,
     "cn-north-1",
     {"sts.cn-north-1.amazonaws.com.cn", "sts.cn-north-1.api.amazonwebservices.com.cn",
      "sts-fips.cn-north-1.amazonaws.com.cn", "sts-fips.cn-north-1.api.amazonwebservices.com.cn"}},
    {Service::kSts,
     "us-gov-west-1",
     {"sts.us-gov-west-1.amazonaws.com", "sts.us-gov-west-1.api.aws",
      "sts.us-gov-west-1.amazonaws.com", "sts-fips.us-gov-west-1.api.aws"}},
    {Service::kSts,
     "us-iso-east-1",
     {"sts.us-iso-east-1.c2s.ic.gov", "sts.us-iso-east-1.api.aws.ic.gov",
      "sts-fips.us-iso-east-1.c2s.ic.gov", "sts-fips.us-iso-east-1.api.aws.ic.gov"}},
    {Service::kSts,
     "us-isob-east-1",
     {"sts.us-isob-east-1.sc2s.sgov.gov", "sts.us-isob-east-1.api.aws.scloud",
      "sts-fips.us-isob-east-1.sc2s.sgov.gov", "sts-fips.us-isob-east-1.api.aws.scloud"}},
    {Service::kSts,
     "eu-isoe-west-1",
     {"sts.eu-isoe-west-1.cloud.adc-e.uk", "sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
      "sts-fips.eu-isoe-west-1.cloud.adc-e.uk", "sts-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"}},
    {Service::kSts,
     "us-isof-south-1",
     {"sts.us-isof-south-1.csp.hci.ic.gov", "sts.us-isof-south-1.api.aws.hci.ic.gov",
      "sts-fips.us-isof-south-1.csp.hci.ic.gov", "sts-fips.us-isof-south-1.api.aws.hci.ic.gov"}},
    {Service::kSts,
     "eusc-de-east-1",
     {"sts.eusc-de-east-1.amazonaws.eu", "sts.eusc-de-east-1.api.amazonwebservices.eu",
      "sts-fips.eusc-de-east-1.amazonaws.eu", "sts-fips.eusc-de-east-1.api.amazonwebservices.eu"}},
    {Service::kSts,
     "mars-north-7",
     {"sts.mars-north-7.amazonaws.com", "sts.mars-north-7.api.aws",
      "sts-fips.mars-north-7.amazonaws.com", "sts-fips.mars-north-7.api.aws"}},
    {Service::kSso,
     "us-east-1",
     {"portal.sso.us-east-1.amazonaws.com", "portal.sso.us-east-1.api.aws",
      "portal.sso-fips.us-east-1.amazonaws.com", "portal.sso-fips.us-east-1.api.aws"}},
    {Service::kSso,
     "cn-north-1",
     {"portal.sso.cn-north-1.amazonaws.com.cn",
      "portal.sso.cn-north-1.api.amazonwebservices.com.cn",
      "portal.sso-fips.cn-north-1.amazonaws.com.cn",
      "portal.sso-fips.cn-north-1.api.amazonwebservices.com.cn"}},
    {Service::kSso,
     "us-gov-west-1",
     {"portal.sso.us-gov-west-1.amazonaws.com", "portal.sso.us-gov-west-1.api.aws",
      "portal.sso.us-gov-west-1.amazonaws.com", "portal.sso-fips.us-gov-west-1.api.aws"}},
    {Service::kSso,
     "us-iso-east-1",
     {"portal.sso.us-iso-east-1.c2s.ic.gov", "portal.sso.us-iso-east-1.api.aws.ic.gov",
      "portal.sso-fips.us-iso-east-1.c2s.ic.gov", "portal.sso-fips.us-iso-east-1.api.aws.ic.gov"}},
    {Service::kSso,
     "us-isob-east-1",
     {"portal.sso.us-isob-east-1.sc2s.sgov.gov", "portal.sso.us-isob-east-1.api.aws.scloud",
      "portal.sso-fips.us-isob-east-1.sc2s.sgov.gov",
      "portal.sso-fips.us-isob-east-1.api.aws.scloud"}},
    {Service::kSso,
     "eu-isoe-west-1",
     {"portal.sso.eu-isoe-west-1.cloud.adc-e.uk",
      "portal.sso.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
      "portal.sso-fips.eu-isoe-west-1.cloud.adc-e.uk",
      "portal.sso-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"}},
    {Service::kSso,
     "us-isof-south-1",
     {"portal.sso.us-isof-south-1.csp.hci.ic.gov", "portal.sso.us-isof-south-1.api.aws.hci.ic.gov",
      "portal.sso-fips.us-isof-south-1.csp.hci.ic.gov",
      "portal.sso-fips.us-isof-south-1.api.aws.hci.ic.gov"}},
    {Service::kSso,
     "eusc-de-east-1",
     {"portal.sso.eusc-de-east-1.amazonaws.eu",
      "portal.sso.eusc-de-east-1.api.amazonwebservices.eu",
      "portal.sso-fips.eusc-de-east-1.amazonaws.eu",
      "portal.sso-fips.eusc-de-east-1.api.amazonwebservices.eu"}},
    {Service::kSso,
     "mars-north-7",
     {"portal.sso.mars-north-7.amazonaws.com", "portal.sso.mars-north-7.api.aws",
      "portal.sso-fips.mars-north-7.amazonaws.com", "portal.sso-fips.mars-north-7.api.aws"}},
    {Service::kSsoOidc,
     "us-east-1",
     {"oidc.us-east-1.amazonaws.com", "oidc.us-east-1.api.aws", "oidc-fips.us-east-1.amazonaws.com",
      "oidc-fips.us-east-1.api.aws"}},
    {Service::kSsoOidc,
     "cn-north-1",
     {"oidc.cn-north-1.amazonaws.com.cn", "oidc.cn-north-1.api.amazonwebservices.com.cn",
      "oidc-fips.cn-north-1.amazonaws.com.cn",
      "oidc-fips.cn-north-1.api.amazonwebservices.com.cn"}},
    {Service::kSsoOidc,
     "us-gov-west-1",
     {"oidc.us-gov-west-1.amazonaws.com", "oidc.us-gov-west-1.api.aws",
      "oidc.us-gov-west-1.amazonaws.com", "oidc-fips.us-gov-west-1.api.aws"}},
    {Service::kSsoOidc,
     "us-iso-east-1",
     {"oidc.us-iso-east-1.c2s.ic.gov", "oidc.us-iso-east-1.api.aws.ic.gov",
      "oidc-fips.us-iso-east-1.c2s.ic.gov", "oidc-fips.us-iso-east-1.api.aws.ic.gov"}},
    {Service::kSsoOidc,
     "us-isob-east-1",
     {"oidc.us-isob-east-1.sc2s.sgov.gov", "oidc.us-isob-east-1.api.aws.scloud",
      "oidc-fips.us-isob-east-1.sc2s.sgov.gov", "oidc-fips.us-isob-east-1.api.aws.scloud"}},
    {Service::kSsoOidc,
     "eu-isoe-west-1",
     {"oidc.eu-isoe-west-1.cloud.adc-e.uk", "oidc.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
      "oidc-fips.eu-isoe-west-1.cloud.adc-e.uk",
      "oidc-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"}},
    {Service::kSsoOidc,
     "us-isof-south-1",
     {"oidc.us-isof-south-1.csp.hci.ic.gov", "oidc.us-isof-south-1.api.aws.hci.ic.gov",
      "oidc-fips.us-isof-south-1.csp.hci.ic.gov", "oidc-fips.us-isof-south-1.api.aws.hci.ic.gov"}},
    {Service::kSsoOidc,
     "eusc-de-east-1",
     {"oidc.eusc-de-east-1.amazonaws.eu", "oidc.eusc-de-east-1.api.amazonwebservices.eu",
      "oidc-fips.eusc-de-east-1.amazonaws.eu",
      "oidc-fips.eusc-de-east-1.api.amazonwebservices.eu"}},
    {Service::kSsoOidc,
     "mars-north-7",
     {"oidc.mars-north-7.amazonaws.com", "oidc.mars-north-7.api.aws",
      "oidc-fips.mars-north-7.amazonaws.com", "oidc-fips.mars-north-7.api.aws"}},
    {Service::kSignin,
     "us-east-1",
     {"us-east-1.signin.aws.amazon.com", "signin.us-east-1.api.aws",
      "signin-fips.us-east-1.amazonaws.com", "signin-fips.us-east-1.api.aws"}},
    {Service::kSignin,
     "cn-north-1",
     {"cn-north-1.signin.amazonaws.cn", "signin.cn-north-1.api.amazonwebservices.com.cn",
      "signin-fips.cn-north-1.amazonaws.com.cn",
      "signin-fips.cn-north-1.api.amazonwebservices.com.cn"}},
    {Service::kSignin,
     "us-gov-west-1",
     {"us-gov-west-1.signin.amazonaws-us-gov.com", "signin.us-gov-west-1.api.aws",
      "signin-fips.us-gov-west-1.amazonaws.com", "signin-fips.us-gov-west-1.api.aws"}},
    {Service::kSignin,
     "us-iso-east-1",
     {"signin.us-iso-east-1.c2s.ic.gov", "signin.us-iso-east-1.api.aws.ic.gov",
      "signin-fips.us-iso-east-1.c2s.ic.gov", "signin-fips.us-iso-east-1.api.aws.ic.gov"}},
    {Service::kSignin,
     "us-isob-east-1",
     {"signin.us-isob-east-1.sc2s.sgov.gov", "signin.us-isob-east-1.api.aws.scloud",
      "signin-fips.us-isob-east-1.sc2s.sgov.gov", "signin-fips.us-isob-east-1.api.aws.scloud"}},
    {Service::kSignin,
     "eu-isoe-west-1",
     {"signin.eu-isoe-west-1.cloud.adc-e.uk", "signin.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
      "signin-fips.eu-isoe-west-1.cloud.adc-e.uk",
      "signin-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"}},
    {Service::kSignin,
     "us-isof-south-1",
     {"signin.us-isof-south-1.csp.hci.ic.gov", "signin.us-isof-south-1.api.aws.hci.ic.gov",
      "signin-fips.us-isof-south-1.csp.hci.ic.gov",
      "signin-fips.us-isof-south-1.api.aws.hci.ic.gov"}},
    {Service::kSignin,
     "eusc-de-east-1",
     {"signin.eusc-de-east-1.amazonaws.eu", "signin.eusc-de-east-1.api.amazonwebservices.eu",
      "signin-fips.eusc-de-east-1.amazonaws.eu",
      "signin-fips.eusc-de-east-1.api.amazonwebservices.eu"}},
    {Service::kSignin,
     "mars-north-7",
     {"mars-north-7.signin.aws.amazon.com", "signin.mars-north-7.api.aws",
      "signin-fips.mars-north-7.amazonaws.com", "signin-fips.mars-north-7.api.aws"}},
};

std::string url_of(Service service, std::string_view region, const EndpointSettings& settings) {
  const auto endpoint = resolve_endpoint(service, region, settings);
  return endpoint ? endpoint->url : "error: " + endpoint.error().message;
}

TEST(Endpoints, AreThoseOfBotocoreInEveryPartitionAndVariant) {
  for (const Row& row : kRows)
    for (int variant = 0; variant < 4; ++variant) {
      EndpointSettings settings;
      settings.dual_stack = (variant & 1) != 0;
      settings.fips = (variant & 2) != 0;
      EXPECT_EQ(url_of(row.service, row.region, settings),
                std::string("https://") + row.hosts[variant]);
    }
}

TEST(Endpoints, SignForTheRegionThatWasAsked) {
  EXPECT_EQ(resolve_endpoint(Service::kSts, "eu-west-1", {})->signing_region, "eu-west-1");
}

TEST(Endpoints, WithoutARegionAreTheGlobalOneOfStsOnly) {
  const auto sts = resolve_endpoint(Service::kSts, "", {});
  EXPECT_EQ(sts->url, "https://sts.amazonaws.com");
  EXPECT_EQ(sts->signing_region, "us-east-1");
  EXPECT_EQ(url_of(Service::kSts, "aws-global", {}), "https://sts.amazonaws.com");
  EXPECT_EQ(resolve_endpoint(Service::kSso, "", {}).error().status, Status::kBadConfig);
}

TEST(Endpoints, OfOldRegionsAreGlobalWhenLegacyIsAskedFor) {
  EndpointSettings settings;
  settings.legacy_sts = true;
  const auto old = resolve_endpoint(Service::kSts, "eu-west-1", settings);
  EXPECT_EQ(old->url, "https://sts.amazonaws.com");
  EXPECT_EQ(old->signing_region, "us-east-1");
  EXPECT_EQ(url_of(Service::kSts, "il-central-1", settings),
            "https://sts.il-central-1.amazonaws.com");
}

TEST(Endpoints, RefuseARegionThatWouldChangeTheHost) {
  for (const char* region : {"eu-west-1.evil.example", "x/y", "x@y", "-x", "x y", "x:1"})
    EXPECT_EQ(resolve_endpoint(Service::kSts, region, {}).error().status, Status::kBadConfig)
        << region;
}

TEST(Endpoints, OfTheUsersOwnMayBePlainHttpAndHaveAPath) {
  EndpointSettings settings;
  settings.url = "http://LocalHost:4566/base/";
  const auto endpoint = resolve_endpoint(Service::kSts, "eu-west-1", settings);
  EXPECT_EQ(endpoint->url, "http://localhost:4566/base");
  EXPECT_EQ(endpoint->signing_region, "eu-west-1");
}

TEST(Endpoints, OfTheUsersOwnGoWithNeitherFipsNorDualStack) {
  EndpointSettings settings;
  settings.url = "https://sts.example.com";
  settings.url_from = "AWS_ENDPOINT_URL";
  settings.fips = true;
  EXPECT_EQ(resolve_endpoint(Service::kSts, "eu-west-1", settings).error().status,
            Status::kBadConfig);
  settings.fips = false;
  settings.dual_stack = true;
  EXPECT_EQ(resolve_endpoint(Service::kSts, "eu-west-1", settings).error().status,
            Status::kBadConfig);
}

TEST(Endpoints, ThatAreNoUrlAreErrorsThatNameTheirSource) {
  EndpointSettings settings;
  settings.url = "sts.example.com";
  settings.url_from = "AWS_ENDPOINT_URL_STS";
  const auto endpoint = resolve_endpoint(Service::kSts, "eu-west-1", settings);
  ASSERT_FALSE(endpoint);
  EXPECT_NE(endpoint.error().message.find("AWS_ENDPOINT_URL_STS"), std::string::npos);
}

class EndpointSettingsTest : public testing::Test {
 protected:
  EndpointSettings read(Service service = Service::kSts) const {
    const Section* profile = profiles_.find("default");
    return read_endpoint_settings(service, environment_, profiles_, profile);
  }
  void config(std::string_view text) {
    ProfileFile file = parse_profile_file(text, ProfileFileKind::kConfig, "config");
    profiles_.profiles = std::move(file.profiles);
    profiles_.services = std::move(file.services);
  }

  test::FakeEnvironment environment_;
  Profiles profiles_;
};

constexpr std::string_view kAllUrls = R"([default]
endpoint_url = http://profile
services = mine
[services mine]
sts =
  endpoint_url = http://services
)";

TEST_F(EndpointSettingsTest, TakeTheNearestUrl) {
  config(kAllUrls);
  environment_.set("AWS_ENDPOINT_URL", "http://variable");
  environment_.set("AWS_ENDPOINT_URL_STS", "http://variable-sts");
  EXPECT_EQ(read().url, "http://variable-sts");
  EXPECT_EQ(read().url_from, "AWS_ENDPOINT_URL_STS");
  environment_.unset("AWS_ENDPOINT_URL_STS");
  EXPECT_EQ(read().url, "http://variable");
  environment_.unset("AWS_ENDPOINT_URL");
  EXPECT_EQ(read().url, "http://services");
  EXPECT_EQ(read(Service::kSso).url, "http://profile");
}

TEST_F(EndpointSettingsTest, CanBeToldToIgnoreUrls) {
  config(kAllUrls);
  environment_.set("AWS_ENDPOINT_URL_STS", "http://variable-sts");
  environment_.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE");
  EXPECT_EQ(read().url, "");
}

TEST_F(EndpointSettingsTest, OfEachServiceHaveTheirVariable) {
  environment_.set("AWS_ENDPOINT_URL_SSO", "http://a");
  environment_.set("AWS_ENDPOINT_URL_SSO_OIDC", "http://b");
  environment_.set("AWS_ENDPOINT_URL_SIGNIN", "http://c");
  EXPECT_EQ(read(Service::kSso).url, "http://a");
  EXPECT_EQ(read(Service::kSsoOidc).url, "http://b");
  EXPECT_EQ(read(Service::kSignin).url, "http://c");
  EXPECT_EQ(read(Service::kSts).url, "");
}

TEST_F(EndpointSettingsTest, PreferVariablesToTheProfile) {
  config(
      "[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n"
      "sts_regional_endpoints = legacy\n");
  EXPECT_TRUE(read().fips);
  EXPECT_TRUE(read().dual_stack);
  EXPECT_TRUE(read().legacy_sts);
  environment_.set("AWS_USE_FIPS_ENDPOINT", "false");
  environment_.set("AWS_USE_DUALSTACK_ENDPOINT", "false");
  environment_.set("AWS_STS_REGIONAL_ENDPOINTS", "regional");
  EXPECT_FALSE(read().fips);
  EXPECT_FALSE(read().dual_stack);
  EXPECT_FALSE(read().legacy_sts);
}

}  // namespace
}  // namespace pgiam::aws
