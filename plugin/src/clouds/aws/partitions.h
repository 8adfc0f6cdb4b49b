// AWS's partitions: worlds of their own, with regions, DNS names and ARNs of their own. What a
// region's name says stands here and nowhere else.
#pragma once

#include <span>
#include <string_view>

namespace pgiam::aws {

struct Partition {
  const char* name;               // "aws-cn": the second word of an ARN
  const char* region_prefix;      // "cn-"; "" of the last one, which has all other regions
  const char* dns_suffix;         // "amazonaws.com.cn"
  const char* dual_stack_suffix;  // of services that answer over IPv6
  const char* signin_suffix;      // REGION.signin.SUFFIX, where sign-in has names of its own
  bool always_fips = false;       // its ordinary endpoints are FIPS endpoints already
};

std::span<const Partition> partitions();

// The one that a region ("cn-north-1") or a partition's whole ("aws-cn-global") belongs to. A region
// that is new to all of them is one of the last, "aws".
const Partition& partition_of(std::string_view region);

// "us-east-1", "eusc-de-east-1", and regions to come: words, the last a number.
bool looks_like_region(std::string_view label);

// Of a region that nobody knows, the known one that it is one slip of the hand from; "" for none. A
// number alone is none where regions to come may be meant.
std::string_view near_region(std::string_view region, bool may_be_to_come);

// The known region that a label of a host without one is so near to; "" for none.
std::string_view near_region_in(std::string_view host);

}  // namespace pgiam::aws
