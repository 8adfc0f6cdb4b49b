// libpq's connection strings: key = value pairs, and postgresql:// URIs. Accepts, refuses and
// understands what PQconninfoParse does, with the keywords of PostgreSQL 18; reads no file and no
// variable. PostgreSQL documentation, "Connection Strings".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace pgiam {

struct ConninfoEntry {
  std::string keyword;
  Secret value;            // any of them: what a person took for something else may stand here
  bool is_secret = false;  // not to be shown
};

enum class UnknownKeywords { kRefuse, kKeep };

// Each keyword once, in the order of their first mention, with the last value that is given for it.
// Errors name the place and quote no value.
Result<std::vector<ConninfoEntry>> parse_conninfo(std::string_view text,
                                                  UnknownKeywords = UnknownKeywords::kRefuse);

}  // namespace pgiam
