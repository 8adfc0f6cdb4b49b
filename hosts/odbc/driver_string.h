// The connection string that the real driver gets.
#pragma once

#include <string>
#include <vector>

#include "odbc_string.h"
#include "pgiam.h"
#include "odbc_target.h"

namespace pgiam::odbc {

// How libpq gets at the passwords: from a file, if `password` is NULL.
struct PasswordParameters {
  std::string passfile;
  const char* password = nullptr;
};

// What was given, with what is to be set over it. The token is not in it, unless `password` is one:
// psqlODBC writes what it is given into its log files and returns it.
host::SecretText make_string(const ConnectionString& given, const OdbcTarget& target,
                             const std::vector<pgiam_param>& settings,
                             const PasswordParameters& passwords);

}  // namespace pgiam::odbc
