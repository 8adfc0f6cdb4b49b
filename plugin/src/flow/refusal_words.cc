#include "flow/refusal_words.h"

#include <algorithm>

#include "flow/quotation.h"

namespace pgiam {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

// In ms: a limit on logins at a time is soon free again, a server is not started as fast.
constexpr int kMoment = 1000, kSomeSeconds = 5000;

constexpr const char* kWait = "wait a minute, then try again";
constexpr const char* kCloseSome =
    "close connections, or raise max_connections or the limit of role or database";

// What may follow a password, or come before one: no refusal of it. An entry that has the SQLSTATE
// of a refusal goes by its words alone.
constexpr KnownFailure kKnown[] = {
    {"no_database", "3D000", {"database ", "does not exist"}, "there is no such database",
     "name a database that is there: dbname=postgres"},
    {"no_connect_privilege",
     "42501",
     {"permission denied for database"},
     "the role may not connect to this database",
     "GRANT CONNECT ON DATABASE {database} TO {role};"},
    {"too_many_connections",
     "53300",
     {"too many connections"},
     "the server takes no more connections",
     kCloseSome,
     kSomeSeconds},
    {"too_many_connections",
     "53300",
     {"remaining connection slots"},
     "the server takes no more connections",
     kCloseSome,
     kSomeSeconds},
    {"starting_up",
     "57P03",
     {"the database system is"},
     "the server is starting up or shutting down",
     kWait,
     kSomeSeconds},
    {"starting_up",
     "57P03",
     {"is not currently accepting connections"},
     "the server takes no connections now",
     kWait,
     kSomeSeconds},
    {"no_role",
     "28000",
     {"role ", "does not exist"},
     "there is no such role",
     "CREATE USER {role};"},
    {"no_login",
     "28000",
     {"is not permitted to log in"},
     "the role may not log in",
     "ALTER ROLE {role} LOGIN;"},
    {"pg_hba",
     "28000",
     {"pg_hba.conf"},
     "the server's pg_hba.conf does not let this connection in",
     "connect with TLS (sslmode=require), or mend the server's pg_hba.conf"},
    {"throttled",  // by RDS Proxy
     "28000",
     {"too many competing requests"},
     "the server gets more logins than it takes at a time",
     "try again in a moment, and log in less often: a pool does",
     kMoment},
};
constexpr const KnownFailure& kNoLogin = kKnown[7];
static_assert(std::string_view(kNoLogin.code) == "no_login");

bool is_class_28(std::string_view sqlstate) { return sqlstate.starts_with("28"); }

bool says(const KnownFailure& known, std::string_view words) {
  return std::all_of(std::begin(known.words), std::end(known.words),
                     [&](const char* word) { return word == nullptr || contains(words, word); });
}

// `words`: the message without names.
const KnownFailure* find_known(std::string_view sqlstate, std::string_view words) {
  for (const KnownFailure& known : kKnown) {
    const bool by_words = sqlstate.empty() || sqlstate == known.sqlstate;
    if (by_words && says(known, words)) return &known;
    if (sqlstate == known.sqlstate && !is_class_28(sqlstate)) return &known;
  }
  return nullptr;
}

// RDS asks PAM for members of rds_iam and the password table for everybody else. The word is the
// same in every language, and no part of a name.
bool names_pam(std::string_view words) {
  constexpr std::string_view kWord = "PAM";
  const auto is_apart = [&](std::size_t at) {
    if (at >= words.size()) return true;
    const char c = words[at];
    const bool is_of_a_word =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return !is_of_a_word && c != '"' && c != '_';
  };
  for (std::size_t at = words.find(kWord); at != words.npos; at = words.find(kWord, at + 1))
    if (is_apart(at - 1) && is_apart(at + kWord.size())) return true;
  return false;
}

// What the languages that PostgreSQL speaks call a password.
bool speaks_of_a_password(std::string_view words) {
  for (const char* word : {"assword", "Passwort", "contraseña", "mot de passe", "パスワード",
                           "პაროლ", "암호", "패스워드", "hasł", "парол", "ösenord", "şifre",
                           "parola", "hesl", "senha", "口令", "密码", "密碼"})
    if (contains(words, word)) return true;
  return false;
}

// The message without a name in quotation marks of any language.
std::string without(std::string message, std::string_view name) {
  for (const auto& [open, close] : kQuotationMarks) {
    const std::string quoted = std::string(open).append(name) + close;
    for (std::size_t at; (at = message.find(quoted)) != message.npos;)
      message.erase(at, quoted.size());
  }
  return message;
}

// What RDS, RDS Proxy and DSQL say in English, to everybody.
const char* sqlstate_by_english_words(std::string_view message) {
  for (const char* words : {"password authentication failed",
                            "The password that was provided for the role"})  // RDS Proxy
    if (contains(message, words)) return "28P01";
  for (const char* words : {"PAM authentication failed",
                            "IAM authentication failed for",                // RDS Proxy
                            "proxy has no credentials for",                 // RDS Proxy
                            "unable to accept connection, access denied"})  // DSQL
    if (contains(message, words)) return "28000";
  return nullptr;
}

struct Words {
  std::string text;  // without the names
  bool name_the_user = false;
};

Words words_of(std::string_view message, const NamesInMessage& names) {
  const std::string of_server = without(std::string(message), names.host);
  std::string text = without(of_server, names.user);
  const bool name_the_user = text != of_server;
  return {std::move(text), name_the_user};
}

// Other errors than a refusal, whether we know more of them or not.
bool names_another_reason(std::string_view words) {
  for (const char* reason :
       {"does not exist", "permission denied", "is not permitted", "is not currently accepting"})
    if (contains(words, reason)) return true;
  return find_known("", words) != nullptr;
}

// Without a SQLSTATE: "" where it is no refusal of a password.
const char* sqlstate_by_words(std::string_view message, const Words& words) {
  if (const char* sqlstate = sqlstate_by_english_words(message)) return sqlstate;
  if (names_another_reason(words.text)) return "";
  if (!words.name_the_user) return "";  // in every language a refusal does
  if (names_pam(words.text)) return "28000";
  return speaks_of_a_password(words.text) ? "28P01" : "";
}

// Class 28 is the refusal of a password, but for a few that speak of the role or of the way in. In
// every language those name the role, and neither PAM nor a password.
const KnownFailure* other_in_class_28(const ConnectionOutcome& outcome, const Words& words) {
  if (sqlstate_by_english_words(outcome.message) != nullptr) return nullptr;
  if (const KnownFailure* known = find_known(outcome.sqlstate, words.text)) return known;
  const bool of_role = outcome.sqlstate == "28000" && words.name_the_user &&
                       !names_pam(words.text) && !speaks_of_a_password(words.text);
  return of_role ? &kNoLogin : nullptr;
}

Failure refused(std::string_view sqlstate, bool pam_refused) {
  return {Failure::Kind::kPasswordRefused, std::string(sqlstate), pam_refused, nullptr};
}

Failure other(const ConnectionOutcome& outcome, const KnownFailure* known) {
  std::string_view sqlstate = outcome.sqlstate;
  if (sqlstate.empty() && known != nullptr) sqlstate = known->sqlstate;
  const bool no_tls = contains(outcome.message, "server does not support SSL");
  return {no_tls ? Failure::Kind::kNoTls : Failure::Kind::kOther, std::string(sqlstate), false,
          known};
}

}  // namespace

bool may_be_host_alone(std::string_view sqlstate) {
  return sqlstate.empty() || sqlstate.starts_with("08") || sqlstate == "57P03";
}

Failure classify(const ConnectionOutcome& outcome, const NamesInMessage& names) {
  const Words words = words_of(outcome.message, names);
  const bool pam_refused = names_pam(words.text);
  if (outcome.outcome == Outcome::kAuthFailed) {
    const std::string_view by_words = sqlstate_by_words(outcome.message, words);
    return refused(outcome.sqlstate.empty() ? by_words : outcome.sqlstate, pam_refused);
  }
  if (outcome.password_was_sent == false)
    return other(outcome, find_known(outcome.sqlstate, words.text));
  if (is_class_28(outcome.sqlstate)) {
    const KnownFailure* known = other_in_class_28(outcome, words);
    return known != nullptr ? other(outcome, known) : refused(outcome.sqlstate, pam_refused);
  }
  if (!outcome.sqlstate.empty()) return other(outcome, find_known(outcome.sqlstate, words.text));
  const std::string_view by_words = sqlstate_by_words(outcome.message, words);
  if (!by_words.empty()) return refused(by_words, pam_refused);
  return other(outcome, find_known("", words.text));
}

}  // namespace pgiam
