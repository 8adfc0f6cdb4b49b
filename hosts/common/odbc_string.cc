#include "odbc_string.h"

#include <algorithm>

#include "base/text.h"

namespace pgiam::odbc {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Takes what is before the separator, and the separator.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return taken;
}

// Takes a value in braces and the semicolon after it; nullopt: they are not in order.
std::optional<host::SecretText> take_braced(std::string_view& text, std::string_view& raw) {
  const std::string_view whole = text;
  host::SecretText value;
  text.remove_prefix(1);
  for (;;) {
    const std::size_t brace = text.find('}');
    if (brace == text.npos) return std::nullopt;
    value.append(text.substr(0, brace));
    text.remove_prefix(brace + 1);
    if (!text.starts_with('}')) break;
    value.append("}");
    text.remove_prefix(1);
  }
  raw = whole.substr(0, whole.size() - text.size());
  if (!trim(take_until(text, ';')).empty()) return std::nullopt;
  return value;
}

std::string_view skip_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text;
}

}  // namespace

bool same_key(std::string_view a, std::string_view b) { return equals_ignore_case(a, b); }

std::optional<ConnectionString> ConnectionString::parse(std::string_view text) {
  ConnectionString parsed;
  while (!text.empty()) {
    const std::size_t end_of_key = text.find_first_of("=;");
    const std::string_view key = trim(text.substr(0, end_of_key));
    if (end_of_key == text.npos || text[end_of_key] == ';') {  // a key alone says nothing
      take_until(text, ';');
      continue;
    }
    text = skip_blanks(text.substr(end_of_key + 1));
    if (text.starts_with('{')) {
      std::string_view raw;
      std::optional<host::SecretText> value = take_braced(text, raw);
      if (!value) return std::nullopt;
      parsed.add(key, value->view(), raw);
    } else {
      const std::string_view raw = trim(take_until(text, ';'));
      parsed.add(key, raw, raw);
    }
  }
  return parsed;
}

void ConnectionString::add(std::string_view key, std::string_view value, std::string_view raw) {
  if (has(key) || is_overruled(key)) {
    has_repeats_ = true;
  } else {
    pairs_.push_back({std::string(key), host::SecretText(value), host::SecretText(raw)});
  }
}

bool ConnectionString::has(std::string_view key) const {
  for (const Pair& pair : pairs_) {
    if (same_key(pair.key, key)) return true;
  }
  return false;
}

bool ConnectionString::is_overruled(std::string_view key) const {
  if (same_key(key, "DSN")) return has("DRIVER") || has("FILEDSN");
  return (same_key(key, "DRIVER") || same_key(key, "FILEDSN")) && has("DSN");
}

const host::SecretText* ConnectionString::find(std::initializer_list<const char*> synonyms) const {
  for (const Pair& pair : pairs_) {
    for (const char* name : synonyms) {
      if (same_key(pair.key, name)) return &pair.value;
    }
  }
  return nullptr;
}

host::SecretText braced(std::string_view value) {
  host::SecretText text("{");
  for (std::size_t brace; (brace = value.find('}')) != value.npos;) {
    text.append(value.substr(0, brace)).append("}}");
    value.remove_prefix(brace + 1);
  }
  text.append(value).append("}");
  return text;
}

void append_pair(host::SecretText& text, std::string_view key, std::string_view raw) {
  text.append(key).append("=").append(raw).append(";");
}

}  // namespace pgiam::odbc
