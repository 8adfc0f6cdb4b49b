#include "clouds/aws/examine/findings.h"

#include <algorithm>

#include "base/text.h"

namespace pgiam::aws {
namespace {

constexpr std::size_t kLongestWord = 300;

bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._:/+=,@").find(c) != std::string_view::npos;
}

Check skipped(std::string name, Error finding) {
  Check check{std::move(name), Check::Outcome::kSkipped, std::move(finding), false, ""};
  return check;
}

bool is_forbidden(const std::string& code) {
  return code.starts_with("AccessDenied") || code == "UnauthorizedOperation" ||
         code == "NotAuthorized";
}

}  // namespace

const Codes& failures_of_name() {
  static const Codes codes{"name_unknown", "name_dangling", "name_without_address"};
  return codes;
}

const Codes& failures_of_way() {
  static const Codes codes{"connection_refused", "connection_timed_out", "unreachable",
                           "no_answer",          "closed",               "not_postgres",
                           "bare_tls"};
  return codes;
}

const Codes& unexplained_refusals() {
  static const Codes codes{"no_permission",  "iam_not_enabled", "no_iam_grant",
                           "wrong_endpoint", "wrong_port",      "wrong_credentials",
                           "token_cut",      "expired_credentials"};
  return codes;
}

Codes all_of(std::initializer_list<Codes> lists) {
  Codes all;
  for (const Codes& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

Check found(std::string name, const std::string& sentence, const std::string& asked) {
  return {std::move(name), Check::Outcome::kOk, make_finding("", sentence), true, asked};
}

Check fault(std::string name, Error finding, bool is_certain, Codes explains) {
  Check check{std::move(name), Check::Outcome::kFailed, std::move(finding), is_certain, ""};
  check.explains = std::move(explains);
  return check;
}

Check not_checked(std::string name, const std::string& why, std::string command) {
  std::vector<std::string> commands;
  if (!command.empty()) commands.push_back(std::move(command));
  return skipped(std::move(name), make_finding("not_checked", why, std::move(commands)));
}

Check not_checked(std::string name, const Asked& asked, const std::string& what,
                  std::string command) {
  std::string why = what + " was not checked: ";
  std::string code = "not_told";
  if (!asked.answer) {
    why += asked.answer.error().message;
    code = asked.url.empty() ? "not_checked" : "not_reached";
  } else if (is_forbidden(asked.code())) {
    why += "these credentials may not call " + asked.call;
    code = "not_allowed";
  } else if (asked.answer->status == 200) {
    why += asked.call + " was answered, but not in AWS's own words";
  } else {
    why = describe_refusal(*asked.answer, what + " was not checked").message;
  }
  Check check = not_checked(std::move(name), why, std::move(command));
  check.finding.code = code;
  check.asked = describe(asked);
  return check;
}

std::string describe(const Asked& asked) {
  if (asked.url.empty()) return "";
  return asked.url + " (" + asked.call.substr(asked.call.find(':') + 1) + ")";
}

std::string word(std::string_view text) {
  const bool is_word =
      text.size() <= kLongestWord && std::all_of(text.begin(), text.end(), is_of_word);
  return is_word ? std::string(text) : "";
}

std::optional<Arn> parse_arn(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() < 6 || parts[0] != "arn" || word(text).empty()) return std::nullopt;
  const bool has_account = parts[4].size() == 12 && parse_integer(parts[4]).has_value();
  if (!has_account || parts[1].empty()) return std::nullopt;
  const auto at = static_cast<std::size_t>(parts[5].data() - text.data());
  return Arn{std::string(parts[1]), std::string(parts[3]), std::string(parts[4]),
             std::string(text.substr(at))};
}

}  // namespace pgiam::aws
