#include "odbc_source.h"

#include <optional>
#include <string>

#include "base/conninfo_keywords.h"
#include "connection.h"
#include "odbc_installer.h"
#include "odbc_target.h"
#include "report.h"
#include "secret_text.h"

namespace pgiam::cli {
namespace {

using odbc::ConnectionString;
using odbc::Installer;

constexpr const char* kHint = "e.g. Driver=pgiam;Server=HOST;Port=5432;UID=NAME;Database=NAME";

// What begins one. libpq's own keywords are in lower case, and none of these is among them.
bool may_be_odbc(const std::string& text) {
  const std::string first = text.substr(0, text.find('='));
  if (first.size() == text.size() || find_conninfo_keyword(first.c_str())) return false;
  for (const char* key : {"DSN", "Driver", "FileDSN"})
    if (odbc::same_key(first, key)) return true;
  return odbc::is_rewritten(first) || odbc::is_ours(first);
}

void demand_data_source(const ConnectionString& string, const Installer& installer) {
  if (string.find({"FileDSN"}))
    throw UsageError("a FILEDSN is not read", "give what the file holds: " + std::string(kHint));
  const host::SecretText* name = string.find({"DSN"});
  if (!name || !installer.keys(std::string(name->view()), odbc::kOdbcIni).empty()) return;
  const bool can_look = !installer.folder().empty();
  throw UsageError("there is no data source \"" + std::string(name->view()) + "\"" +
                       (can_look ? "" : ": there is no ODBC installer library to look with"),
                   can_look ? "see which there are: odbcinst -q -s"
                            : "install the driver manager; Debian: apt-get install unixodbc "
                              "odbcinst");
}

bool read_pqopt(const char* pqopt, const odbc::Give& give) {
  const Conninfo options = read_conninfo(pqopt);
  for (const pgiam_param& param : options.params()) give(param.key, param.value);
  return true;
}

// Where a password comes from that the string itself does not hold.
std::string origin_of_password(const ConnectionString& string, const odbc::OdbcTarget& target) {
  const host::SecretText* source = string.find({"DSN"});
  if (!source || !target.find("password") || string.find({"PWD", "Password"})) return "";
  return "the data source \"" + std::string(source->view()) + "\" (odbc.ini)";
}

}  // namespace

void accept_odbc_string(Arguments& arguments) {
  if (arguments.words.size() != 1 || !may_be_odbc(arguments.words.front())) return;
  const std::optional<ConnectionString> string = ConnectionString::parse(arguments.words.front());
  if (!string)
    throw UsageError("the ODBC connection string has a brace that is not closed, or something "
                     "behind a closing one",
                     "a value with a semicolon is written {va;lue}, a closing brace in it }}");
  const Installer installer = Installer::find(nullptr);
  demand_data_source(*string, installer);
  const odbc::OdbcTarget target = odbc::read_target(*string, installer, read_pqopt);
  if (!target.find("host")) throw UsageError("the ODBC connection string names no Server", kHint);

  host::SecretText conninfo;
  for (const auto& [keyword, value] : target.keywords)
    host::append_quoted(conninfo, keyword, value.view());
  arguments.words.front() = conninfo.view();
  arguments.password_from = origin_of_password(*string, target);
  std::vector<std::pair<std::string, std::string>> options;
  for (const auto& [squeezed, value] : target.options)
    options.emplace_back(odbc::plugin_option(pgiam::options(), squeezed), value);
  arguments.options.insert(arguments.options.begin(), options.begin(), options.end());
}

}  // namespace pgiam::cli
