#include "clouds/aws/partitions.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace pgiam::aws {
namespace {

constexpr Partition kPartitions[] = {
    {"aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "amazonaws.cn"},
    {"aws-us-gov", "us-gov-", "amazonaws.com", "api.aws", "amazonaws-us-gov.com", true},
    {"aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov", nullptr},
    {"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud", nullptr},
    {"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", nullptr},
    {"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", nullptr},
    {"aws-eusc", "eusc-", "amazonaws.eu", "api.amazonwebservices.eu", nullptr},
    {"aws", "", "amazonaws.com", "api.aws", "aws.amazon.com"},
};

bool is_whole_of(const Partition& partition, std::string_view region) {
  const std::string_view name = partition.name;
  return region.starts_with(name) && region.substr(name.size()) == "-global";
}

bool is_number(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_word(std::string_view word) {
  return !word.empty() &&
         word.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
}

}  // namespace

std::span<const Partition> partitions() { return kPartitions; }

const Partition& partition_of(std::string_view region) {
  return *std::find_if(std::begin(kPartitions), std::end(kPartitions), [&](const Partition& p) {
    return region.starts_with(p.region_prefix) || is_whole_of(p, region);
  });
}

bool looks_like_region(std::string_view label) {
  const auto words = split(label, '-');
  if (words.size() < 3 || !is_number(words.back())) return false;
  return std::all_of(words.begin(), words.end() - 1, is_word);
}

}  // namespace pgiam::aws
