// What a connection string and its data source say, in libpq's words, as psqlODBC understands them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "odbc_string.h"
#include "odbc_installer.h"
#include "parameters.h"
#include "pgiam.hpp"

namespace pgiam::odbc {

struct OdbcTarget {
  // libpq's keywords, each once, none of them empty: psqlODBC's own keys first, then what else
  // pqopt={…} holds.
  std::vector<std::pair<std::string, host::SecretText>> keywords;
  // Our options: {"PgiamRoleArn", …} as {"rolearn", …}.
  std::vector<std::pair<std::string, std::string>> options;
  std::string driver;       // PgiamDriver
  bool is_readable = true;  // false: libpq will refuse the pqopt

  const host::SecretText* find(std::string_view keyword) const;
  // As psqlODBC would call libpq; borrowed from this.
  host::Parameters parameters() const;
};

// Reads a pqopt as libpq reads connection strings: calls give(keyword, value) for what it says.
// False: there is no reading it.
using Give = std::function<void(std::string_view keyword, const char* value)>;
using ReadPqopt = std::function<bool(const char* pqopt, const Give& give)>;

// The string wins over the data source that it names.
OdbcTarget read_target(const ConnectionString& string, const Installer& installer,
                   const ReadPqopt& read_pqopt);

// The plugin's name of one of OdbcTarget's options; of an unknown one that itself.
std::string plugin_option(const std::vector<pgiam_option_info>& known, const std::string& option);

// PgiamSomething.
bool is_ours(std::string_view key);

// Keys that the shim writes anew into a string for the real driver.
bool is_rewritten(std::string_view key);

// psqlODBC's key for one of libpq's keywords; nullptr: that goes into the pqopt.
const char* key_of(std::string_view keyword);

}  // namespace pgiam::odbc
