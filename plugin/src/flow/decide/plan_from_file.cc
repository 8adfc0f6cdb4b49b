#include "base/text.h"
#include "clouds/options.h"
#include "flow/attempt/host_list.h"
#include "flow/decide/planner.h"

namespace pgiam {
namespace {

Result<PasswordSource> password_source(const World& world, const Option& option,
                                       std::string_view path) {
  if (!path.starts_with("~/")) return PasswordSource{&option, std::string(path)};
  const auto home = world.environment.home();
  if (home) return PasswordSource{&option, *home + std::string(path.substr(1))};
  return make_error(Status::kBadConfig,
                    std::string(option.key) + " = " + std::string(path) +
                        ", but no home is known to look in",
                    "give the whole path");
}

}  // namespace

Result<std::optional<PasswordSource>> Planner::choose_file(const Settings& settings) const {
  const Option* chosen = nullptr;
  for (const Option* option : {&kPasswordFileOption, &kPgpassOption}) {
    if (!settings.given(*option) || settings.get(*option) == "none") continue;
    if (chosen != nullptr && settings.origin(*chosen) == settings.origin(*option))
      return make_error(Status::kBadConfig, "password_file and pgpass are both given",
                        "name the file that the password is to come from");
    if (chosen == nullptr || settings.origin(*chosen) < settings.origin(*option)) chosen = option;
  }
  if (chosen == nullptr) return std::optional<PasswordSource>();
  auto source = password_source(world_, *chosen, settings.get(*chosen));
  if (!source) return source.error();
  return std::optional(std::move(*source));
}

void Planner::plan_file(PasswordSource source, const Request& request, const Call& call,
                        Plan& plan) const {
  const std::string_view key = source.option->key;
  plan.reason = std::string(key) + " = " + source.path;
  if (source.option == &kPgpassOption && request.user.empty()) {
    plan.kind = Refused{make_error(Status::kInvalidArgument,
                                   "no user is given to look for in " + source.path,
                                   "name the database user, e.g. user=app")};
    return;
  }
  auto ca = choose_ca_by_name(request, plan.settings, /*may_be_installed=*/false, call,
                              plan.warnings);
  if (!ca) {
    plan.kind = Refused{ca.error()};
    return;
  }
  plan.ca = std::move(*ca);
  PasswordFromFile file{std::move(source), {}, {}};
  PasswordDemands demands;
  demands.is_token = false;
  demands.sslrootcert = plan.ca.path;
  const auto sslmode = sslmode_for_token(request, plan.settings, plan.ca,
                                         is_own_name(request, plan.settings));
  const bool goes_out = !is_socket(request.host);  // what stays on the machine needs no TLS
  // Who names a CA to us speaks of TLS, whatever the password.
  if (goes_out && sslmode && !plan.ca.path.empty() && request.sslmode.empty())
    demands.sslmode = *sslmode;
  file.settings = file.settings_of_token = settings_for(request, demands);
  if (goes_out) {
    demands.is_token = true;
    if (sslmode) demands.sslmode = *sslmode;
    file.settings_of_token = sslmode ? settings_for(request, demands) : sslmode.error();
  }
  plan.kind = std::move(file);
}

}  // namespace pgiam
