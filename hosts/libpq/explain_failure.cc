#include "explain_failure.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include <algorithm>
#include <string_view>

#include "base/shell.h"
#include "identifier.h"
#include "partition.h"

namespace pgiam::libpq {
namespace {

constexpr std::int64_t kMinute_ms = 60 * 1000;

bool contains(const std::string& text, const char* part) { return text.find(part) != text.npos; }

// RDS asks PAM for members of rds_iam and the password table for everybody else. The word is the
// same in every language, and no part of a name.
bool came_from_pam(const std::string& message) {
  constexpr std::string_view kWord = "PAM";
  const auto is_apart = [&](std::size_t at) {
    return at >= message.size() || (!isalnum(static_cast<unsigned char>(message[at])) &&
                                    message[at] != '"' && message[at] != '_');
  };
  for (std::size_t at = message.find(kWord); at != message.npos; at = message.find(kWord, at + 1)) {
    if (is_apart(at - 1) && is_apart(at + kWord.size())) return true;
  }
  return false;
}

// Every other error that comes after the password, in the language that tells them apart.
bool names_another_reason(const std::string& message) {
  for (const char* words :
       {"does not exist", "permission denied", "is not permitted", "too many connections",
        "remaining connection slots", "is not currently accepting", "the database system is",
        "pg_hba.conf"}) {
    if (contains(message, words)) return true;
  }
  return false;
}

// The message without a name in quotation marks of any language: it may be or hold any word.
std::string without(std::string message, const std::string& name) {
  static constexpr const char* kMarks[][2] = {
      {"\"", "\""}, {"»", "«"}, {"«", "»"}, {"« ", " »"}, {"\u00ab\u00a0", "\u00a0\u00bb"},
      {"“", "”"}};
  for (const auto& [open, close] : kMarks) {
    const std::string quoted = open + name + close;
    for (std::size_t at; (at = message.find(quoted)) != message.npos;)
      message.erase(at, quoted.size());
  }
  return message;
}

// What the languages that PostgreSQL speaks call a password, where a refusal has not the English
// word.
bool speaks_of_a_password(const std::string& words) {
  for (const char* word : {"assword", "Passwort", "contraseña", "mot de passe", "パスワード",
                           "პაროლ", "암호", "패스워드", "hasł", "парол", "ösenord", "şifre",
                           "parola", "hesl", "senha", "口令", "密码", "密碼"}) {
    if (contains(words, word)) return true;
  }
  return false;
}

std::string utc(std::int64_t ms) {
  const time_t seconds = static_cast<time_t>(ms / 1000);
  tm parts;
  char text[32];
  strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", gmtime_r(&seconds, &parts));
  return text;
}

std::string life_left(const AttemptFacts& facts) {
  const std::int64_t left = facts.token_expires_at_ms - facts.now_ms;
  if (facts.token_expires_at_ms == 0) return "";
  if (left <= 0) return ", expired at " + utc(facts.token_expires_at_ms);
  return ", good for another " + std::to_string(left / kMinute_ms) + " min";
}

std::string what_was_signed(const AttemptFacts& facts) {
  return "pgiam: the server refused a token that was signed for " + facts.signing_host + ":" +
         facts.signing_port + " in " + facts.region + ", user \"" + facts.user + "\", by " +
         facts.principal + " (" + facts.provider + ")" + life_left(facts) + ".\n";
}

bool is_dsql(const AttemptFacts& facts) { return facts.target == "aws.dsql"; }

bool is_rds_proxy(const AttemptFacts& facts) { return contains(facts.signing_host, ".proxy-"); }

Cause missing_permission(const AttemptFacts& facts) {
  const std::string arn = "arn:" + host::partition_of(facts.region) +
                          (is_dsql(facts) ? ":dsql:" : ":rds-db:") + facts.region + ":*:";
  if (is_dsql(facts)) {
    const std::string cluster = facts.signing_host.substr(0, facts.signing_host.find('.'));
    const std::string action = facts.user == "admin" ? "dsql:DbConnectAdmin" : "dsql:DbConnect";
    const std::string permission = action + " on " + arn + "cluster/" + cluster;
    return {"no_permission", "the IAM policy does not allow " + permission, "allow " + permission};
  }
  return {"no_permission",
          "the IAM policy does not allow rds-db:connect on " + arn + "dbuser:*/" + facts.user +
              (is_rds_proxy(facts) ? " (or on the proxy's own resource id, prx-…, in place of *)"
                                   : " (or on the instance's own resource id in place of *)"),
          "pgiam setup policy --user " + shell_word(facts.user) + " --host " + facts.signing_host +
              " --account … --resource-id …"};
}

Cause missing_role(const AttemptFacts& facts) {
  if (is_dsql(facts)) {
    const std::string grant = "AWS IAM GRANT " + host::identifier(facts.user) + " TO 'its ARN'";
    return {"no_iam_grant", "the role is not linked to this IAM identity: " + grant, grant + ";"};
  }
  if (is_rds_proxy(facts)) {
    const std::string command = "aws rds describe-db-proxies";
    return {"not_in_proxy",
            "the proxy has no secret for \"" + facts.user +
                "\", or does not take IAM authentication for it: " + command +
                " shows its Auth list",
            command};
  }
  const std::string grant = "GRANT rds_iam TO " + host::identifier(facts.user);
  return {"no_rds_iam", "the role is not a member of rds_iam, or does not exist: " + grant,
          grant + ";"};
}

// Names of AWS's own have the region as a part, but for those of Aurora's global databases.
bool is_for_another_region(const AttemptFacts& facts) {
  const std::string& name = facts.signing_host;
  if (contains(name, ".global.rds.")) return false;
  return (contains(name, ".rds.amazonaws.com") || contains(name, ".on.aws")) &&
         !contains(name, ("." + facts.region + ".").c_str());
}

// Needs no quotation marks, neither in a connection string nor in a shell.
bool is_plain(const std::string& value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return isalnum(c) || c == '.' || c == ':' || c == '_' || c == '-' || c == '@';
  });
}

std::string what_tells_more(const AttemptFacts& facts) {
  if (!is_plain(facts.host) || !is_plain(facts.port) || !is_plain(facts.user)) return "";
  return "  To find out which: pgiam doctor \"host=" + facts.host + " port=" + facts.port +
         " user=" + facts.user + "\"\n";
}

}  // namespace

const char* sqlstate_of_refusal(const std::string& message, const AttemptFacts& facts) {
  if (!facts.password_was_asked) return nullptr;
  for (const char* words : {"password authentication failed",
                            "The password that was provided for the role"}) {  // RDS Proxy
    if (contains(message, words)) return "28P01";
  }
  for (const char* words : {"PAM authentication failed",
                            "IAM authentication failed for",                  // RDS Proxy
                            "This RDS proxy has no credentials for",          // RDS Proxy
                            "unable to accept connection, access denied"}) {  // DSQL
    if (contains(message, words)) return "28000";
  }
  if (names_another_reason(message)) return nullptr;
  const std::string of_server = without(message, facts.host);
  const std::string words = without(of_server, facts.user);
  if (words == of_server) return nullptr;  // in every language a refusal names the user
  if (came_from_pam(words)) return "28000";
  return speaks_of_a_password(words) ? "28P01" : nullptr;
}

std::vector<Cause> likely_causes(const std::string& message, const AttemptFacts& facts) {
  std::vector<Cause> causes;
  const bool first_is_the_role = !came_from_pam(message) && !is_dsql(facts) &&
                                 !contains(message, "IAM authentication failed for");
  if (first_is_the_role) causes.push_back(missing_role(facts));
  if (is_for_another_region(facts)) {
    causes.push_back({"wrong_region",
                      "the token is for " + facts.region +
                          ", but the endpoint's name tells another region: see region",
                      "leave the option region out"});
  }
  if (facts.credentials_expire_at_ms != 0 && facts.credentials_expire_at_ms <= facts.now_ms) {
    causes.push_back({"credentials_expired",
                      "the credentials expired at " + utc(facts.credentials_expire_at_ms),
                      "renew the credentials"});
  }
  if (facts.host != facts.signing_host || facts.port != facts.signing_port) {
    causes.push_back({"wrong_endpoint",
                      "the server at " + facts.host + ":" + facts.port + " is not " +
                          facts.signing_host + ":" + facts.signing_port +
                          ": see signing_host and signing_port",
                      "set signing_host and signing_port to the endpoint's own name and port"});
  } else if (facts.port != "5432") {
    causes.push_back({"wrong_port",
                      "the server is reached through another port than its own: set signing_port",
                      "set signing_port to the endpoint's own port"});
  }
  if (facts.credentials_expire_at_ms == 0 && facts.principal.starts_with("ASIA")) {
    causes.push_back({"temporary_credentials",
                      "the credentials are temporary and may have expired; they do not tell when",
                      "renew the credentials"});
  }
  causes.push_back(missing_permission(facts));
  if (is_dsql(facts) || (is_rds_proxy(facts) && !first_is_the_role))
    causes.push_back(missing_role(facts));
  causes.push_back({"wrong_credentials",
                    "the credentials are not those you meant, or have been revoked",
                    "aws sts get-caller-identity"});
  if (!is_dsql(facts) && !is_rds_proxy(facts)) {
    causes.push_back({"iam_not_enabled",
                      "IAM database authentication is not enabled on the instance",
                      "aws rds modify-db-instance --enable-iam-database-authentication …"});
  }
  causes.push_back({"wrong_clock", "this machine's clock is wrong; it shows " + utc(facts.now_ms),
                    "set the clock"});
  return causes;
}

std::string explain_failure(const std::string& message, const AttemptFacts& facts) {
  if (contains(message, "server does not support SSL")) {
    return message + "pgiam: a token is never sent without TLS; tls = off takes the risk.\n";
  }
  if (!sqlstate_of_refusal(message, facts)) return message;

  std::string text = message + what_was_signed(facts) + "  Likely causes, the likeliest first:\n";
  for (const Cause& cause : likely_causes(message, facts)) text += "  - " + cause.text + "\n";
  return text + what_tells_more(facts);
}

}  // namespace pgiam::libpq
