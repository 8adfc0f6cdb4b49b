#include "known_keywords.h"

#include <cstdlib>

#include "../connection.h"
#include "../report.h"
#include "base/conninfo_keywords.h"
#include "parameters.h"

namespace pgiam::cli::doctor {
namespace {

bool is_known_to(int libpq_version, const char* keyword) {
  const ConninfoKeyword* known = find_conninfo_keyword(keyword);
  return known && known->since <= libpq_version;
}

std::vector<std::string> variables_unknown_to(int libpq_version) {
  std::vector<std::string> variables;
  for (const ConninfoKeyword& keyword : conninfo_keywords()) {
    const char* value = keyword.variable ? std::getenv(keyword.variable) : nullptr;
    if (value && *value && keyword.since > libpq_version) variables.push_back(keyword.variable);
  }
  return variables;
}

void refuse_if_protective(const char* name, int libpq_version) {
  const ConninfoKeyword* keyword = find_conninfo_keyword(name);
  if (!keyword || !keyword->is_protective()) return;
  throw UsageError("libpq " + std::to_string(libpq_version) + " does not know " + name +
                       ", which protects the connection, so it is not left out",
                   "install libpq " + std::to_string(keyword->since) + " or newer, or take " + name +
                       " out of the connection string");
}

}  // namespace

KnownKeywords keywords_known_to(int libpq_version, const std::string& conninfo) {
  KnownKeywords known;
  known.unread = variables_unknown_to(libpq_version);
  if (!is_conninfo(conninfo)) {
    known.conninfo.append(conninfo);
    return known;
  }
  const Conninfo parsed = read_conninfo(conninfo);
  for (const pgiam_param& param : parsed.params()) {
    if (is_known_to(libpq_version, param.key)) {
      host::append_quoted(known.conninfo, param.key, param.value);
    } else {
      refuse_if_protective(param.key, libpq_version);
      known.set_aside.emplace_back(param.key);
    }
  }
  return known;
}

}  // namespace pgiam::cli::doctor
