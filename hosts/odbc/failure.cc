#include "failure.h"

#include "plugin.h"

namespace pgiam::odbc {
namespace {

// "pgiam: …" as the other hosts print it; a record says [pgiam] already.
std::string_view without_prefix(std::string_view text) {
  constexpr std::string_view kPrefix = "pgiam: ";
  return text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
}

// libpq tells the name of the file that a refused password came from.
void forget_file(std::string& message, const std::string& path) {
  const std::string line = "password retrieved from file \"" + path + "\"\n";
  if (const std::size_t at = message.find(line); at != message.npos) message.erase(at, line.size());
}

}  // namespace

Failure failure_of(const RealDriver& driver, SQLHDBC connection, const std::string& passfile) {
  Failure failure;
  SQLCHAR state[6] = "", text[4096] = "";
  SQLSMALLINT length = 0;
  for (SQLSMALLINT record = 1; driver.SQLGetDiagRec; ++record) {
    SQLINTEGER native = 0;
    const SQLRETURN result = driver.SQLGetDiagRec(SQL_HANDLE_DBC, connection, record, state,
                                                  &native, text, sizeof text, &length);
    if (!SQL_SUCCEEDED(result)) break;
    if (record == 1) failure.native = native, failure.sqlstate = reinterpret_cast<char*>(state);
    failure.message += reinterpret_cast<char*>(text);
  }
  if (!failure.message.ends_with('\n')) failure.message += '\n';
  forget_file(failure.message, passfile);
  return failure;
}

void say(SQLHDBC connection, const char* sqlstate, SQLINTEGER native, std::string_view text) {
  Diagnostics diagnostics;
  diagnostics.say(sqlstate, native, without_prefix(text));
  keep_diagnostics(connection, std::move(diagnostics));
}

void say_why_not(SQLHDBC connection, const Error& error) {
  say(connection, kRefused, error.status(), host::to_text(error));
}

void explain(SQLHDBC connection, const Failure& failure, const Error& explained) {
  const std::string text = host::with_explanation(failure.message, explained);
  if (text == failure.message) return;
  const bool refused = explained.status() == PGIAM_E_DENIED;
  say(connection, refused ? kRefused : failure.sqlstate.c_str(), failure.native, text);
}

}  // namespace pgiam::odbc
