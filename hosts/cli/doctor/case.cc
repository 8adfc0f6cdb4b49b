#include "case.h"

#include <boost/json/serialize.hpp>

#include "../connection.h"
#include "../report.h"

namespace pgiam::cli::doctor {
namespace {

namespace json = boost::json;

std::string code_of(pgiam_status status) {
  switch (status) {
    case PGIAM_E_TARGET:
      return "region_unknown";
    case PGIAM_E_INSECURE:
      return "insecure";
    case PGIAM_E_NO_CREDENTIALS:
      return "no_credentials";
    case PGIAM_E_LOGIN_REQUIRED:
    case PGIAM_E_LOGIN_DECLINED:
      return "login_required";
    case PGIAM_E_DENIED:
      return "credentials_denied";
  }
  if (status >= 300) return "cloud_unreachable";
  return status >= 100 ? "configuration" : "internal";
}

// The plugin's hints are sentences: "run: aws sso login --profile dev (or: pgiam login …)".
std::vector<std::string> commands_of(std::string hint) {
  for (std::string_view prefix : {"run: ", "run in a terminal: "}) {
    if (hint.starts_with(prefix)) hint.erase(0, prefix.size());
  }
  if (hint.empty()) return {};
  constexpr std::string_view kOr = " (or: ";
  const std::size_t other = hint.find(kOr);
  if (other == hint.npos || !hint.ends_with(')')) return {hint};
  const std::size_t begin = other + kOr.size();
  return {hint.substr(0, other), hint.substr(begin, hint.size() - 1 - begin)};
}

}  // namespace

Finding failed(Verdict verdict, std::string detail) {
  if (detail.empty()) detail = verdict.sentence;
  return {Outcome::kFailed, std::move(detail), std::move(verdict)};
}

Verdict verdict_on(pgiam_status status, const std::string& message, const std::string& hint) {
  Verdict verdict{code_of(status), message, commands_of(hint), exit_status(status)};
  if (verdict.remedies.empty() && verdict.code == "configuration")
    verdict.remedies.push_back("man pgiam.conf");
  return verdict;
}

Request Case::request() const {
  return Request(endpoint.host)
      .port(read_port(endpoint.port))
      .user(params.user)
      .database(params.database)
      .sslmode(params.sslmode_chosen ? params.sslmode : "");
}

std::string text(const json::object& object, std::string_view key) {
  const json::value* member = object.if_contains(key);
  if (!member || member->is_null()) return "";
  if (const json::string* string = member->if_string()) return std::string(*string);
  return json::serialize(*member);
}

std::string warnings(const json::object& explanation, std::string_view beginning) {
  std::string lines;
  for (const json::value& item : explanation.at("warnings").as_array()) {
    const std::string line(item.as_string());
    if (line.starts_with(beginning)) lines += "\n" + line;
  }
  return lines;
}

bool takes_password_from_file(const json::object& explanation) {
  const json::array& tried = explanation.at("credentials").at("tried").as_array();
  if (tried.empty()) return false;
  const std::string provider = text(tried.front().as_object(), "provider");
  return provider == "password_file" || provider == "pgpass";
}

}  // namespace pgiam::cli::doctor
