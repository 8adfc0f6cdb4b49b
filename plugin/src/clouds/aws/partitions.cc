#include "clouds/aws/partitions.h"

#include <algorithm>
#include <string>

#include "base/spelling.h"
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

constexpr std::string_view kRegions =
    "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 "
    "ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 "
    "ap-southeast-7 ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 "
    "eu-isoe-west-1 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 eusc-de-east-1 "
    "il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-gov-east-1 "
    "us-gov-west-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1 us-isof-east-1 "
    "us-isof-south-1 us-west-1 us-west-2";

// Without what people leave out of a region, or write otherwise.
std::string letters_and_digits(std::string_view text) {
  std::string kept(text);
  std::erase_if(kept, [](char c) { return c == '-' || c == '_'; });
  return kept;
}

std::string_view same_but_for_hyphens(std::string_view label) {
  const std::string plain = letters_and_digits(label);
  for (const std::string_view known : split(kRegions, ' '))
    if (letters_and_digits(known) == plain) return known;
  return {};
}

// A letter too many, too few or another, or two that changed places.
bool is_slip_of(std::string_view typed, std::string_view known) {
  if (edit_distance(typed, known) <= 1) return true;
  if (typed.size() != known.size()) return false;
  const auto at = std::mismatch(typed.begin(), typed.end(), known.begin());
  return at.first + 1 != typed.end() && *at.first == at.second[1] && at.first[1] == *at.second &&
         std::equal(at.first + 2, typed.end(), at.second + 2);
}

}  // namespace

std::string_view near_region(std::string_view region, bool may_be_to_come) {
  std::string_view near;
  for (std::string_view known : split(kRegions, ' ')) {
    if (region == known) return {};
    const std::string_view words = known.substr(0, known.rfind('-') + 1);
    if (may_be_to_come && region.starts_with(words)) return {};
    if (near.empty() && is_slip_of(region, known)) near = known;
  }
  return near;
}

std::string_view near_region_in(std::string_view host) {
  const auto labels = split(host, '.');
  std::string_view near;
  for (const std::string_view label : std::span(labels).subspan(1)) {  // behind the user's own
    if (looks_like_region(label)) return {};
    if (near.empty()) near = near_region(label, false);
    if (near.empty()) near = same_but_for_hyphens(label);
  }
  return near;
}

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
