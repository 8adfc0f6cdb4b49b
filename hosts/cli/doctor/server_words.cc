#include "server_words.h"

#include <algorithm>
#include <cctype>

#include "../report.h"

namespace pgiam::cli::doctor {
namespace {

struct Words {
  const char* words;  // that the message holds
  const char* code;
  const char* sentence;  // the message follows it
  const char* remedy;
  int exit_status = kExitNetwork;
};

constexpr const char* kPooler = "a pooler stands between and answered, not the database itself: ";
constexpr const char* kGoAround =
    "connect to the database itself, or make the pooler pass the token on (auth_type=plain, or its "
    "users file)";

// PgBouncer's, Odyssey's, Pgpool's, PgCat's own; then PostgreSQL's.
constexpr Words kWords[] = {
    {"SASL authentication failed", "pooler", kPooler, kGoAround, kExitDenied},
    {"no such user", "pooler", kPooler, kGoAround, kExitDenied},
    {"no such database", "pooler", kPooler,
     "name a database that the pooler knows: its [databases]"},
    {"bouncer config error", "pooler", kPooler, kGoAround},
    {"pgbouncer cannot connect to server", "pooler", kPooler,
     "see the pooler's log: it does not reach the database"},
    {"server login failed", "pooler", kPooler,
     "see the pooler's log: the database refused its login"},
    {"server login has been failing", "pooler", kPooler,
     "see the pooler's log: the database refused its login"},
    {"unsupported startup parameter", "pooler", kPooler, "ignore_startup_parameters of the pooler"},
    {"no more connections allowed", "pooler", kPooler, "raise max_client_conn of the pooler"},
    {"query_wait_timeout", "pooler", kPooler, "see the pooler's log: it has no connection to give"},
    {"odyssey", "pooler", kPooler, kGoAround},
    {"pgpool", "pooler", kPooler, kGoAround},
    {"pool_hba.conf", "pooler", kPooler, kGoAround},
    {"MD5 authentication is unsupported in replication", "pooler", kPooler, kGoAround},
    {"pgcat", "pooler", kPooler, kGoAround},
    {"all replicas down", "pooler", kPooler,
     "see the pooler's log: it does not reach the database"},
    {"SSL required", "pooler", kPooler, kGoAround},
    {"invalid password packet size", "token_cut",
     "the token did not arrive whole: something between cut it, or the server takes no password as "
     "long: ",
     "connect to the database itself, without pooler or proxy"},
    {"invalid message length", "token_cut",
     "the token did not arrive whole: something between cut it: ",
     "connect to the database itself"},
    {"password too long", "token_cut", "the token is longer than what answers there takes: ",
     "connect to the database itself, or use a newer pooler"},
    {"packet too large", "token_cut", "the token is longer than what answers there takes: ",
     "connect to the database itself, or use a newer pooler"},
    {"pg_hba.conf rejects connection", "pg_hba_rejects",
     "a line of the server's pg_hba.conf rejects this connection: ",
     "see that line: user, database, address and encryption stand in the server's words",
     kExitDenied},
    {"no pg_hba.conf entry", "pg_hba_no_entry",
     "no line of the server's pg_hba.conf is for this connection: ",
     "add a line for this user, database, address and encryption", kExitDenied},
    {"hot standby mode", "wrong_session",
     "the server is not of the kind that target_session_attrs asks for: ",
     "target_session_attrs=any, or name the cluster's writer or reader endpoint"},
    {"session is read-only", "wrong_session",
     "the server is not of the kind that target_session_attrs asks for: ",
     "target_session_attrs=any, or name the cluster's writer endpoint"},
    {"session is not read-only", "wrong_session",
     "the server is not of the kind that target_session_attrs asks for: ",
     "target_session_attrs=any, or name the cluster's reader endpoint"},
    {"alert certificate required", "client_certificate_wanted",
     "the server wants a certificate of the client's, which none does that takes tokens: ",
     "see host and port; where it is meant: sslcert=FILE sslkey=FILE"},
    {"rate exceeded", "throttled",
     "the server gets more logins than it takes: ", "try again in a second, or pool connections"},
};

bool holds(const std::string& text, std::string_view words) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(text.begin(), text.end(), words.begin(), words.end(), same) != text.end();
}

// A message without the names that stand in it, which may hold any word.
std::string without_names(std::string text, const Case& host) {
  for (const std::string& name : {host.params.user, host.params.database, host.endpoint.host}) {
    const std::string quoted = "\"" + name + "\"";
    for (std::size_t at; !name.empty() && (at = text.find(quoted)) != text.npos;)
      text.erase(at, quoted.size());
  }
  return text;
}

Verdict make(const std::string& code, std::string sentence, std::vector<std::string> remedies,
             int exit_status, std::string evidence, bool is_certain) {
  Verdict verdict{code, std::move(sentence), std::move(remedies), exit_status};
  verdict.evidence = std::move(evidence);
  verdict.is_certain = is_certain;
  return verdict;
}

// PostgreSQL names a place in its sources with each error. `known`: that it is PostgreSQL itself
// that answers at such an endpoint.
bool is_of_a_pooler(const Case& host, const Cause* known) {
  return known && !host.connection->sqlstate().empty() &&
         host.connection->message().find("LOCATION:") == std::string::npos;
}

const char* name_of(int asks) {
  switch (asks) {
    case 2:
      return "Kerberos V5";
    case 5:
      return "an MD5 password";
    case 7:
    case 8:
      return "Kerberos (GSSAPI)";
    case 9:
      return "Windows' own login (SSPI)";
    case 10:
      return "a password by SCRAM";
  }
  return "something that is not known here";
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Of a role that is spelt as nobody spells one.
struct Doubt {
  std::string sentence;  // "" for none
  std::string meant;     // the likeliest name, "" where none is likely
};

Doubt doubt_about(const std::string& user, const Cause* known) {
  const auto first = user.find_first_not_of(" \t\r\n"), last = user.find_last_not_of(" \t\r\n");
  if (first == user.npos) return {};
  const std::string trimmed = user.substr(first, last - first + 1);
  const auto is_meant = [](const std::string& name) { return ": is \"" + name + "\" meant?"; };
  if (trimmed != user)
    return {"there is a blank beside the user's name" + is_meant(trimmed), trimmed};
  if (known) return {known->sentence + ":", ""};
  if (const std::string name = user.substr(0, user.find('@')); name != user)
    return {"the user is the name of a role alone, without a host" + is_meant(name), name};
  if (lower(user) != user)
    return {"roles are spelt as they were created, mostly in lower case" + is_meant(lower(user)),
            lower(user)};
  return {};
}

Verdict asked_for_password(const Case& host, const Cause& known, const Verdict& by_library) {
  const Doubt doubt = doubt_about(host.params.user, host.advice.on("user_spelling"));
  const std::string asked =
      std::string("the server asked for ") + name_of(*host.first_request) + ", not for a token: ";
  const std::string& reasons = known.sentence;
  const bool is_spelt_well = doubt.sentence.empty();
  Verdict verdict = make(is_spelt_well ? known.code : "user_spelling",
                         "refused: " + (is_spelt_well ? reasons : doubt.sentence + " " + reasons),
                         {}, kExitDenied, asked + "so it did not ask the cloud", false);
  verdict.remedies = by_library.remedies;
  verdict.causes = by_library.causes;
  if (!doubt.meant.empty())
    verdict.remedies.insert(verdict.remedies.begin(), "user=" + doubt.meant);
  return verdict;
}

}  // namespace

std::optional<Verdict> verdict_on_words(const Case& host, const Error& explained) {
  const std::string said = host.connection->sentence();
  const std::string words = without_names(said, host);
  for (const Words& known : kWords)
    if (holds(words, known.words))
      return make(known.code, known.sentence + said, {known.remedy}, known.exit_status, said, true);
  // Of the password or the role, or of the message that was to bring them.
  const bool is_refusal = explained.status() == PGIAM_E_DENIED ||
                          host.advice.is_of_the_role(explained.text(PGIAM_ERROR_CODE)) ||
                          host.connection->sqlstate() == "08P01";
  const Cause* itself = host.advice.on("pooler");
  const bool names_no_user =
      holds(words, "password authentication failed") && !holds(words, "for user");
  if (names_no_user || (is_refusal && is_of_a_pooler(host, itself)))
    return make("pooler", kPooler + said, {kGoAround}, kExitDenied,
                itself ? itself->evidence : "PostgreSQL names the user whom it refuses", false);
  const bool was_closed = holds(words, "server closed the connection unexpectedly") ||
                          holds(words, "SSL connection has been closed unexpectedly") ||
                          holds(words, "SSL error: unexpected eof") ||
                          holds(words, "SSL SYSCALL error") ||
                          holds(words, "Connection reset by peer");
  if (was_closed && host.connection->has_sent_password())
    return make(
        "closed_at_password",
        "the connection was closed when the token came, without a word: something between takes no "
        "password of " +
            std::to_string(host.connection->password_size()) + " characters",
        {"connect to the database itself, without pooler or proxy",
         "see the log of what stands between"},
        kExitNetwork, "the server asked for a password, got the token and closed", false);
  return std::nullopt;
}

std::optional<Verdict> verdict_on_method(const Case& host) {
  if (!host.first_request) return std::nullopt;
  const int asks = *host.first_request;
  if (asks == 0 || asks == 3 || asks == 5 || asks == 10) return std::nullopt;
  return make("wrong_method",
              std::string("the server asks for ") + name_of(asks) +
                  ", not for a token: its pg_hba.conf has another method for this user",
              host.advice.commands("wrong_method", {"see the user's line of pg_hba.conf"}),
              kExitDenied, "its AuthenticationRequest is of kind " + std::to_string(asks), true);
}

std::optional<Verdict> verdict_on_request(const Case& host, const Verdict& by_library) {
  if (host.first_request != 5 && host.first_request != 10) return std::nullopt;
  const Cause* known = host.advice.on("password_wanted");
  if (!known) return std::nullopt;
  return asked_for_password(host, *known, by_library);
}

}  // namespace pgiam::cli::doctor
