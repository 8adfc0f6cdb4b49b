#include "base/pgpass.h"

namespace pgiam::pgpass {
namespace {

// libpq's name for connections through the socket folder that it was built with. Not every libpq
// was built with the same one; this is the usual one of the platform.
#ifdef __linux__
constexpr std::string_view kSocketFolder = "/var/run/postgresql";
#else
constexpr std::string_view kSocketFolder = "/tmp";
#endif

std::string_view known_host(std::string_view host) {
  return host.empty() || host == kSocketFolder ? "localhost" : host;
}

bool take(std::string_view& line, std::string_view text) {
  return take_wildcard(line) || take_field(line, text);
}

}  // namespace

std::string_view take_line(std::string_view& content) {
  const auto end = content.find('\n');
  const std::string_view line = content.substr(0, end == content.npos ? end : end + 1);
  content.remove_prefix(line.size());
  return line;
}

std::string_view end_of(std::string_view line) {
  if (line.ends_with("\r\n")) return line.substr(line.size() - 2);
  return line.ends_with('\n') ? line.substr(line.size() - 1) : std::string_view();
}

std::string_view without_end(std::string_view line) {
  const auto last = line.find_last_not_of("\r\n");
  return line.substr(0, last == line.npos ? 0 : last + 1);
}

// As libpq compares: a ':' of the text matches one that is not escaped, too.
bool take_field(std::string_view& line, std::string_view text) {
  std::size_t at = 0;
  for (char c : text) {
    if (at < line.size() && line[at] == '\\') ++at;
    if (at == line.size() || line[at] != c) return false;
    ++at;
  }
  if (at == line.size() || line[at] != ':') return false;
  line.remove_prefix(at + 1);
  return true;
}

bool take_wildcard(std::string_view& line) {
  if (!line.starts_with("*:")) return false;
  line.remove_prefix(2);
  return true;
}

std::optional<Found> find(std::string_view content, const Connection& connection) {
  const std::string_view host = known_host(connection.host);
  for (int number = 1; !content.empty(); ++number) {
    std::string_view line = take_line(content);
    if (line.starts_with('#')) continue;
    line = without_end(line);
    if (take(line, host) && take(line, connection.port) && take(line, connection.database) &&
        take(line, connection.user))
      return Found{line, number};
  }
  return std::nullopt;
}

std::size_t unescape(std::string_view escaped, char* out) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < escaped.size() && escaped[i] != ':'; ++i) {
    if (escaped[i] == '\\' && i + 1 < escaped.size()) ++i;
    out[size++] = escaped[i];
  }
  return size;
}

}  // namespace pgiam::pgpass
