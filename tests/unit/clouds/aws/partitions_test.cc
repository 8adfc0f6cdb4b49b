#include "clouds/aws/partitions.h"

#include <gtest/gtest.h>

#include "clouds/aws/target_kind.h"

namespace pgiam::aws {
namespace {

struct Row {
  const char* region;
  const char* partition;
  const char* dns_suffix;
};

constexpr Row kRows[] = {
    {"us-east-1", "aws", "amazonaws.com"},
    {"mars-olympus-1", "aws", "amazonaws.com"},
    {"aws-global", "aws", "amazonaws.com"},
    {"cn-north-1", "aws-cn", "amazonaws.com.cn"},
    {"cn-northwest-1", "aws-cn", "amazonaws.com.cn"},
    {"aws-cn-global", "aws-cn", "amazonaws.com.cn"},
    {"us-gov-west-1", "aws-us-gov", "amazonaws.com"},
    {"aws-us-gov-global", "aws-us-gov", "amazonaws.com"},
    {"us-iso-east-1", "aws-iso", "c2s.ic.gov"},
    {"aws-iso-global", "aws-iso", "c2s.ic.gov"},
    {"us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"},
    {"aws-iso-b-global", "aws-iso-b", "sc2s.sgov.gov"},
    {"eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk"},
    {"us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov"},
    {"eusc-de-east-1", "aws-eusc", "amazonaws.eu"},
};

TEST(Partitions, FollowFromTheRegion) {
  for (const Row& row : kRows) {
    EXPECT_STREQ(partition_of(row.region).name, row.partition) << row.region;
    EXPECT_STREQ(partition_of(row.region).dns_suffix, row.dns_suffix) << row.region;
  }
}

TEST(Regions, LookLikeWordsAndANumber) {
  for (const char* region : {"us-east-1", "cn-northwest-1", "us-isob-east-1", "ap-southeast-12"})
    EXPECT_TRUE(looks_like_region(region)) << region;
  for (const char* label : {"", "Ireland", "eu-west", "us-east-1a", "EU-WEST-1", "-west-1", "1-2-3"})
    EXPECT_FALSE(looks_like_region(label)) << label;
}

std::string permission_of(const char* host, const char* region, const char* user) {
  for (const TargetKind* kind : target_kinds()) {
    if (!kind->recognise(host)) continue;
    const Permission permission = kind->permission(host, region, user);
    return permission.action + " on " + permission.resource;
  }
  return "";
}

TEST(Permissions, AreOfTheKindThePartitionAndTheUser) {
  EXPECT_EQ(permission_of("o.c9.eu-west-1.rds.amazonaws.com", "eu-west-1", "app"),
            "rds-db:connect on arn:aws:rds-db:eu-west-1:*:dbuser:*/app");
  EXPECT_EQ(permission_of("o.c9.rds.cn-north-1.amazonaws.com.cn", "cn-north-1", "app"),
            "rds-db:connect on arn:aws-cn:rds-db:cn-north-1:*:dbuser:*/app");
  EXPECT_EQ(permission_of("abc.dsql.us-east-1.on.aws", "us-east-1", "app"),
            "dsql:DbConnect on arn:aws:dsql:us-east-1:*:cluster/abc");
  EXPECT_EQ(permission_of("abc.dsql.us-east-1.on.aws", "us-east-1", "admin"),
            "dsql:DbConnectAdmin on arn:aws:dsql:us-east-1:*:cluster/abc");
}

TEST(Permissions, TakeAUsersNameAsItIs) {
  EXPECT_EQ(permission_of("o.c9.eu-west-1.rds.amazonaws.com", "eu-west-1", "a*b?${c}"),
            "rds-db:connect on arn:aws:rds-db:eu-west-1:*:dbuser:*/a${*}b${?}${$}{c}");
}

}  // namespace
}  // namespace pgiam::aws
