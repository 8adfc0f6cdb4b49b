// What can be told of a connection before anything is sent to its server.
#include <boost/json/parse.hpp>

#include "../report.h"
#include "../times.h"
#include "name.h"
#include "password_origin.h"
#include "steps.h"

namespace pgiam::cli::doctor {
namespace {

namespace json = boost::json;

// What the explanation says would go wrong; PGIAM_OK where nothing would.
pgiam_status error_status(const Case& host) {
  const json::value* error = host.explanation.if_contains("error");
  return error ? error->at("status").to_number<pgiam_status>() : PGIAM_OK;
}

Verdict verdict_on_error(const Case& host) {
  const json::object& error = host.explanation.at("error").as_object();
  std::vector<std::string> commands;
  for (const json::value& command : error.at("commands").as_array())
    commands.emplace_back(command.as_string());
  return verdict_on(error_status(host), text(error, "message"), std::move(commands),
                    text(error, "hint"));
}

json::object explain(Case& host, const char* password, std::uint32_t flags) {
  const Request request = host.request().password(password).flags(flags);
  const Reply reply = host.context.explain(request).value();
  return json::parse(reply.text(PGIAM_REPLY_EXPLANATION)).as_object();
}

void explain_with_network(Case& host) {
  if (host.is_resolved) return;
  host.explanation = explain(host, host.endpoint.password.c_str(), PGIAM_REQUEST_RESOLVE);
  host.is_resolved = true;
}

bool is_ours(const json::object& explanation) {
  return text(explanation, "target") != "none" || takes_password_from_file(explanation);
}

bool would_be_ours_without_password(Case& host) {
  return is_ours(explain(host, "", 0)) || is_ours(explain(host, "", PGIAM_REQUEST_RESOLVE));
}

std::optional<Finding> fault_of_name(const Case& host);

Finding not_ours(Case& host) {
  const std::string reason = text(host.explanation, "reason");
  if (!host.endpoint.password.empty() && would_be_ours_without_password(host)) {
    const PasswordOrigin origin = origin_of_password(host);
    return failed({"password_given",
                   "a password from " + origin.name + " is sent in place of a token",
                   {origin.remedy, "PGIAM_FORCE=yes, which lets the token win"},
                   kExitUsage},
                  reason);
  }
  const Cause* misspelt = host.advice.on("host_misspelt");
  if (misspelt && text(host.explanation, "signing_host").empty() && reason != "target = off")
    return failed({misspelt->code, misspelt->sentence, misspelt->commands, kExitUsage}, reason);
  if (const std::optional<Finding> fault = fault_of_name(host)) return *fault;
  const std::string remedy =
      reason == "target = off"
          ? "leave target = off out for this connection"
          : "if it leads to an endpoint of a cloud, name that: signing_host = ENDPOINT";
  return failed({"not_ours", host.place() + " gets no token: " + reason, {remedy}, kExitUsage});
}

// A host that is no endpoint by its name, and that nobody knows.
std::optional<Finding> fault_of_name(const Case& host) {
  const std::string& name = host.endpoint.host;
  if (text(host.explanation, "reason") == "target = off" || !host.hostaddr.empty() ||
      name.empty() || name.front() == '/' || name.front() == '@')
    return std::nullopt;
  const Deadline soon = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  if (look_up(name, host.endpoint.port, soon).error == 0) return std::nullopt;
  Verdict verdict = verdict_on_name(name, ask_name_servers(name, soon));
  const Cause* bare = host.advice.on("bare_name");
  if (bare && verdict.code == "name_unknown")
    verdict = {bare->code, bare->sentence, bare->commands, kExitUsage};
  return failed(std::move(verdict));
}

// Where none were found: the source that was there, but gave nothing, is the one that was meant.
Verdict verdict_on_source(const Case& host) {
  Verdict verdict = verdict_on_error(host);
  const json::object& error = host.explanation.at("error").as_object();
  for (const json::value& cause : error.at("causes").as_array())
    if (text(cause.as_object(), "code") == "line_skipped")
      verdict.sentence += ": " + text(cause.as_object(), "message");
  if (error_status(host) != PGIAM_E_NO_CREDENTIALS) return verdict;
  for (const json::value& item : host.explanation.at("error").at("causes").as_array()) {
    const json::object& cause = item.as_object();
    const std::string hint = text(cause, "hint"), message = text(cause, "message");
    if (hint.empty() && text(cause, "code") == "not_set_up") continue;
    verdict.sentence += ": " + message;
    if (!hint.empty()) verdict.remedies.insert(verdict.remedies.begin(), hint);
    break;
  }
  return verdict;
}

std::string describe_expiry(const json::object& credentials) {
  const std::string expiry = text(credentials, "expires_at");
  if (expiry.empty()) return "";
  const std::int64_t left = (unix_ms(expiry) - unix_ms_now()) / 60'000;
  return ", good until " + expiry + " (" + std::to_string(left) + " min left)";
}

// One line for each that was asked; none where the winner was the first.
std::string describe_tried(const json::object& credentials) {
  std::string lines;
  const json::array& tried = credentials.at("tried").as_array();
  if (tried.size() < 2) return lines;
  for (const json::value& item : tried) {
    const json::object& attempt = item.as_object();
    const std::string detail = text(attempt, "detail");
    lines += "\n- " + text(attempt, "provider") + ": " + text(attempt, "outcome") +
             (detail.empty() ? "" : ", " + detail);
  }
  return lines;
}

}  // namespace

Finding recognise_target(Case& host) {
  host.explanation = explain(host, host.endpoint.password.c_str(), 0);
  const pgiam_status status = error_status(host);
  if (!is_ours(host.explanation) && status != PGIAM_OK) {  // signing_host names none of ours
    Verdict verdict = verdict_on_error(host);
    verdict.code = "configuration";
    return failed(verdict);
  }
  if (!is_ours(host.explanation)) explain_with_network(host);  // it may be an alias
  host.ask_for_advice();
  if (!is_ours(host.explanation)) return not_ours(host);
  if (status == PGIAM_E_INSECURE || status == PGIAM_E_INVALID_ARGUMENT)
    return failed(verdict_on_error(host));
  std::string detail = text(host.explanation, "reason");
  if (const std::string rule = text(host.explanation, "rule"); !rule.empty())
    detail += "\nrule \"" + rule + "\"";
  if (const std::string signed_for = text(host.explanation, "signing_host"); !signed_for.empty())
    detail += "\nsigned for " + (signed_for == host.endpoint.host ? "that name" : signed_for) +
              ", port " + text(host.explanation, "signing_port") + ", user \"" + host.params.user +
              "\"";
  const std::string on_dns_alone = findings(host.explanation, {"alias_by_dns"});
  return on_dns_alone.empty() ? ok(detail) : warning(detail + on_dns_alone);
}

Finding find_region(Case& host) {
  if (takes_password_from_file(host.explanation)) return skipped("the password comes from a file");
  if (error_status(host) == PGIAM_E_TARGET) return failed(verdict_on_error(host));
  const std::string region = text(host.explanation, "region");
  if (region.empty()) return skipped("not known: see credentials");
  const std::string contradiction =
      findings(host.explanation, {"region_option_differs", "region_of_settings_ignored"});
  const std::string detail = region + ", from: " + text(host.explanation, "region_from");
  return contradiction.empty() ? ok(detail) : warning(detail + contradiction);
}

Finding find_credentials(Case& host) {
  explain_with_network(host);
  const json::object& credentials = host.explanation.at("credentials").as_object();
  if (error_status(host) != PGIAM_OK) {
    const Verdict verdict = verdict_on_source(host);
    return failed(verdict, verdict.sentence + describe_tried(credentials));
  }
  const std::string provider = text(credentials, "provider");
  if (provider.empty()) return ok("of a file" + describe_tried(credentials));
  return ok(text(credentials, "owner") + " from " + provider +
            describe_expiry(credentials) + describe_tried(credentials));
}

}  // namespace pgiam::cli::doctor
