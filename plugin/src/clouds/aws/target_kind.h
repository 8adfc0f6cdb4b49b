// A kind of AWS endpoint that takes IAM tokens: how its names look and what its tokens ask for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "clouds/cloud.h"

namespace pgiam::aws {

// What a name tells. The region is "" where the name is this kind's but tells none.
struct NameFacts {
  std::string region;
  std::string description;  // "an Aurora cluster endpoint"
};

struct TargetKind {
  const char* kind;     // "rds": the value of the option `target`
  const char* name;     // "aws.rds"
  const char* service;  // in the credential scope
  // Nothing if the name (lower case, no dot at the end) is not of this kind.
  std::optional<NameFacts> (*recognise)(std::string_view host);
  // Host, and port where the kind signs one.
  std::string (*authority)(const Target& target);
  // The query, encoded and sorted.
  std::string (*query)(std::string_view user);
};

// One line for each kind, in targets.cc.
std::span<const TargetKind* const> target_kinds();
const TargetKind* find_target_kind(std::string_view kind);

// "us-east-1", "eusc-de-east-1", and regions to come: words, the last a number.
bool looks_like_region(std::string_view label);

extern const TargetKind kRdsTarget;
extern const TargetKind kDsqlTarget;

}  // namespace pgiam::aws
