#include "resolved_conninfo.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <span>

#include "base/conninfo_keywords.h"
#include "base/user_database.h"
#include "home.h"
#include "parameters.h"
#include "service_file.h"

namespace pgiam::host {
namespace {

using Values = std::span<const std::string_view>;

constexpr std::string_view kDemands[] = {"disable", "prefer", "require"};
constexpr std::string_view kNegotiations[] = {"postgres", "direct"};
constexpr std::string_view kCertificateModes[] = {"disable", "allow", "require"};
constexpr std::string_view kSessions[] = {"any",     "read-write", "read-only",
                                          "primary", "standby",    "prefer-standby"};
constexpr std::string_view kBalances[] = {"disable", "random"};

struct Choices {
  const char* keyword;
  Values values;
};

// Of which libpq refuses other values, "" among them.
constexpr Choices kChoices[] = {
    {"channel_binding", kDemands}, {"sslmode", kSslModes},
    {"sslnegotiation", kNegotiations}, {"sslcertmode", kCertificateModes},
    {"gssencmode", kDemands}, {"target_session_attrs", kSessions},
    {"load_balance_hosts", kBalances},
};

bool is_one_of(std::string_view value, Values values) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

ResolvedConninfo::ResolvedConninfo() : slots_(conninfo_keywords().size()) {}

const ResolvedConninfo::Slot* ResolvedConninfo::slot(std::string_view keyword) const {
  const ConninfoKeyword* known = find_conninfo_keyword(keyword);
  return known ? &slots_[static_cast<std::size_t>(known - conninfo_keywords().data())] : nullptr;
}

ResolvedConninfo::Slot* ResolvedConninfo::slot(std::string_view keyword) {
  return const_cast<Slot*>(std::as_const(*this).slot(keyword));
}

void ResolvedConninfo::set(std::string_view keyword, std::string_view value, Origin origin) {
  Slot& to = *slot(keyword);
  to.value = SecretText(value);
  to.origin = origin;
}

void ResolvedConninfo::give(std::string_view keyword, std::string_view value) {
  if (!slot(keyword))
    throw ConninfoError("invalid connection option \"" + std::string(keyword) + "\"");
  set(keyword, value, Origin::kGiven);
}

const char* ResolvedConninfo::find(std::string_view keyword) const {
  const Slot* found = slot(keyword);
  return found && found->is_set() ? found->value.c_str() : nullptr;
}

std::string ResolvedConninfo::value(std::string_view keyword) const {
  const char* found = find(keyword);
  return found ? found : "";
}

ResolvedConninfo::Origin ResolvedConninfo::origin(std::string_view keyword) const {
  const Slot* found = slot(keyword);
  return found ? found->origin : Origin::kNone;
}

void ResolvedConninfo::add_service() {
  const char* given = find("service");
  const char* name = given ? given : getenv("PGSERVICE");
  if (!name) return;
  const Service service = read_service(name);
  if (!service.error.empty()) throw ConninfoError(service.error, service.hint);
  for (const ServiceValue& value : service.values)
    if (!slot(value.keyword)->is_set())
      set(value.keyword, value.value.view(), Origin::kService);
}

void ResolvedConninfo::add_defaults() {
  add_service();
  for (const ConninfoKeyword& keyword : conninfo_keywords()) {
    if (slot(keyword.name)->is_set()) continue;
    const char* variable = keyword.variable ? getenv(keyword.variable) : nullptr;
    if (variable) {
      set(keyword.name, variable, Origin::kVariable);
    } else if (keyword.fallback) {
      set(keyword.name, keyword.fallback, Origin::kDefault);
    }
  }
  if (is_default("sslmode")) {
    const char* old_variable = getenv("PGREQUIRESSL");
    if (old_variable && *old_variable == '1')
      set("sslmode", "require", Origin::kVariable);
    else if (value("sslrootcert") == "system")
      set("sslmode", "verify-full", origin("sslrootcert"));
  }
  add_user_and_database();
  if (value("passfile").empty() && value("password").empty()) {
    if (const std::string file = file_at_home(".pgpass"); !file.empty())
      set("passfile", file, Origin::kDefault);
  }
  check_values();
}

void ResolvedConninfo::add_user_and_database() {
  if (value("user").empty()) {
    const std::string user = name_of_user();
    if (user.empty())
      throw ConninfoError("local user with ID " + std::to_string(geteuid()) + " does not exist",
                          "say who connects: user=NAME, --user, or PGUSER");
    set("user", user, Origin::kDefault);
  }
  if (value("dbname").empty()) set("dbname", value("user"), Origin::kDefault);
}

void ResolvedConninfo::check_values() const {
  for (const Choices& choices : kChoices) {
    const char* chosen = find(choices.keyword);
    if (chosen && !is_one_of(chosen, choices.values))
      throw ConninfoError("invalid " + std::string(choices.keyword) + " value: \"" + chosen + "\"");
  }
  const std::string hosts = value("host"), addresses = value("hostaddr"), ports = value("port");
  const std::size_t count = split_list(addresses.empty() ? hosts : addresses).size();
  const std::size_t host_count = hosts.empty() ? count : split_list(hosts).size();
  if (host_count != count)
    throw ConninfoError("could not match " + std::to_string(host_count) + " host names to " +
                        std::to_string(count) + " hostaddr values");
  const std::size_t port_count = split_list(ports).size();
  if (port_count != 1 && port_count != count)
    throw ConninfoError("could not match " + std::to_string(port_count) + " port numbers to " +
                        std::to_string(count) + " hosts");
}

}  // namespace pgiam::host
