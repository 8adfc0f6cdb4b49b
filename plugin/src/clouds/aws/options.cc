#include "clouds/aws/options.h"

namespace pgiam::aws {
namespace {

constexpr auto kAccount = OptionGroup::kAccount, kRole = OptionGroup::kRole;

constexpr Option kOptions[] = {
    {"profile", "text", "", "PGIAM_PROFILE", "AWS profile", kAccount},
    {"region", "text", "", "PGIAM_REGION", "AWS region", kAccount},
    {"role_arn", "text", "", "PGIAM_ROLE_ARN", "Role to assume", kRole},
    {"external_id", "text", "", "PGIAM_EXTERNAL_ID", "External ID for the role", kRole},
    {"role_session_name", "text", "", "PGIAM_ROLE_SESSION_NAME", "Session name for the role", kRole},
    {"duration_seconds", "int", "", "PGIAM_DURATION_SECONDS", "Lifetime of the role's session (s)",
     kRole},
    {"mfa_serial", "text", "", "PGIAM_MFA_SERIAL", "MFA device for the role", kRole},
};

}  // namespace

constinit const Option& kProfileOption = option_of(kOptions, "profile");
constinit const Option& kRegionOption = option_of(kOptions, "region");
constinit const Option& kRoleArnOption = option_of(kOptions, "role_arn");
constinit const Option& kExternalIdOption = option_of(kOptions, "external_id");
constinit const Option& kRoleSessionNameOption = option_of(kOptions, "role_session_name");
constinit const Option& kDurationSecondsOption = option_of(kOptions, "duration_seconds");
constinit const Option& kMfaSerialOption = option_of(kOptions, "mfa_serial");

std::span<const Option> options() { return kOptions; }

}  // namespace pgiam::aws
