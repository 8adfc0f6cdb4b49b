#include "flow/decide/dial.h"

#include "base/configuration_files.h"
#include "base/shell.h"
#include "base/text.h"
#include "flow/attempt/keywords.h"
#include "flow/decide/server_check.h"

namespace pgiam {
namespace {

// As a shell writes it.
std::string usual_rule_file() {
  const auto no_variable = [](const char*) { return std::string(); };
  return configuration_files(no_variable, [] { return std::string("~"); }).front();
}

// The very line that makes DNS's word the user's own.
std::string command_for_rule(std::string_view host, const std::string& endpoint,
                             const std::string& rule_file) {
  const std::string name(host);
  const std::string add = "printf '%s\\n' " + shell_word("[connection " + name + "]") + " " +
                          shell_word("host = " + name) + " " +
                          shell_word("signing_host = " + endpoint) + " >> ";
  if (!rule_file.empty()) return add + shell_word(rule_file);
  const std::string usual = usual_rule_file();
  return "mkdir -p " + usual.substr(0, usual.rfind('/')) + " && " + add + usual;
}

Error not_on_dns_alone(const Request& request, const std::string& endpoint,
                       const std::string& rule_file, const std::string& why) {
  const std::string command = command_for_rule(request.host, endpoint, rule_file);
  Error error = make_error(Status::kInsecure,
                           std::string(request.host) + " is an alias of " + endpoint +
                               " by the word of DNS alone, and " + why,
                           "if that is right, say so by a rule: " + command +
                               " (or as an option: signing_host = " + endpoint +
                               "); or dial host=" + endpoint);
  error.code = "alias_by_dns";
  error.commands = {command, "host=" + endpoint};
  return error;
}

// Whether `sslmode`, or else the user's own, asks for a server of the name that is dialled.
bool verifies_name(const Request& request, std::string_view sslmode) {
  return (sslmode.empty() ? request.sslmode : sslmode) == kVerifyFull;
}

bool is_another_name(const Request& request, const Endpoint& endpoint) {
  return endpoint.said_by == SaidBy::kUser && !equals_ignore_case(request.host, endpoint.name);
}

// The name once for each address, as libpq pairs them.
std::string repeated(const std::string& name, std::size_t times) {
  std::string list = name;
  for (std::size_t i = 1; i < times; ++i) list.append(1, ',').append(name);
  return list;
}

Result<Dial> dial_alias(const Request& request, std::string_view sslmode,
                        const Endpoint& endpoint) {
  const auto refused = [&](const std::string& why) {
    return not_on_dns_alone(request, endpoint.name, endpoint.rule_file, why);
  };
  if (verifies_name(request, sslmode))
    return refused("verify-full, or a CA that is named, asks for a server of the name that was written");
  if (!request.hostaddr.empty())
    return refused("hostaddr=" + std::string(request.hostaddr) + " would take the token elsewhere");
  return Dial{SaidBy::kDns, endpoint.name, ""};
}

Result<Dial> dial_as_user_says(const World& world, const Request& request,
                               const Endpoint& endpoint, const Call& call, bool may_resolve) {
  Dial dial{SaidBy::kUser, endpoint.name, std::string(request.hostaddr)};
  if (!dial.hostaddr.empty()) return dial;
  std::vector<std::string> addresses;
  if (may_resolve) {
    auto found = world.resolver.addresses(std::string(request.host), call);
    if (!found) return found.error();
    addresses = std::move(*found);
  }
  for (const std::string& address : addresses)
    dial.hostaddr.append(dial.hostaddr.empty() ? "" : ",").append(address);
  dial.host = repeated(endpoint.name, addresses.size());
  return dial;
}

}  // namespace

Result<Dial> choose_dial(const World& world, const Request& request, std::string_view sslmode,
                         const Endpoint& endpoint, const Call& call, bool may_resolve) {
  if (endpoint.said_by == SaidBy::kDns) return dial_alias(request, sslmode, endpoint);
  if (!verifies_name(request, sslmode)) return Dial{endpoint.said_by, "", ""};
  // No certificate has the dot that ends a whole name.
  if (endpoint.said_by == SaidBy::kName && request.host.ends_with('.'))
    return Dial{SaidBy::kName, endpoint.name, std::string(request.hostaddr)};
  if (!is_another_name(request, endpoint)) return Dial{endpoint.said_by, "", ""};
  return dial_as_user_says(world, request, endpoint, call, may_resolve);
}

bool can_dial_by_its_name(const Request& request, const Endpoint& endpoint) {
  return !is_another_name(request, endpoint) || (can_be_applied(request.can_apply, "host") &&
                                                 can_be_applied(request.can_apply, "hostaddr"));
}

Error cannot_dial(const Request& request, const Dial& dial, const std::string& rule_file) {
  if (dial.said_by == SaidBy::kDns)
    return not_on_dns_alone(request, dial.host, rule_file,
                            "this client cannot be told to dial that name");
  const std::string text =
      "host=" + dial.host + (dial.hostaddr.empty() ? "" : " hostaddr=" + dial.hostaddr);
  Error error =
      make_error(Status::kInsecure,
                 "verify-full needs " + text + " here, which cannot be set by this client",
                 "set it yourself: " + text + "; or leave it at sslmode=verify-ca");
  error.code = "keyword_not_applied";
  error.commands = {text};
  return error;
}

Error warning_of_alias(const Request& request, const Endpoint& endpoint) {
  return make_finding(
      "alias_by_dns",
      std::string(request.host) + " is an alias of " + endpoint.name +
          " by the word of DNS alone: the connection goes to " + endpoint.name + " by that name",
      {command_for_rule(request.host, endpoint.name, endpoint.rule_file)});
}

Error warning_of_name(const Request& request, const Endpoint& endpoint) {
  const std::string host(request.host);
  return make_finding("name_not_verified",
                      "the server at " + host + " is verified by the CA that is named, but not by its name " +
                          endpoint.name + ", which this client cannot be told to dial",
                      {"host=" + endpoint.name + " hostaddr=ADDRESS-OF-" + host + " sslmode=verify-full"});
}

}  // namespace pgiam
