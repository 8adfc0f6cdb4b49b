#include "pgpass.h"

#include <optional>
#include <vector>

#include "base/pgpass.h"

namespace pgiam::keeper {
namespace {

using host::SecretText;
using namespace pgiam::pgpass;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::vector<std::string_view> fields_of(const Entry& entry) {
  const std::string_view database = entry.database;
  return {entry.host, entry.port, database.empty() ? "*" : database, entry.user};
}

// The host, the port and the user are names; of the database "" stands for all.
bool is_wildcard(const Entry& entry, std::size_t field) {
  return field == 2 && entry.database.empty();
}

// Each line with its end, if it has one.
std::vector<std::string_view> split_lines(std::string_view content) {
  std::vector<std::string_view> lines;
  while (!content.empty()) lines.push_back(take_line(content));
  return lines;
}

// Where the line's four fields are, word for word, the entry's: the rest of it.
std::optional<std::string_view> password_of_own(std::string_view line, const Entry& entry) {
  line = without_end(line);
  const auto fields = fields_of(entry);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool any = line.starts_with("*:");
    if (any != is_wildcard(entry, i)) return std::nullopt;
    if (any ? !take_wildcard(line) : !take_field(line, fields[i])) return std::nullopt;
  }
  return line;
}

// Whether libpq would take this line for all connections of the entry.
bool covers(std::string_view line, const Entry& entry) {
  if (line.starts_with('#')) return false;
  line = without_end(line);
  const auto fields = fields_of(entry);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (take_wildcard(line)) continue;
    if (is_wildcard(entry, i) || !take_field(line, fields[i])) return false;
  }
  return true;
}

void append_field(SecretText& to, std::string_view text) {
  if (text == "*") to.append("\\");  // a name, not the wildcard
  to.append_escaped(text, kSpecials);
}

void append_line(SecretText& to, const Entry& entry, std::string_view password,
                 std::string_view end) {
  const auto fields = fields_of(entry);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (is_wildcard(entry, i))
      to.append("*");
    else
      append_field(to, fields[i]);
    to.append(":");
  }
  append_field(to, password);
  to.append(end);
}

struct Place {
  std::size_t own = kNone;    // the first line that is the entry's
  std::size_t first = kNone;  // the first that libpq would take
};

Place find_place(const std::vector<std::string_view>& lines, const Entry& entry) {
  Place place;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (place.own == kNone && password_of_own(lines[i], entry)) place.own = i;
    if (place.first == kNone && covers(lines[i], entry)) place.first = i;
  }
  return place;
}

}  // namespace

std::string why_not_writable(const Entry& entry) {
  for (std::string_view field : fields_of(entry)) {
    if (field.find_first_of("\r\n") != field.npos) return "a name with a line break fits no line";
  }
  if (entry.host.starts_with('#')) return "a line that starts with # is a comment";
  return "";
}

SecretText with_password(std::string_view content, const Entry& entry, std::string_view password) {
  const auto lines = split_lines(content);
  const Place place = find_place(lines, entry);
  const std::string_view end =
      lines.empty() || end_of(lines[0]).empty() ? "\n" : end_of(lines[0]);

  SecretText result;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == place.first) {
      append_line(result, entry, password, i == place.own ? end_of(lines[i]) : end);
    }
    if (i != place.own) result.append(lines[i]);
  }
  if (place.first != kNone) return result;
  if (!lines.empty() && end_of(lines.back()).empty()) result.append(end);
  append_line(result, entry, password, end);
  return result;
}

SecretText without_password(std::string_view content, const Entry& entry,
                            std::string_view password) {
  SecretText escaped;
  append_field(escaped, password);
  SecretText result;
  bool found = false;
  for (std::string_view line : split_lines(content)) {
    const auto own = password_of_own(line, entry);
    const bool goes = !found && own && *own == escaped.view();
    found = found || own;
    if (!goes) result.append(line);
  }
  return result;
}

}  // namespace pgiam::keeper
