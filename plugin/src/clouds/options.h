// The options that hold whatever the cloud, and the list of all that there are.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/configuration_files.h"
#include "base/options.h"

namespace pgiam {

// "auto|rds|dsql|off": recognise it, take it for one of these, leave it alone.
const char* choices_of_target();

inline constexpr Option kCommonOptions[] = {
    {"signing_host", "text", "", kSigningHostVariable, "Endpoint to sign for",
     OptionGroup::kEndpoint},
    {"signing_port", "int", "", "PGIAM_SIGNING_PORT", "Port to sign for",
     OptionGroup::kEndpoint, 1, 65535},
    {"target", choices_of_target, "auto", kTargetVariable, "Kind of endpoint",
     OptionGroup::kEndpoint},
    {"force", "bool", "no", "PGIAM_FORCE", "Use a token even where a password is given",
     OptionGroup::kEndpoint},
    {"tls", "require|verify-full|off", "require", "PGIAM_TLS", "TLS that a token needs",
     OptionGroup::kConnection},
    {"sslrootcert", "path", "", "PGIAM_SSLROOTCERT", "CA bundle for the server's certificate",
     OptionGroup::kConnection},
    {"timeout_ms", "int", "10000", "PGIAM_TIMEOUT_MS", "Limit for getting a password (ms)",
     OptionGroup::kConnection},
    {"reuse_seconds", "int", "60", "PGIAM_REUSE_SECONDS", "Give the same token again for (s)",
     OptionGroup::kConnection},
    {"cache", "shared|memory|none", "shared", "PGIAM_CACHE", "Where credentials are kept",
     OptionGroup::kConnection},
    {"log", "off|error|warn|info|debug", "", "PGIAM_LOG", "Log level", OptionGroup::kConnection},
    {"password_file", "path", "", kPasswordFileVariable, "File that holds the password",
     OptionGroup::kConnection},
    {"pgpass", "path", "", kPgpassVariable, "libpq password file", OptionGroup::kConnection},
};
inline constexpr const Option& kSigningHostOption = option_of(kCommonOptions, "signing_host");
inline constexpr const Option& kSigningPortOption = option_of(kCommonOptions, "signing_port");
inline constexpr const Option& kTargetOption = option_of(kCommonOptions, "target");
inline constexpr const Option& kForceOption = option_of(kCommonOptions, "force");
inline constexpr const Option& kTlsOption = option_of(kCommonOptions, "tls");
inline constexpr const Option& kSslRootCertOption = option_of(kCommonOptions, "sslrootcert");
inline constexpr const Option& kTimeoutMsOption = option_of(kCommonOptions, "timeout_ms");
inline constexpr const Option& kReuseSecondsOption = option_of(kCommonOptions, "reuse_seconds");
inline constexpr const Option& kCacheOption = option_of(kCommonOptions, "cache");
inline constexpr const Option& kLogOption = option_of(kCommonOptions, "log");
inline constexpr const Option& kPasswordFileOption = option_of(kCommonOptions, "password_file");
inline constexpr const Option& kPgpassOption = option_of(kCommonOptions, "pgpass");

// A word that `target` takes, for hints: "rds".
std::string example_of_target();

// Those above and those of the registered clouds, in the order in which they are shown.
std::span<const Option* const> all_options();

// An option by its key. An unknown key is an error that names it and the nearest known one;
// `where` says whose key it is ("/etc/pgiam.conf:3").
Result<const Option*> find_option(std::string_view key, std::string_view where);

}  // namespace pgiam
