// A connection string for the libpq at hand, which may be older than the user's words.
#pragma once

#include <string>
#include <vector>

#include "secret_text.h"

namespace pgiam::cli::doctor {

struct KnownKeywords {
  host::SecretText conninfo;
  std::vector<std::string> set_aside;  // keywords that this libpq does not know
  std::vector<std::string> unread;     // variables that are set, and that it does not read
};

// Throws UsageError where the string cannot be read, or a keyword that protects would have to be set
// aside.
KnownKeywords keywords_known_to(int libpq_version, const std::string& conninfo);

}  // namespace pgiam::cli::doctor
