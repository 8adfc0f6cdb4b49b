#include "connection.h"

#include <string.h>

#include <charconv>
#include <cstdlib>
#include <functional>
#include <string_view>

#include "report.h"
#include "service_file.h"

namespace pgiam::cli {
namespace {

// libpq checks this value last of all, and quotes it when it objects: then the rest is resolved.
constexpr const char* kImpossible = "pgiam-resolves-only";

std::string without_newline(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// Of a string that it cannot read libpq quotes the part where it stumbled, be it of a password with
// a blank in it, and a URI as a whole.
std::string without_secrets(std::string message, const std::string& conninfo) {
  if (conninfo.find("://") != conninfo.npos) {
    if (const std::size_t at = message.find(conninfo); at != message.npos)
      message.replace(at, conninfo.size(), "…");
  }
  if (message.starts_with("missing \"=\" after") && conninfo.find("password") != conninfo.npos)
    return "the connection string holds a word without \"=\" (values with blanks need quotes: 'a "
           "b')";
  return message;
}

PGconn* resolve(const std::string& conninfo, const Arguments& arguments) {
  std::vector<const char*> keywords = {"dbname"}, values = {conninfo.c_str()};
  for (const auto& [keyword, value] : arguments.keywords) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.insert(keywords.end(), {"target_session_attrs", nullptr});
  values.insert(values.end(), {kImpossible, nullptr});
  return PQconnectStartParams(keywords.data(), values.data(), /*expand_dbname=*/1);
}

// Calls take(keyword, value) for each option that has a value, and wipes what libpq copied.
void for_each_option(PQconninfoOption* options,
                     const std::function<void(std::string_view, const char*)>& take) {
  for (PQconninfoOption* option = options; option && option->keyword; ++option) {
    if (!option->val) continue;
    take(option->keyword, option->val);
    explicit_bzero(option->val, strlen(option->val));
  }
  PQconninfoFree(options);
}

// libpq does not tell its default from the user's word.
bool is_sslmode_chosen(const std::string& conninfo, std::string_view in_force) {
  const char* variable = std::getenv("PGSSLMODE");
  if (in_force != "prefer" || (variable && *variable)) return true;
  variable = std::getenv("PGSERVICE");
  std::string service = variable ? variable : "";
  bool mentioned = false;
  for_each_option(PQconninfoParse(conninfo.c_str(), nullptr),
                  [&](std::string_view keyword, const char* value) {
                    mentioned |= keyword == "sslmode";
                    if (keyword == "service") service = value;
                  });
  return mentioned || (!service.empty() && host::service_sets(service, "sslmode"));
}

}  // namespace

std::uint32_t read_port(std::string_view text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535)
    throw UsageError("\"" + std::string(text) + "\" is no port",
                     "a port is a number from 1 to 65535");
  return port;
}

Connection::Connection(const std::string& conninfo, const Arguments& arguments)
    : resolved_(resolve(conninfo, arguments)) {
  if (!resolved_) throw std::bad_alloc();
  const std::string message = PQerrorMessage(resolved_.get());
  if (message.find(kImpossible) == message.npos)
    throw UsageError(without_secrets(without_newline(message), conninfo),
                     "CONNINFO is what psql takes: pgiam help token");

  std::string hosts, sslmode;
  for_each_option(PQconninfo(resolved_.get()), [&](std::string_view keyword, const char* value) {
    if (keyword == "host" || keyword == "hostaddr") hosts += value;
    if (keyword == "sslmode") sslmode = value;
  });
  if (hosts.empty())
    throw UsageError("no host is given", "say it: \"host=… user=…\", --host, or PGHOST");
  if (hosts.find(',') != hosts.npos)
    remark(std::string("of several hosts, this is about the first: ") + PQhost(resolved_.get()));
  port_ = read_port(PQport(resolved_.get()));
  if (is_sslmode_chosen(conninfo, sslmode)) sslmode_ = sslmode;
}

Request Connection::request() const {
  return Request(PQhost(resolved_.get()))
      .port(port_)
      .user(PQuser(resolved_.get()))
      .database(PQdb(resolved_.get()));
}

Request Connection::request_as_dialled() const {
  return request_to_send().password(PQpass(resolved_.get()));
}

std::string chosen_database(const std::string& conninfo, const Arguments& arguments) {
  Arguments as_another = arguments;
  as_another.keywords.emplace_back("user", kImpossible);
  const std::unique_ptr<PGconn, void (*)(PGconn*)> resolved(resolve(conninfo, as_another),
                                                            PQfinish);
  const std::string database = resolved && PQdb(resolved.get()) ? PQdb(resolved.get()) : "";
  return database == kImpossible ? "" : database;
}

}  // namespace pgiam::cli
