// A kind of AWS endpoint that takes IAM tokens: how its names look and what its tokens ask for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "clouds/cloud.h"
#include "clouds/refusal.h"

namespace pgiam::aws {

// Of a target's facts, the key.
constexpr std::string_view kRegion = "region";

// What a name tells. The region is "" where the name is this kind's but tells none.
struct NameFacts {
  std::string region;
  std::string description;  // "an Aurora cluster endpoint"
};

// Of the refusal of a token, what is this kind's own.
struct OwnCauses {
  Error no_permission;           // IAM says no
  std::optional<Error> no_role;  // the database's own share: the role, and what ties it to IAM
  bool role_is_likelier = false;
  std::optional<Error> iam_is_off;
};

struct CaKind;  // ca_bundle.h

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
  // What an IAM policy has to allow for these tokens to be taken: "rds-db:connect" on
  // "arn:aws:rds-db:eu-west-1:*:dbuser:*/app".
  Permission (*permission)(std::string_view host, std::string_view region, std::string_view user);
  // Who signs the certificate of the server of that name.
  const CaKind& (*ca)(std::string_view host);
  OwnCauses (*causes)(const RefusedLogin& login, const Permission& missing);
};

// One line for each kind, in targets.cc.
std::span<const TargetKind* const> target_kinds();
const TargetKind* find_target_kind(std::string_view kind);

// What stands before the suffix of a name and its dot; nothing if the name has another suffix.
std::optional<std::string_view> name_below(std::string_view host, std::string_view suffix);

// "arn:aws:rds-db:eu-west-1:*:" and the rest. The account is a star: nothing here knows it.
std::string arn(std::string_view service, std::string_view region, std::string_view rest);
// A word of the user's in an ARN, where it stands for itself whatever its characters mean there.
std::string in_resource(std::string_view word);

extern const TargetKind kRdsTarget;
extern const TargetKind kDsqlTarget;

}  // namespace pgiam::aws
