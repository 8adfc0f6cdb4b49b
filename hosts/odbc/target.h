// What a connection string and its data source say, in libpq's words, as psqlODBC understands them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "connection_string.h"
#include "installer.h"
#include "parameters.h"

namespace pgiam::odbc {

struct Target {
  host::SecretText host, port, user, dbname, password;
  std::string sslmode;  // "": nobody said one
  // The rest: what pqopt={…} holds, libpq's own keywords.
  std::vector<std::pair<std::string, host::SecretText>> more;
  // Our options: {"PgiamRoleArn", …} as {"role_arn", …}.
  std::vector<std::pair<std::string, std::string>> options;
  std::string driver;  // PgiamDriver

  const host::SecretText* find_more(std::string_view keyword) const;
  // As psqlODBC would call libpq; borrowed from this.
  host::Parameters parameters() const;
};

// The string wins over the data source that it names.
Target read_target(const ConnectionString& string, const Installer& installer);

// PgiamSomething.
bool is_ours(std::string_view key);

// Keys that the shim writes anew into a string for the real driver.
bool is_rewritten(std::string_view key);

}  // namespace pgiam::odbc
