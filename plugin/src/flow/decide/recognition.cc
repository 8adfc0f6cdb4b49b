#include "flow/decide/recognition.h"

#include "base/text.h"
#include "clouds/options.h"
#include "flow/attempt/host_list.h"
#include "flow/decide/pasted_host.h"

namespace pgiam {
namespace {

// DNS may hold any bytes; an endpoint's name goes into connection strings and rules.
bool is_plain_name(std::string_view name) {
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == name.npos;
}

}  // namespace

std::string normal_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return to_lower(host);
}

std::uint16_t port_of(const Request& request) {
  return request.port == 0 ? kPostgresPort : request.port;
}

bool is_own_name(const Request& request, const Settings& settings) {
  const std::string_view endpoint = settings.get(kSigningHostOption);
  return endpoint.empty() || equals_ignore_case(endpoint, request.host);
}

std::uint16_t signing_port(const Request& request, const Settings& settings) {
  if (!settings.given(kSigningPortOption)) return port_of(request);
  return static_cast<std::uint16_t>(settings.get_int(kSigningPortOption));
}

std::optional<Recognised> Recognition::by_name(const std::string& host, std::uint16_t port,
                                               const Settings& settings) const {
  const std::string_view kind = settings.get(kTargetOption);
  for (const auto& cloud : clouds_)
    if (auto target =
            kind == "auto" ? cloud->recognise(host, port) : cloud->declare(kind, host, port))
      return Recognised{cloud.get(), std::move(*target)};
  return std::nullopt;
}

// Where something else was pasted than a host's name, and the name in it is an endpoint's. What was
// pasted may hold a password, so it is not repeated.
std::optional<Error> Recognition::why_no_name(std::string_view host, const std::string& key,
                                          const Settings& settings) const {
  const PastedHost pasted = read_pasted_host(host);
  if (pasted.what.empty() || !by_name(pasted.name, kPostgresPort, settings))
    return std::nullopt;
  const std::string command =
      key + "=" + pasted.name + (pasted.port.empty() ? "" : " port=" + pasted.port);
  Error error = make_error(Status::kInvalidArgument,
                           key + " " + std::string(pasted.what) + ", where the name alone belongs",
                           "write " + command);
  error.code = "host_misspelt";
  error.commands = {command};
  return error;
}

// Finds the target by the name that was written, or that signing_host has; nothing, with the reason,
// where that is none.
std::optional<Recognised> Recognition::by_written_name(const Request& request, Plan& plan) const {
  if (is_socket(request.host)) {
    plan.reason = "a Unix-domain socket is never a cloud's endpoint";
    return std::nullopt;
  }
  const std::string_view signing_host = plan.settings.get(kSigningHostOption);
  const std::string_view written = signing_host.empty() ? request.host : signing_host;
  const char* const key = signing_host.empty() ? "host" : "signing_host";
  if (auto why_not = why_no_name(written, key, plan.settings)) {
    plan.reason = why_not->message;
    plan.kind = Refused{std::move(*why_not)};
    return std::nullopt;
  }
  const std::string host = normal_host(written);
  if (!signing_host.empty()) plan.said_by = SaidBy::kUser;
  if (auto found = by_name(host, signing_port(request, plan.settings), plan.settings)) {
    if (written.ends_with('.'))
      plan.warnings.push_back(make_finding(
          "host_with_dot", std::string(key) + " ends with a dot: the token is made for " + host,
          {std::string(key) + "=" + host}));
    return found;
  }
  plan.reason = why_not_recognised(host);
  if (!signing_host.empty())
    plan.kind = Refused{make_error(
        Status::kTarget, "signing_host: " + plan.reason,
        "check signing_host, or say what it is: target = " + example_of_target())};
  return std::nullopt;
}

// Follows the name to the endpoint's own and no further: what lies behind that ("ec2-…") is none.
std::optional<Recognised> Recognition::by_alias(const Request& request, const Call& call,
                                                            bool may_resolve, Plan& plan) const {
  if (!may_resolve) {
    plan.reason += " (whether it is an alias of one was not asked)";
    return std::nullopt;
  }
  const std::string host = normal_host(request.host);
  const auto names = request.alias_of.empty()
                         ? aliases_.of(host, call)
                         : std::vector<std::string>{std::string(request.alias_of)};
  for (const std::string& name : names) {
    if (!is_plain_name(name)) continue;
    auto found = by_name(name, signing_port(request, plan.settings), plan.settings);
    if (!found) continue;
    plan.said_by = SaidBy::kDns;
    found->target.reason = host + " is an alias in DNS, and " + found->target.reason;
    return found;
  }
  return std::nullopt;
}

std::string why_not_recognised(std::string_view host) {
  return without_secrets(host) + " is not the name of a known kind of endpoint";
}

bool may_be_alias(const Request& request, const Plan& plan) {
  return !is_socket(request.host) && plan.as<Refused>() == nullptr &&
         plan.said_by != SaidBy::kUser && Aliases::worth_asking(normal_host(request.host));
}

}  // namespace pgiam
