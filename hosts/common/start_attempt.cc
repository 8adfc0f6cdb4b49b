#include "start_attempt.h"

#include <cstring>
#include <string>

#include "parameters.h"

namespace pgiam::host {
namespace {

// Of what libpq resolved, the rest is told as it stands.
constexpr const char* kKeywords[] = {"user",       "dbname",          "sslrootcert",
                                     "gssencmode", "channel_binding", "require_auth"};

void append_part(std::string& list, const ResolvedHost& entry, bool counts,
                 const std::string& part) {
  if (entry.index > 0) list += ',';
  if (counts) list += part;
}

}  // namespace

Result<Attempt> start_attempt(Context& context, const ResolvedParams& params,
                              const RequestExtras& extras) {
  // What libpq does not dial, or will refuse to, is none of the library's business: a host without
  // a name is a socket. One among others keeps its folder, as the list may come back with other names.
  std::string names, addresses, ports;
  std::vector<const char*> passwords;
  for (const ResolvedHost& entry : params.hosts) {
    const bool is_folder = entry.local && params.hosts.size() > 1 && is_socket_path(entry.host);
    append_part(names, entry, entry.is_dialled() || is_folder, entry.host);
    append_part(addresses, entry, entry.is_dialled(), entry.hostaddr);
    append_part(ports, entry, entry.has_valid_port(), entry.port);
    passwords.push_back(entry.password.c_str());
  }
  std::vector<pgiam_option> keywords = {{"host", names.c_str()}, {"port", ports.c_str()}};
  // libpq's messages name a host by its address where there is one.
  if (params.options.find("hostaddr")) keywords.push_back({"hostaddr", addresses.c_str()});
  for (const char* keyword : kKeywords)
    if (const char* value = params.options.find(keyword)) keywords.push_back({keyword, value});
  // One that is older than it has no Kerberos to switch off.
  if (!params.options.find("gssencmode")) keywords.push_back({"gssencmode", "disable"});
  if (!params.service.empty()) keywords.push_back({"service", params.service.c_str()});
  if (extras.sslmode) keywords.push_back({"sslmode", extras.sslmode});

  pgiam_request request = PGIAM_REQUEST_INIT;
  request.flags = extras.flags | PGIAM_REQUEST_WALKS_LIST;
  request.options = extras.options.data();
  request.option_count = extras.options.size();
  request.keywords = keywords.data();
  request.keyword_count = keywords.size();
  request.can_apply = "*";
  request.host_passwords = passwords.data();
  request.host_password_count = passwords.size();
  return context.attempt(request);
}

std::vector<pgiam_param> settings_of(const Attempt& attempt) {
  std::vector<pgiam_param> params = attempt.params();
  std::erase_if(params, [](const pgiam_param& param) { return param.flags & PGIAM_PARAM_SECRET; });
  return params;
}

std::string_view other_name(const pgiam_host& host) noexcept {
  if (!host.dial_host || strcmp(host.dial_host, host.host) == 0) return {};
  const std::string_view dialled = host.dial_host;  // as often as it has addresses
  return dialled.substr(0, dialled.find(','));
}

}  // namespace pgiam::host
