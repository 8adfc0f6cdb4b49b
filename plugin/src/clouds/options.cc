#include "clouds/options.h"

#include "base/spelling.h"
#include "base/state_lock.h"
#include "clouds/registry.h"

namespace pgiam {
namespace {

// "auto|rds|dsql|off": recognise it, take it for one of these, leave it alone.
const char* choices_of_target() {
  const StateLock lock;  // fork() waits, so no child finds it half made
  static const std::string* const kChoices = [] {
    std::string choices = "auto";
    for (const CloudRegistration* cloud : registered_clouds())
      for (std::string_view target : cloud->targets()) choices.append("|").append(target);
    return new const std::string(choices + "|off");  // never destroyed: threads outlive main
  }();
  return kChoices->c_str();
}

constexpr auto kEndpoint = OptionGroup::kEndpoint, kConnection = OptionGroup::kConnection;

constexpr Option kOptions[] = {
    {"signing_host", "text", "", "PGIAM_SIGNING_HOST", "Endpoint to sign for", kEndpoint},
    {"signing_port", "int", "", "PGIAM_SIGNING_PORT", "Port to sign for", kEndpoint, 1, 65535},
    {"target", choices_of_target, "auto", "PGIAM_TARGET", "Kind of endpoint", kEndpoint},
    {"force", "bool", "no", "PGIAM_FORCE", "Use a token even where a password is given", kEndpoint},
    {"tls", "require|verify-full|off", "require", "PGIAM_TLS", "TLS that a token needs",
     kConnection},
    {"sslrootcert", "path", "", "PGIAM_SSLROOTCERT", "CA bundle for the server's certificate",
     kConnection},
    {"timeout_ms", "int", "10000", "PGIAM_TIMEOUT_MS", "Limit for getting a password (ms)",
     kConnection},
    {"reuse_seconds", "int", "60", "PGIAM_REUSE_SECONDS", "Give the same token again for (s)",
     kConnection},
    {"cache", "shared|memory|none", "shared", "PGIAM_CACHE", "Where credentials are kept",
     kConnection},
    {"log", "off|error|warn|info|debug", "", "PGIAM_LOG", "Log level", kConnection},
    {"password_file", "path", "", "PGIAM_PASSWORD_FILE", "File that holds the password",
     kConnection},
    {"pgpass", "path", "", "PGIAM_PGPASS", "libpq password file", kConnection},
};

std::vector<const Option*> list_options() {
  std::vector<const Option*> all;
  const auto add = [&](std::span<const Option> options, OptionGroup group) {
    for (const Option& option : options)
      if (option.group == group) all.push_back(&option);
  };
  for (OptionGroup group : kOptionGroups) {
    add(kOptions, group);
    for (const CloudRegistration* cloud : registered_clouds()) add(cloud->options(), group);
  }
  return all;
}

std::string nearest_key(std::string_view key) {
  std::string_view best;
  std::size_t best_distance = key.size() / 2 + 2;
  for (const Option* option : all_options()) {
    const std::size_t distance = edit_distance(key, option->key);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = option->key;
  }
  return std::string(best);
}

}  // namespace

constinit const Option& kSigningHostOption = option_of(kOptions, "signing_host");
constinit const Option& kSigningPortOption = option_of(kOptions, "signing_port");
constinit const Option& kTargetOption = option_of(kOptions, "target");
constinit const Option& kForceOption = option_of(kOptions, "force");
constinit const Option& kTlsOption = option_of(kOptions, "tls");
constinit const Option& kSslRootCertOption = option_of(kOptions, "sslrootcert");
constinit const Option& kTimeoutMsOption = option_of(kOptions, "timeout_ms");
constinit const Option& kReuseSecondsOption = option_of(kOptions, "reuse_seconds");
constinit const Option& kCacheOption = option_of(kOptions, "cache");
constinit const Option& kLogOption = option_of(kOptions, "log");
constinit const Option& kPasswordFileOption = option_of(kOptions, "password_file");
constinit const Option& kPgpassOption = option_of(kOptions, "pgpass");

std::span<const Option* const> all_options() {
  const StateLock lock;
  static const auto* const kAll = new const std::vector<const Option*>(list_options());
  return *kAll;
}

Result<const Option*> find_option(std::string_view key, std::string_view where) {
  for (const Option* option : all_options())
    if (key == option->key) return option;
  Error error = make_error(Status::kUnsupported,
                           (where.empty() ? "" : std::string(where) + ": ") +
                               "there is no option \"" + std::string(key) + "\"");
  if (const std::string near = nearest_key(key); !near.empty())
    error.hint = "did you mean \"" + near + "\"?";
  else
    error.hint = "pgiam help lists the options";
  return error;
}

}  // namespace pgiam
