#include "flow/attempt/host_in_message.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "flow/quotation.h"

namespace pgiam {
namespace {

// "connection to server at "db" (10.0.0.1), port 5432 failed: …": the port is the next number, in all
// languages, but for one in the parentheses.
constexpr std::size_t kFarthest = 120;

struct Mention {
  std::size_t end = 0;  // of the port
  std::size_t host = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// As libpq shows it: the address where one is given.
std::string_view shown(const HostEntry& entry) {
  return entry.hostaddr.empty() ? std::string_view(entry.host) : entry.hostaddr;
}

// Where the number ends that comes next, if it is this one.
std::optional<std::size_t> end_of_port(std::string_view message, std::size_t at,
                                       std::string_view port) {
  const std::size_t limit = std::min(message.size(), at + kFarthest);
  while (at < limit && message[at] == ' ') ++at;
  if (at < limit && message[at] == '(') at = std::min(message.find(')', at), limit);
  while (at < limit && !is_digit(message[at])) ++at;
  if (!message.substr(at).starts_with(port)) return std::nullopt;
  at += port.size();
  return at < message.size() && is_digit(message[at]) ? std::nullopt : std::optional(at);
}

// The end of the last mention of a TCP host.
std::size_t last_mention(const HostEntry& entry, const std::string& port,
                         std::string_view message) {
  std::size_t last = 0;
  for (const auto& [open, close] : kQuotationMarks) {
    const std::string quoted = std::string(open).append(shown(entry)).append(close);
    for (auto at = message.find(quoted); at != message.npos; at = message.find(quoted, at + 1))
      last = std::max(last, end_of_port(message, at + quoted.size(), port).value_or(0));
  }
  return last;
}

// The same of a socket, which has the port in its name; in the default folder where none is given.
std::size_t last_mention_of_socket(const HostEntry& entry, const std::string& port,
                                   std::string_view message) {
  const std::string path = entry.host + "/.s.PGSQL." + port;
  const auto at = message.rfind(path);
  return at == message.npos ? 0 : at + path.size();
}

// Before PostgreSQL 14 a mention ended its line, and what a server said came without one.
bool is_followed_by_another(std::string_view message, std::size_t end) {
  const std::string_view rest = message.substr(end);
  const std::string_view line = rest.substr(0, rest.find('\n'));
  const bool has_own_words = line.find_first_not_of("? \t\r.") != line.npos;
  return !has_own_words && !trim(rest.substr(line.size())).empty();
}

}  // namespace

std::optional<std::size_t> host_in_message(const std::vector<HostEntry>& hosts,
                                           std::string_view message) {
  Mention last;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const std::string port = std::to_string(hosts[i].port);
    const std::size_t end = is_socket(shown(hosts[i]))
                                ? last_mention_of_socket(hosts[i], port, message)
                                : last_mention(hosts[i], port, message);
    if (end > last.end) last = {end, i};
  }
  if (last.end == 0 || is_followed_by_another(message, last.end)) return std::nullopt;
  return last.host;
}

}  // namespace pgiam
