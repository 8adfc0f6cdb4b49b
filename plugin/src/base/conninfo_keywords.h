// The keywords of libpq's connection strings (PostgreSQL documentation, "Parameter Key Words"), the
// one list of them. Includes nothing of the core: hosts share it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pgiam {

// What is the case with a keyword beside its name.
constexpr unsigned kSecretKeyword = 1;      // its value is for nobody's eyes
constexpr unsigned kProtectiveKeyword = 2;  // leaving it out would give up what it protects from

struct ConninfoKeyword {
  const char* name;
  const char* variable;  // what libpq reads where nobody gives a value; nullptr: nothing
  const char* fallback;  // libpq's own default; nullptr: none, or one that it works out
  int since;             // the libpq that learnt it; 0: every one that is still about
  unsigned flags;

  bool is_secret() const { return (flags & kSecretKeyword) != 0; }
  bool is_protective() const { return (flags & kProtectiveKeyword) != 0; }
};

// What sslmode may be, from the weakest to the strictest.
inline constexpr std::string_view kSslModes[] = {"disable", "allow",     "prefer",
                                                 "require", "verify-ca", "verify-full"};

// As of PostgreSQL 18, in libpq's order.
std::span<const ConninfoKeyword> conninfo_keywords();
// nullptr: there is none of that name.
const ConninfoKeyword* find_conninfo_keyword(std::string_view name);
// What a mistyped name was meant to be; "" where nothing is near.
std::string nearest_conninfo_keyword(std::string_view name);

// As libpq tells them from a database's name.
bool is_conninfo_uri(std::string_view text);
inline bool is_conninfo(std::string_view text) {
  return text.find('=') != std::string_view::npos || is_conninfo_uri(text);
}

}  // namespace pgiam
