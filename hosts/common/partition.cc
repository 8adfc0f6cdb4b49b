#include "partition.h"

namespace pgiam::host {
namespace {

struct Partition {
  std::string_view region_prefix, name;
};
constexpr Partition kPartitions[] = {
    {"cn-", "aws-cn"},         {"us-gov-", "aws-us-gov"}, {"us-iso-", "aws-iso"},
    {"us-isob-", "aws-iso-b"}, {"eu-isoe-", "aws-iso-e"}, {"us-isof-", "aws-iso-f"},
    {"eusc-", "aws-eusc"},
};

}  // namespace

std::string partition_of(std::string_view region) {
  for (const Partition& partition : kPartitions)
    if (region.starts_with(partition.region_prefix)) return std::string(partition.name);
  return "aws";
}

}  // namespace pgiam::host
