#include "abi/request.h"

#include <algorithm>
#include <iterator>

#include "abi/guard.h"
#include "flow/attempt/host_list.h"
#include "flow/attempt/keywords.h"

namespace pgiam {
namespace {

constexpr std::uint32_t kKnownFlags = PGIAM_REQUEST_REFRESH | PGIAM_REQUEST_NO_INTERACTION |
                                      PGIAM_REQUEST_RESOLVE | PGIAM_REQUEST_NO_WAIT |
                                      PGIAM_REQUEST_WALKS_LIST | PGIAM_REQUEST_LATE_PASSWORD;

// What a password is sent over, beside what a Request has fields for.
constexpr std::string_view kKeptKeywords[] = {"sslrootcert", "gssencmode", "channel_binding",
                                              "require_auth", "passfile",   "service"};

Result<void> read_pairs(const pgiam_option* pairs, std::size_t count, const char* name,
                        std::vector<OptionValue>& into) {
  if (pairs == nullptr)
    return invalid_argument("request." + std::string(name) + "s is NULL, but " + name +
                            "_count is not 0");
  for (std::size_t i = 0; i < count; ++i) {
    if (view(pairs[i].key).empty())
      return invalid_argument((*name == 'o' ? "an " : "a ") + std::string(name) + " has no key");
    into.emplace_back(pairs[i].key, view(pairs[i].value));
  }
  return {};
}

// The fields that are not given are read from their keywords.
void fill_from(const std::vector<OptionValue>& keywords, HostRequest& read) {
  const auto fill = [&](std::string_view& field, std::string_view keyword) {
    if (field.empty()) field = value_of(keywords, keyword);
  };
  fill(read.host, "host");
  fill(read.hostaddr, "hostaddr");
  if (read.request.port == 0) read.port = value_of(keywords, "port");
  fill(read.request.user, "user");
  fill(read.request.database, "dbname");
  fill(read.request.password, "password");
  fill(read.request.sslmode, "sslmode");
  for (std::string_view kept : kKeptKeywords)
    if (const auto value = value_of(keywords, kept); !value.empty())
      read.request.keywords.emplace_back(kept, value);
}

}  // namespace

Result<void> read_request_for_list(const pgiam_context& context, const pgiam_request* given,
                                   HostRequest& read) {
  if (given == nullptr) return invalid_argument("request is NULL");
  Given<pgiam_request> raw;
  auto is_read = raw.read(given, "request");
  if (!is_read) return is_read;
  if ((raw->flags & ~kKnownFlags) != 0 || raw->reserved != 0)
    return make_error(Status::kUnsupported, "request has flags that this version does not know");
  if (raw->port > 65535) return invalid_argument("request.port is larger than 65535");
  if (raw->timeout_ms < 0) return invalid_argument("request.timeout_ms is negative");
  if (raw->credentials != nullptr && view(raw->credentials_identity).empty())
    return invalid_argument("request.credentials is given, but no credentials_identity");

  Request& request = read.request;
  read.host = view(raw->host);
  request.user = view(raw->user);
  request.database = view(raw->database);
  request.password = view(raw->password);
  request.sslmode = view(raw->sslmode);
  request.port = static_cast<std::uint16_t>(raw->port);
  request.timeout = Milliseconds{raw->timeout_ms};
  request.refresh = (raw->flags & PGIAM_REQUEST_REFRESH) != 0;
  request.no_interaction = (raw->flags & PGIAM_REQUEST_NO_INTERACTION) != 0;
  request.resolve = (raw->flags & PGIAM_REQUEST_RESOLVE) != 0;
  request.can_apply = view(raw->can_apply);
  read.no_wait = (raw->flags & PGIAM_REQUEST_NO_WAIT) != 0;
  read.walks_list = (raw->flags & PGIAM_REQUEST_WALKS_LIST) != 0;
  read.may_be_late = read.walks_list && !read.no_wait &&
                     (raw->flags & PGIAM_REQUEST_LATE_PASSWORD) != 0;
  if (context.questions.has_any()) read.functions = context.questions;
  if (raw->credentials != nullptr) {
    read.functions.credentials = raw->credentials;
    read.functions.credentials_user_data = raw->credentials_user_data;
    read.functions.identity = view(raw->credentials_identity);
  }

  if (raw->host_passwords == nullptr && raw->host_password_count > 0)
    return invalid_argument("request.host_passwords is NULL, but host_password_count is not 0");
  for (std::size_t i = 0; i < raw->host_password_count; ++i)
    read.host_passwords.push_back(view(raw->host_passwords[i]));

  if (raw->option_count > 0) {
    auto options = read_pairs(raw->options, raw->option_count, "option", request.options);
    if (!options) return options;
  }
  read.has_keywords = raw->keyword_count > 0;
  if (read.has_keywords) {
    std::vector<OptionValue> keywords;
    auto given_keywords = read_pairs(raw->keywords, raw->keyword_count, "keyword", keywords);
    if (!given_keywords) return given_keywords;
    fill_from(keywords, read);
  }
  return {};
}

Result<void> read_request(const pgiam_context& context, const pgiam_request* given,
                          HostRequest& read) {
  auto is_read = read_request_for_list(context, given, read);
  if (!is_read) return is_read;
  Request& request = read.request;
  request.host = read.host;
  request.hostaddr = read.hostaddr;
  if (!read.has_keywords) return {};

  const auto hosts = pair_hosts(read.host, read.hostaddr, read.port);
  if (!hosts) return hosts.error();
  if (hosts->size() > 1) return invalid_argument("a list of hosts takes an attempt");
  if (request.host.empty()) request.host = read.hostaddr;
  if (request.port == 0) request.port = hosts->front().port;
  return {};
}

}  // namespace pgiam
