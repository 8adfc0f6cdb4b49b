// The options that only AWS has.
#pragma once

#include <span>

#include "base/options.h"

namespace pgiam::aws {

extern const Option &kProfileOption, &kRegionOption;
extern const Option &kRoleArnOption, &kExternalIdOption, &kRoleSessionNameOption,
    &kDurationSecondsOption, &kMfaSerialOption;

std::span<const Option> options();

}  // namespace pgiam::aws
