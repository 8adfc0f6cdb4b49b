// The options that hold whatever the cloud, and the list of all that there are.
#pragma once

#include <span>
#include <string_view>

#include "base/options.h"

namespace pgiam {

extern const Option &kSigningHostOption, &kSigningPortOption, &kTargetOption, &kForceOption;
extern const Option &kTlsOption, &kSslRootCertOption, &kTimeoutMsOption, &kReuseSecondsOption,
    &kCacheOption, &kLogOption, &kPasswordFileOption, &kPgpassOption;

// Those above and those of the registered clouds, in the order in which they are shown.
std::span<const Option* const> all_options();

// An option by its key. An unknown key is an error that names it and the nearest known one;
// `where` says whose key it is ("/etc/pgiam.conf:3").
Result<const Option*> find_option(std::string_view key, std::string_view where);

}  // namespace pgiam
