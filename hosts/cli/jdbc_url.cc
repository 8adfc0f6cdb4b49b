#include "jdbc_url.h"

#include <strings.h>

#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parameters.h"
#include "report.h"
#include "secret_text.h"

namespace pgiam::cli {
namespace {

using host::SecretText;

constexpr std::string_view kOurs = "pgiam.";
constexpr const char* kHint = "e.g. jdbc:postgresql://HOST:5432/DATABASE?user=NAME";

struct SameParameter {
  std::string_view jdbc;
  std::string_view libpq;
};
constexpr SameParameter kParameters[] = {
    {"user", "user"},
    {"password", "password"},
    {"sslmode", "sslmode"},
    {"sslrootcert", "sslrootcert"},
    {"gssEncMode", "gssencmode"},
    {"channelBinding", "channel_binding"},
    {"requireAuth", "require_auth"},
    {"service", "service"},
    {"ApplicationName", "application_name"},
    {"connectTimeout", "connect_timeout"},
    {"PGHOST", "host"},
    {"PGPORT", "port"},
    {"PGDBNAME", "dbname"},
};

// Cuts off what stands before the separator, and the separator; all where there is none.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return part;
}

// As java.net.URLDecoder has it: a plus stands for a blank.
std::string decoded(std::string_view text) {
  std::string plain;
  for (; !text.empty(); text.remove_prefix(1)) {
    unsigned char byte = static_cast<unsigned char>(text.front());
    if (byte == '%') {
      const std::string_view digits = text.substr(1, 2);
      const char* const last = digits.data() + digits.size();
      const auto [end, error] = std::from_chars(digits.data(), last, byte, 16);
      if (digits.size() < 2 || error != std::errc() || end != last || byte == 0)
        throw UsageError("the JDBC URL has a percent sign that encodes nothing",
                         "a percent sign itself is written %25");
      text.remove_prefix(2);
    } else if (byte == '+') {
      byte = ' ';
    }
    plain += static_cast<char>(byte);
  }
  return plain;
}

// "host:1,[::1]:2": what libpq keeps in two lists.
void append_hosts(SecretText& conninfo, std::string_view list) {
  std::string hosts, ports;
  const char* separator = "";
  do {
    std::string_view entry = take(list, ',');
    std::string_view host;
    if (entry.starts_with('[')) {
      entry.remove_prefix(1);
      host = take(entry, ']');
      take(entry, ':');
    } else {
      host = take(entry, ':');
    }
    hosts += separator + (host.empty() ? "localhost" : std::string(host));
    ports += separator + (entry.empty() ? "5432" : std::string(entry));
    separator = ",";
  } while (!list.empty());
  host::append_quoted(conninfo, "host", hosts);
  host::append_quoted(conninfo, "port", ports);
}

class JdbcUrl {
 public:
  explicit JdbcUrl(std::string_view rest) {
    std::string_view place = take(rest, '?');
    if (!place.starts_with("//")) {
      append_hosts(conninfo_, "");
    } else {
      place.remove_prefix(2);
      append_hosts(conninfo_, take(place, '/'));
    }
    if (!place.empty()) host::append_quoted(conninfo_, "dbname", decoded(place));
    while (!rest.empty()) read_parameter(take(rest, '&'));
    if (has_ssl_ && !has_sslmode_)
      host::append_quoted(conninfo_, "sslmode", wants_ssl_ ? "verify-full" : "prefer");
  }

  void apply_to(Arguments& arguments) const {
    arguments.words.front() = conninfo_.view();
    arguments.options.insert(arguments.options.begin(), options_.begin(), options_.end());
  }

 private:
  void read_parameter(std::string_view parameter) {
    const std::string key = decoded(take(parameter, '='));
    const std::string value = decoded(parameter);
    if (key.starts_with(kOurs) && !key.starts_with("pgiam.socketFactory"))  // that is the jar's
      options_.emplace_back(key.substr(kOurs.size()), value);
    // As pgjdbc and our jar have it (tests/hosts/jdbc_words.py).
    if (key == "ssl") wants_ssl_ = value.empty() || strcasecmp(value.c_str(), "true") == 0;
    has_ssl_ = has_ssl_ || key == "ssl";
    has_sslmode_ = has_sslmode_ || key == "sslmode";
    for (const SameParameter& same : kParameters)
      if (key == same.jdbc && !value.empty()) host::append_quoted(conninfo_, same.libpq, value);
  }

  SecretText conninfo_;
  std::vector<std::pair<std::string, std::string>> options_;
  bool has_ssl_ = false, wants_ssl_ = false, has_sslmode_ = false;
};

}  // namespace

void accept_jdbc_url(Arguments& arguments) {
  if (arguments.words.size() != 1) return;
  const std::string url = arguments.words.front();
  if (!url.starts_with("jdbc:")) return;
  for (std::string_view scheme : {"jdbc:postgresql:", "jdbc:pgiam:postgresql:", "jdbc:pgiam:"}) {
    if (url.starts_with(scheme))
      return JdbcUrl(std::string_view(url).substr(scheme.size())).apply_to(arguments);
  }
  throw UsageError("this JDBC URL is for another database", kHint);
}

}  // namespace pgiam::cli
