#include "case.h"

#include <algorithm>

#include "../connection.h"
#include "../report.h"

namespace pgiam::cli::doctor {
namespace {

namespace json = boost::json;

const char* or_empty(const char* text) { return text ? text : ""; }

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

}  // namespace

Cause cause_of(const Error& error) {
  return {error.text(PGIAM_ERROR_CODE), error.what(), error.commands(),
          error.text(PGIAM_ERROR_EVIDENCE)};
}

std::string most_likely(const Cause& cause) {
  return "refused: " + cause.sentence + " (most likely)";
}

Finding failed(Verdict verdict, std::string detail) {
  if (detail.empty()) detail = verdict.sentence;
  return {Outcome::kFailed, std::move(detail), std::move(verdict)};
}

Verdict verdict_on(pgiam_status status, const std::string& message,
                   std::vector<std::string> commands, const std::string& hint) {
  Verdict verdict{code_of(status), message, std::move(commands), exit_status(status)};
  if (verdict.remedies.empty() && !hint.empty()) verdict.remedies.push_back(hint);
  if (verdict.remedies.empty() && verdict.code == "configuration")
    verdict.remedies.push_back("man pgiam.conf");
  return verdict;
}

Request Case::request() const {
  return Request(endpoint.host)
      .port(read_port(endpoint.port))
      .user(params.user)
      .database(params.database)
      .sslmode(params.sslmode_chosen ? params.sslmode : "")
      .keyword("hostaddr", hostaddr)
      .keyword("sslrootcert", or_empty(params.options.find("sslrootcert")))
      .can_apply("*");
}

void Case::ask_for_advice() {
  advice = Advice::on_connection(context, request().flags(is_resolved ? PGIAM_REQUEST_RESOLVE : 0));
}

std::string Case::dialled_name() const {
  const bool by_dns = text(explanation, "signing_host_from") == "dns";
  return by_dns ? text(explanation, "dial_host") : endpoint.host;
}

std::string findings(const json::object& explanation,
                     std::initializer_list<std::string_view> codes) {
  std::string lines;
  for (const json::value& item : explanation.at("findings").as_array()) {
    const json::object& finding = item.as_object();
    if (std::find(codes.begin(), codes.end(), text(finding, "code")) != codes.end())
      lines += "\n" + text(finding, "message");
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
