// Which roles a profile leads through, and what lies under them. Reads, and decides nothing else.
// docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clouds/aws/shared_files.h"

namespace pgiam::aws {

struct Role {
  std::string arn;
  std::string session_name;  // "": one is made up
  std::string external_id;
  std::string mfa_serial;
  std::optional<Seconds> duration;  // nothing: STS decides
  std::string profile;              // the one that names the role; "" for our own options
};

// What credential_source may name, in any case.
enum class NamedSource { kEnvironment, kEc2InstanceMetadata, kEcsContainer };

struct RoleChain {
  std::vector<Role> roles;            // in the order in which they are assumed; may be none
  std::string profile;                // whose own source comes first
  bool keys_first = false;            // there static keys beat all its other sources
  std::optional<NamedSource> source;  // beats all that the profile holds
};

// `profile` exists. kBadConfig, with file and line, for all that the SDKs refuse: a role without
// source_profile or credential_source or with both, a source that does not exist, a loop. A profile
// may be its own source if it holds static keys.
Result<RoleChain> resolve_role_chain(const Profiles& profiles, std::string_view profile);

// The credential_source that the profile names.
Result<NamedSource> parse_named_source(const Section& section);

// One of the keys is enough: the other is then missing, which is an error of its own.
bool has_static_keys(const Section& section);

}  // namespace pgiam::aws
