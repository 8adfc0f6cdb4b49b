// What a connection comes to by service files, variables and defaults, beside libpq's own answer.
#include "resolved_conninfo.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>

#include "base/conninfo_keywords.h"
#include "parameters.h"
#include "saved_password.h"

namespace pgiam::host {
namespace {

constexpr int kHomeByVariable = 150000;  // libpq before that goes by the user database alone

struct Outcome {
  std::map<std::string, std::string> values;  // empty: refused
  std::string password;                       // for the first host
  std::string error;
};

using Given = std::vector<std::pair<std::string, std::string>>;

Outcome by_us(const Given& given) try {
  ResolvedConninfo resolved;
  for (const auto& [keyword, value] : given) resolved.give(keyword, value);
  resolved.add_defaults();
  Outcome outcome;
  for (const ConninfoKeyword& keyword : conninfo_keywords())
    if (const char* value = resolved.find(keyword.name)) outcome.values[keyword.name] = value;
  outcome.password = resolved.value("password");
  if (outcome.password.empty()) {
    const std::string name = split_list(resolved.value("host")).front();
    const std::string address = split_list(resolved.value("hostaddr")).front();
    const std::string port = split_list(resolved.value("port")).front();
    outcome.password = saved_password(resolved.value("passfile"),
                                      {name.empty() ? address : name, port.empty() ? "5432" : port,
                                       resolved.value("dbname"), resolved.value("user")})
                           .view();
  }
  return outcome;
} catch (const ConninfoError& error) {
  return {{}, "", error.what()};
}

// It resolves all, then stops at a value that it cannot take.
Outcome by_libpq(const Given& given) {
  SecretText conninfo;
  for (const auto& [keyword, value] : given) append_quoted(conninfo, keyword, value);
  append_quoted(conninfo, "target_session_attrs", "none-such");
  const std::unique_ptr<PGconn, decltype(&PQfinish)> conn(PQconnectStart(conninfo.c_str()),
                                                          PQfinish);
  const std::string message = PQerrorMessage(conn.get());
  if (message.find("none-such") == message.npos) return {{}, "", message};
  Outcome outcome;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfo(conn.get()),
                                                                            PQconninfoFree);
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option)
    if (option->val) outcome.values[option->keyword] = option->val;
  outcome.password = PQpass(conn.get());
  return outcome;
}

class ResolvedBesideLibpq : public testing::Test {
 protected:
  ResolvedBesideLibpq() {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    std::filesystem::create_directory(folder_ + "/home");
    for (const ConninfoKeyword& keyword : conninfo_keywords())
      if (keyword.variable) unsetenv(keyword.variable);
    for (const char* variable : {"PGREQUIRESSL", "PGSERVICEFILE"}) unsetenv(variable);
    setenv("HOME", (folder_ + "/home").c_str(), 1);
    setenv("PGSYSCONFDIR", folder_.c_str(), 1);
    setenv("PGPASSFILE", (folder_ + "/pgpass").c_str(), 1);
  }
  ~ResolvedBesideLibpq() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
    chmod((folder_ + "/" + name).c_str(), 0600);
  }

  // "" where both come to the same. Left out is what the probe itself sets, what libpq does not
  // tell, and what it works out only where it connects.
  static std::string difference(const Given& given) {
    const Outcome ours = by_us(given), libpqs = by_libpq(given);
    if (ours.values.empty() != libpqs.values.empty())
      return "ours: " + ours.error + ", libpq's: " + libpqs.error;
    for (const auto& [keyword, value] : libpqs.values) {
      if (keyword == "target_session_attrs" || keyword == "sslcertmode") continue;
      const auto found = ours.values.find(keyword);
      const std::string here = found == ours.values.end() ? "(none)" : found->second;
      if (here != value) return keyword + ": ours " + here + ", libpq's " + value;
    }
    return ours.password == libpqs.password ? "" : "passwords differ";
  }

  std::string folder_ = testing::TempDir() + "resolved_XXXXXX";
};

TEST_F(ResolvedBesideLibpq, DefaultsAreLibpqs) {
  EXPECT_EQ(difference({}), "");
  EXPECT_EQ(difference({{"host", "h"}, {"user", "u"}}), "");
  EXPECT_EQ(difference({{"user", ""}, {"dbname", ""}, {"port", ""}, {"host", ""}}), "");
}

TEST_F(ResolvedBesideLibpq, TheDefaultPasswordFileIsInTheHome) {
  const bool is_libpqs_too = PQlibVersion() >= kHomeByVariable;
  unsetenv("PGPASSFILE");
  write("home/.pgpass", "*:*:*:*:saved\n");
  if (is_libpqs_too) {
    EXPECT_EQ(difference({{"host", "h"}}), "");
  }
  EXPECT_EQ(by_us({{"host", "h"}}).password, "saved");
  chmod((folder_ + "/home/.pgpass").c_str(), 0644);
  if (is_libpqs_too) {
    EXPECT_EQ(difference({{"host", "h"}}), "");
  }
  EXPECT_EQ(by_us({{"host", "h"}}).password, "");
}

TEST_F(ResolvedBesideLibpq, WhatPersonsSayGoesBeforeTheServiceAndThatBeforeVariables) {
  write("pg_service.conf", "[orders]\nuser=of_service\ndbname=of_service\n");
  setenv("PGUSER", "of_variable", 1);
  setenv("PGDATABASE", "of_variable", 1);
  setenv("PGHOST", "of_variable", 1);
  const Given given = {{"service", "orders"}, {"user", "given"}};
  EXPECT_EQ(difference(given), "");
  const Outcome ours = by_us(given);
  EXPECT_EQ(ours.values.at("user"), "given");
  EXPECT_EQ(ours.values.at("dbname"), "of_service");
  EXPECT_EQ(ours.values.at("host"), "of_variable");
}

TEST_F(ResolvedBesideLibpq, ListsHaveToMatch) {
  for (const Given& given : {Given{{"host", "a,b"}, {"port", "1,2"}},
                             Given{{"host", "a,b"}, {"port", "1,2,3"}},
                             Given{{"host", "a,b"}, {"hostaddr", "1.1.1.1"}},
                             Given{{"hostaddr", "1.1.1.1,2.2.2.2"}, {"port", "1"}},
                             Given{{"host", "a,b"}, {"hostaddr", ","}, {"port", ","}},
                             Given{{"port", "1,2"}}})
    EXPECT_EQ(difference(given), "");
}

TEST_F(ResolvedBesideLibpq, ANamedServiceFileHasToBeThereAndOthersNot) {
  setenv("PGSERVICE", "orders", 1);
  EXPECT_EQ(difference({}), "");
  EXPECT_EQ(by_us({}).error, "definition of service \"orders\" not found");
  setenv("PGSERVICEFILE", (folder_ + "/none").c_str(), 1);
  write("pg_service.conf", "[orders]\nuser=u\n");
  EXPECT_EQ(difference({}), "");
  EXPECT_NE(by_us({}).error, "");
}

// Of the pieces that decide: the same ones every time.
class Random {
 public:
  std::size_t below(std::size_t limit) { return engine_() % limit; }
  template <std::size_t size>
  const char* one_of(const char* const (&texts)[size]) {
    return texts[below(size)];
  }

 private:
  std::mt19937 engine_{20261129};
};

constexpr const char* kValues[] = {
    "",     "a",      "a,b",     "b",    "1",      "1,2", "5432", "12.1",      ",",
    "u",    "orders", "require", "it's", "prefer", "a:b", "*",    "localhost", "/var/run/postgresql"};

std::string random_service_file(Random& random) {
  static constexpr const char* kLines[] = {
      "[orders]",   " [orders] ",  "[orders]x", "[orders",   "[other]",      "[]",
      "host=a",     "host=a,b",    "port=1,2",  "sslmode=",  "sslmode=allow", "  user=u  ",
      "user = u",   "password=p'", "# host=c",  "",          "\t",           "nonsense",
      "nonsense=1", "service=x",   "dbname=d",  "host=x=y",  "HOST=a",       "=",
      "requiressl=1", "[other] [orders]", "hostaddr=1.1.1.1", "user=later",
      "\xEF\xBB\xBF[orders]", "[ orders]", "\v[orders]]", "ldapx=1", "ldap://x", "servicefile=x",
      "user=u # x", "user=\xC2\xA0u", "host=a\rport=1", "passfile=", "; user=c"};
  std::string content;
  for (std::size_t lines = random.below(9); lines > 0; --lines) {
    content += random.one_of(kLines);
    content += random.below(12) ? (random.below(5) ? "\n" : "\r\n") : "";
    if (random.below(40) == 0) content += "user=" + std::string(1000 + random.below(40), 'x') + "\n";
    if (random.below(60) == 0) content += std::string("user=a\0b\n", 9);
  }
  return content;
}

std::string random_password_file(Random& random) {
  static constexpr const char* kFields[] = {
      "*",  "*",     "*",    "a",    "b",  "1",  "5432",   "u",      "orders", "a\\:b",
      "",   "\\*",  "*x",   "\\a",  "a ", "a:b", "a\\", "\\\\", "\xEF\xBB\xBF*",
      "localhost",   "/var/run/postgresql"};
  static constexpr const char* kPasswords[] = {"pass\\:w\\\\ord", "pass:word", "", "word\\",
                                               "\\p\\", " word ", "#", "w\rd", "*"};
  static constexpr const char* kEnds[] = {"\n", "\n", "\n", "\r\n", "\r\r\n", "\r", "\n\n", ""};
  std::string content;
  for (std::size_t lines = random.below(5); lines > 0; --lines) {
    if (random.below(9) == 0) content += "#";
    for (int field = 0; field < 4; ++field) content += std::string(random.one_of(kFields)) + ":";
    content += random.one_of(kPasswords);
    if (random.below(20) == 0) content += std::string(5000, 'x');
    content += random.one_of(kEnds);
  }
  return content;
}

TEST_F(ResolvedBesideLibpq, RandomFilesVariablesAndStringsComeToTheSame) {
  static constexpr const char* kVariables[] = {
      "PGHOST",    "PGHOSTADDR",   "PGPORT",    "PGUSER",        "PGDATABASE", "PGPASSWORD",
      "PGSSLMODE", "PGREQUIRESSL", "PGSERVICE", "PGSSLROOTCERT", "PGAPPNAME",  "PGGSSENCMODE"};
  static constexpr const char* kKeywords[] = {"host",     "hostaddr", "port",    "user",   "dbname",
                                              "password", "sslmode",  "service", "options"};
  const char* const service_files[] = {"own", "pg_service.conf", "home/.pg_service.conf"};
  Random random;
  int taken = 0;
  for (int i = 0; i < 1500; ++i) {
    for (const char* variable : kVariables) unsetenv(variable);
    unsetenv("PGSERVICEFILE");
    for (std::size_t count = random.below(4); count > 0; --count)
      setenv(random.one_of(kVariables), random.one_of(kValues), 1);
    for (const char* file : service_files) {
      std::filesystem::remove(folder_ + "/" + file);
      if (random.below(2)) write(file, random_service_file(random));
    }
    if (random.below(2) || PQlibVersion() < kHomeByVariable)
      setenv("PGSERVICEFILE", (folder_ + "/own").c_str(), 1);
    write("pgpass", random_password_file(random));
    Given given;
    for (std::size_t count = random.below(4); count > 0; --count)
      given.emplace_back(random.one_of(kKeywords), random.one_of(kValues));
    if (random.below(3) == 0) given.emplace_back("service", "orders");
    ASSERT_EQ(difference(given), "") << "round " << i;
    taken += !by_us(given).values.empty();
  }
  EXPECT_GT(taken, 150) << "most are refused: that compares little";
}

}  // namespace
}  // namespace pgiam::host
