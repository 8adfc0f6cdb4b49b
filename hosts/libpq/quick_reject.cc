#include "quick_reject.h"

#include <stdlib.h>

#include <string_view>

#include "configuration.h"
#include "conninfo_options.h"
#include "plugin.h"

namespace pgiam::libpq {

using host::force_may_apply;
using host::GivenOptions;
using host::is_socket_path;
using host::Parameters;
using host::RealLibpq;
using host::rules_may_apply;

namespace {

using Text = std::string_view;

Text given_or_variable(const GivenOptions& said, Text keyword, const char* variable) {
  const char* value = said.find(keyword);
  if (!value) value = getenv(variable);
  return value ? value : "";
}

}  // namespace

bool quick_reject(const RealLibpq& libpq, const Parameters& given) {
  const GivenOptions said(libpq, given);
  if (!said.are_readable() || !given_or_variable(said, "service", "PGSERVICE").empty()) return false;

  const Text password = given_or_variable(said, "password", "PGPASSWORD");
  if (certainly_wins(password)) return true;

  const Text host = given_or_variable(said, "host", "PGHOST");
  const Text hostaddr = given_or_variable(said, "hostaddr", "PGHOSTADDR");
  const bool is_socket = host.empty() || is_socket_path(host);
  if (hostaddr.empty() && is_socket) return host.find(',') == host.npos;
  return is_local_name(host.empty() ? hostaddr : host) && !rules_may_apply();
}

bool is_no_token(std::string_view password) {
  constexpr std::size_t kLongestChosen = 100;
  return password.size() <= kLongestChosen;
}

bool certainly_wins(std::string_view password) {
  return !password.empty() && is_no_token(password) && !given_password_matters();
}

bool given_password_matters() { return host::is_logged(PGIAM_LOG_INFO) || force_may_apply(); }

bool is_local_name(std::string_view host) {
  if (host.find(',') != host.npos) return false;
  if (host.ends_with('.')) host.remove_suffix(1);  // a whole name
  const std::size_t dot = host.rfind('.');
  return dot == host.npos || host.find(':') != host.npos ||
         host.find_first_not_of("0123456789", dot + 1) == host.npos;
}

}  // namespace pgiam::libpq
