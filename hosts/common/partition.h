// Names of AWS's own resources, ARNs, begin with the partition that a region belongs to.
#pragma once

#include <string>
#include <string_view>

namespace pgiam::host {

// "eu-west-1" → "aws", "cn-north-1" → "aws-cn". A region that is new to it is one of the first.
std::string partition_of(std::string_view region);

}  // namespace pgiam::host
