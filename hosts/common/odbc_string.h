// Connection strings as ODBC defines them: KEY=value;KEY={va;lue};… Pure.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "secret_text.h"

namespace pgiam::odbc {

bool same_key(std::string_view a, std::string_view b);  // case does not matter

class ConnectionString {
 public:
  struct Pair {
    std::string key;         // as it was written
    host::SecretText value;  // what is meant
    host::SecretText raw;    // as it was written, braces and all
  };

  // nullopt: a brace is never closed, or something follows the closing one.
  static std::optional<ConnectionString> parse(std::string_view text);

  void add(std::string_view key, std::string_view value, std::string_view raw);

  // The value of the first of these synonyms that occurs; nullptr: none does.
  const host::SecretText* find(std::initializer_list<const char*> synonyms) const;

  // In the order of the string. Of a key that came twice only the first is left, and of DSN and
  // DRIVER, and of DSN and FILEDSN, the one that came first.
  const std::vector<Pair>& pairs() const { return pairs_; }
  // Whether something was left out.
  bool has_repeats() const { return has_repeats_; }

 private:
  bool has(std::string_view key) const;
  bool is_overruled(std::string_view key) const;

  std::vector<Pair> pairs_;
  bool has_repeats_ = false;
};

// {value}, its closing braces doubled.
host::SecretText braced(std::string_view value);

void append_pair(host::SecretText& text, std::string_view key, std::string_view raw);

}  // namespace pgiam::odbc
