// The options that only AWS has.
#pragma once

#include "base/options.h"

namespace pgiam::aws {

inline constexpr Option kOptions[] = {
    {"profile", "text", "", "PGIAM_PROFILE", "AWS profile", OptionGroup::kAccount},
    {"region", "text", "", "PGIAM_REGION", "AWS region", OptionGroup::kAccount},
    {"role_arn", "text", "", "PGIAM_ROLE_ARN", "Role to assume", OptionGroup::kRole},
    {"external_id", "text", "", "PGIAM_EXTERNAL_ID", "External ID for the role",
     OptionGroup::kRole},
    {"role_session_name", "text", "", "PGIAM_ROLE_SESSION_NAME", "Session name for the role",
     OptionGroup::kRole},
    {"duration_seconds", "int", "", "PGIAM_DURATION_SECONDS", "Lifetime of the role's session (s)",
     OptionGroup::kRole},
    {"mfa_serial", "text", "", "PGIAM_MFA_SERIAL", "MFA device for the role", OptionGroup::kRole},
};
inline constexpr const Option& kProfileOption = option_of(kOptions, "profile");
inline constexpr const Option& kRegionOption = option_of(kOptions, "region");
inline constexpr const Option& kRoleArnOption = option_of(kOptions, "role_arn");
inline constexpr const Option& kExternalIdOption = option_of(kOptions, "external_id");
inline constexpr const Option& kRoleSessionNameOption = option_of(kOptions, "role_session_name");
inline constexpr const Option& kDurationSecondsOption = option_of(kOptions, "duration_seconds");
inline constexpr const Option& kMfaSerialOption = option_of(kOptions, "mfa_serial");

}  // namespace pgiam::aws
