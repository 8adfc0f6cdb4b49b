#include "connection_url.h"

#include <algorithm>
#include <cctype>

#include "base/conninfo_keywords.h"

namespace pgiam::cli {
namespace {

using host::SecretText;

// They stand in the URL's other parts, or have done their work.
constexpr std::string_view kNoParameters[] = {"service", "user",     "password", "passfile",
                                              "dbname",  "host",     "hostaddr", "port"};

void append_encoded(SecretText& url, std::string_view text, std::string_view also_plain = "") {
  constexpr std::string_view kUnreserved = "-._~";
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_letter = byte < 0x80 && std::isalnum(byte);
    if (is_letter || kUnreserved.find(c) != kUnreserved.npos || also_plain.find(c) != also_plain.npos) {
      url.append({&c, 1});
      continue;
    }
    const char code[] = {'%', kHex[byte >> 4], kHex[byte & 15]};
    url.append({code, sizeof code});
  }
}

void append_host(SecretText& url, std::string_view host) {
  const bool is_ipv6 = host.find(':') != host.npos;
  if (is_ipv6) url.append("[");
  append_encoded(url, host, ":");
  if (is_ipv6) url.append("]");
}

bool is_parameter(std::string_view keyword) {
  return std::find(std::begin(kNoParameters), std::end(kNoParameters), keyword) ==
         std::end(kNoParameters);
}

}  // namespace

SecretText url_of(const Connection& connection, const Reply& reply) {
  SecretText url("postgresql://");
  append_encoded(url, connection.user());
  url.append(":");
  append_encoded(url, reply.param("password"));
  url.append("@");
  append_host(url, connection.host());
  url.append(":").append(connection.port()).append("/");
  append_encoded(url, connection.database());

  std::string_view mark = "?";
  const auto add = [&](std::string_view keyword, std::string_view value) {
    if (value.empty()) return;
    url.append(mark).append(keyword).append("=");
    append_encoded(url, value, "/:");  // legible paths
    mark = "&";
  };
  add("hostaddr", connection.hostaddr());
  for (const ConninfoKeyword& keyword : conninfo_keywords()) {
    if (!is_parameter(keyword.name)) continue;
    const char* set = reply.param(keyword.name);
    add(keyword.name, set ? set : connection.chosen(keyword.name));
  }
  return url;
}

}  // namespace pgiam::cli
