// The connection string that the real driver gets.
#pragma once

#include <string>
#include <vector>

#include "connection_string.h"
#include "pgiam.hpp"
#include "probe.h"
#include "target.h"

namespace pgiam::odbc {

// A host that is ours, and its token.
struct HostAttempt {
  const host::ResolvedHost* entry;
  Reply token;
};

// The token is not in it, unless `password` is one: psqlODBC writes what it is given into its log
// files and returns it.
host::SecretText make_string(const ConnectionString& given, const Target& target,
                             const std::vector<HostAttempt>& attempts, const std::string& passfile,
                             const char* password);

}  // namespace pgiam::odbc
