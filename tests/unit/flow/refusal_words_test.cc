#include "flow/refusal_words.h"

#include <gtest/gtest.h>

namespace pgiam {
namespace {

using Kind = Failure::Kind;

constexpr NamesInMessage kNames = {"db.x.eu-west-1.rds.amazonaws.com", "u"};

Failure classified(std::string_view message, std::string_view sqlstate = "",
                   const NamesInMessage& names = kNames) {
  ConnectionOutcome outcome;
  outcome.message = message;
  outcome.sqlstate = sqlstate;
  return classify(outcome, names);
}

// Of a refusal of the password; "" where it is none.
std::string sqlstate_of_refusal(std::string_view message, const NamesInMessage& names = kNames) {
  const Failure failure = classified(message, "", names);
  return failure.kind == Kind::kPasswordRefused ? failure.sqlstate : "";
}

std::string known_code(const Failure& failure) {
  return failure.kind == Kind::kOther && failure.known ? failure.known->code : "";
}

TEST(RefusalWords, KnowARefusalInEveryLanguage) {
  const char* const refusals[][2] = {
      {"FATAL:  PAM-Authentifizierung für Benutzer »u« fehlgeschlagen\n", "28000"},
      {"FATAL:  authentification PAM échouée pour l'utilisateur « u »\n", "28000"},
      {"FATAL:  ユーザー\"u\"のPAM認証に失敗しました\n", "28000"},
      {"ВАЖНО:  пользователь \"u\" не прошёл проверку подлинности (PAM)\n", "28000"},
      {"FATAL:  Passwort-Authentifizierung für Benutzer »u« fehlgeschlagen\n", "28P01"},
      {"FATAL:  authentification par mot de passe échouée pour l'utilisateur « u »\n", "28P01"},
      {"FATAL:  la autentificación password falló para el usuario «u»\n", "28P01"},
      {"FATAL:  autenticação do tipo senha falhou para o usuário \"u\"\n", "28P01"},
      {"FATAL:  The IAM authentication failed for the role u.\n", "28000"},
      {"FATAL:  IAM authentication failed for user u. Check the IAM token …\n", "28000"},
      {"FATAL:  unable to accept connection, access denied\n", "28000"}};
  for (const auto& [message, sqlstate] : refusals)
    EXPECT_EQ(sqlstate_of_refusal(message), sqlstate) << message;
}

TEST(RefusalWords, TakeNothingForARefusalThatCameWithoutOrAfterThePassword) {
  for (const char* message :
       {"FATAL:  database \"u\" does not exist\n", "FATAL:  database \"PAM\" does not exist\n",
        "FATAL:  Datenbank »x« existiert nicht\n", "FATAL:  the database system is starting up\n",
        "FATAL:  too many connections for role \"u\"\n",
        "FATAL:  The IAM authentication failed because of too many competing requests.\n",
        "FATAL:  Datenbank »u« existiert nicht\n", "致命错误:  不允许角色\"u\" 进行登录\n",
        "FATAL:  permission denied for database \"PAM\"\nDETAIL:  User \"u\" may not.\n",
        "Connection refused\n"})
    EXPECT_EQ(sqlstate_of_refusal(message), "") << message;
  ConnectionOutcome unasked;
  unasked.message = "FATAL:  PAM …\"u\"\n";
  unasked.password_was_sent = false;
  EXPECT_EQ(classify(unasked, kNames).kind, Kind::kOther);
}

TEST(RefusalWords, TakeNoNameForAWord) {
  for (const std::string name : {"password", "PAM", "parola"}) {
    const std::string host = name + "." + std::string(kNames.host);
    const NamesInMessage names = {host, name};
    const std::string server = "connection to server at \"" + host + "\" failed: ";
    EXPECT_EQ(
        sqlstate_of_refusal(server + "FATAL:  Datenbank »" + name + "« existiert nicht\n", names),
        "")
        << name;
    EXPECT_EQ(
        sqlstate_of_refusal(server + "FATAL:  autentificación PAM … «" + name + "»\n", names),
        "28000")
        << name;
  }
}

TEST(RefusalWords, TellPamFromTheTableOfPasswords) {
  EXPECT_TRUE(classified("FATAL:  PAM authentication failed for user \"u\"").pam_refused);
  EXPECT_FALSE(classified("FATAL:  password authentication failed for user \"u\"").pam_refused);
}

TEST(RefusalWords, GoByTheSqlstateWhereThereIsOne) {
  EXPECT_EQ(classified("whatever", "28P01").kind, Kind::kPasswordRefused);
  EXPECT_EQ(classified("", "28000").kind, Kind::kPasswordRefused);
  EXPECT_EQ(classified("FATAL:  password authentication failed for user \"u\"", "57P03").kind,
            Kind::kOther);
  EXPECT_EQ(classified("Verbindung abgewiesen", "08001").kind, Kind::kOther);
}

TEST(RefusalWords, TakeNotAllOfClass28ForTheRefusalOfAPassword) {
  EXPECT_EQ(known_code(classified("FATAL: role \"u\" is not permitted to log in", "28000")),
            "no_login");
  EXPECT_EQ(known_code(classified("FATAL: no pg_hba.conf entry for host \"10.0.0.1\"", "28000")),
            "pg_hba");
  EXPECT_EQ(known_code(classified("FATAL: Rolle »u« darf sich nicht anmelden", "28000")),
            "no_login");
  EXPECT_EQ(known_code(classified("FATAL: role \"u\" does not exist", "28000")), "no_role");
  EXPECT_EQ(classified("FATAL: PAM-Authentifizierung für Benutzer »u« fehlgeschlagen", "28000").kind,
            Kind::kPasswordRefused);
}

TEST(RefusalWords, KnowWhatElseMayFollowAPassword) {
  const char* const known[][3] = {
      {"FATAL:  database \"x\" does not exist", "3D000", "no_database"},
      {"FATAL:  permission denied for database \"x\"", "42501", "no_connect_privilege"},
      {"FATAL:  sorry, too many clients already", "53300", "too_many_connections"},
      {"FATAL:  the database system is starting up", "57P03", "starting_up"}};
  for (const auto& [message, sqlstate, code] : known)
    EXPECT_EQ(known_code(classified(message, sqlstate)), code);
  EXPECT_EQ(known_code(classified("FATAL:  database \"x\" does not exist")), "no_database");
  EXPECT_EQ(classified("FATAL:  the database system is starting up").sqlstate, "57P03");
}

TEST(RefusalWords, BelieveAClientThatSaysThePasswordWasRefused) {
  ConnectionOutcome outcome;
  outcome.outcome = Outcome::kAuthFailed;
  EXPECT_EQ(classify(outcome, kNames).kind, Kind::kPasswordRefused);
  outcome.sqlstate = "28P01";
  EXPECT_EQ(classify(outcome, kNames).sqlstate, "28P01");
}

TEST(RefusalWords, SeeAServerThatHasNoTls) {
  EXPECT_EQ(classified("server does not support SSL, but SSL was required\n").kind, Kind::kNoTls);
  EXPECT_EQ(classified("The server does not support SSL.", "08006").kind, Kind::kNoTls);
}

}  // namespace
}  // namespace pgiam
