#include "connection.h"

#include <charconv>

#include "base/conninfo_keywords.h"
#include "base/shell.h"
#include "parameters.h"
#include "report.h"
#include "saved_password.h"

namespace pgiam::cli {
namespace {

using host::ResolvedConninfo;

constexpr const char* kWhatItIs = "CONNINFO is what psql takes: pgiam help token";

// As libpq takes the first dbname: a connection string, or else a database's name.
void give_conninfo(const std::string& conninfo, ResolvedConninfo& resolved) {
  if (!is_conninfo(conninfo)) {
    if (!conninfo.empty()) resolved.give("dbname", conninfo);
    return;
  }
  const Conninfo parsed = read_conninfo(conninfo);
  for (const pgiam_param& param : parsed.params()) resolved.give(param.key, param.value);
}

ResolvedConninfo resolve(const std::string& conninfo, const Arguments& arguments) {
  ResolvedConninfo resolved;
  try {
    give_conninfo(conninfo, resolved);
    for (const auto& [keyword, value] : arguments.keywords)
      if (!value.empty()) resolved.give(keyword, value);
    resolved.add_defaults();
  } catch (const host::ConninfoError& error) {
    throw UsageError(error.what(), error.hint().empty() ? kWhatItIs : error.hint());
  }
  return resolved;
}

// A list of one is for all hosts.
std::string part_of(const std::string& list, std::size_t index) {
  const std::vector<std::string> parts = host::split_list(list);
  return parts.size() == 1 ? parts.front() : parts[index];
}

std::size_t count_hosts(const ResolvedConninfo& resolved) {
  const std::string hosts = resolved.value("host"), addresses = resolved.value("hostaddr");
  return host::split_list(addresses.empty() ? hosts : addresses).size();
}

std::string or_else(std::string text, const std::string& other) {
  return text.empty() ? other : text;
}

// A word alone is a database's name, to psql and so to us.
UsageError no_host(const std::string& database) {
  if (database.find('.') == database.npos ||
      database.find('@') != database.npos)  // may hold a password
    return UsageError("no host is given", "give one: \"host=… user=…\", --host, or PGHOST");
  return UsageError(
      "no host is given: \"" + database + "\" is taken for the name of a database, as psql does",
      "if it is the host: --host " + shell_word(database));
}

}  // namespace

Conninfo read_conninfo(const std::string& text) {
  Result<Conninfo> parsed = Conninfo::parse(text.c_str());
  if (parsed) return std::move(parsed).value();
  const char* hint = parsed.error().hint();
  throw UsageError(parsed.error().what(), *hint ? hint : kWhatItIs);
}

std::uint32_t read_port(std::string_view text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535)
    throw UsageError("\"" + std::string(text) + "\" is no port",
                     "a port is a number from 1 to 65535");
  return port;
}

Connection::Connection(ResolvedConninfo resolved, std::size_t index)
    : resolved_(std::move(resolved)),
      host_(part_of(resolved_.value("host"), index)),
      hostaddr_(part_of(resolved_.value("hostaddr"), index)) {
  if (resolved_.value("host").empty() && resolved_.value("hostaddr").empty())
    throw no_host(chosen("dbname"));
  host_ = or_else(host_, hostaddr_);
  port_ = read_port(or_else(part_of(resolved_.value("port"), index), "5432"));
}

Connection::Connection(const std::string& conninfo, const Arguments& arguments)
    : Connection(resolve(conninfo, arguments), 0) {
  if (count_hosts(resolved_) > 1) remark("of several hosts, this is about the first: " + host_);
}

std::vector<std::shared_ptr<const Connection>> Connection::to_each_host(
    const std::string& conninfo, const Arguments& arguments) {
  const std::size_t count = count_hosts(resolve(conninfo, arguments));
  std::vector<std::shared_ptr<const Connection>> all;
  for (std::size_t i = 0; i < count; ++i)
    all.emplace_back(new Connection(resolve(conninfo, arguments), i));
  return all;
}

const char* Connection::chosen(std::string_view keyword) const {
  const char* value = resolved_.is_default(keyword) ? nullptr : resolved_.find(keyword);
  return value ? value : "";
}

Request Connection::request() const {
  return Request(host_).port(port_).user(user()).database(database());
}

Request Connection::request_to_send() const {
  Request request = this->request().sslmode(chosen("sslmode")).keyword("hostaddr", hostaddr_);
  for (const char* keyword :
       {"sslrootcert", "gssencmode", "channel_binding", "require_auth", "service"})
    request.keyword(keyword, chosen(keyword));
  return request;
}

Request Connection::request_as_dialled() {
  const char* password = resolved_.find("password");
  if (!password || !*password) {
    const std::string port = this->port(), user = this->user();
    const std::string database = this->database();
    saved_password_ =
        host::saved_password(resolved_.value("passfile"), {host_, port, database, user});
    password = saved_password_.c_str();
  }
  return request_to_send().password(password);
}

}  // namespace pgiam::cli
