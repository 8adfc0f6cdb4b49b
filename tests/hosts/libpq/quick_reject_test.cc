#include "quick_reject.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "probe.h"

namespace pgiam::libpq {
namespace {

// Of a token's length; a person's password is shorter.
const std::string kToken = "x:5432/?Action=connect&X-Amz-Signature=" + std::string(300, 'a');
constexpr const char* kVariables[] = {"PGHOST",       "PGHOSTADDR",   "PGPASSWORD",
                                      "PGSERVICE",    "PGIAM_FORCE",  "PGIAM_SIGNING_HOST",
                                      "PGIAM_TARGET", "PGIAM_CONFIG", "XDG_CONFIG_HOME"};

class QuickReject : public testing::Test {
 protected:
  QuickReject() {
    for (const char* variable : kVariables) unsetenv(variable);
    setenv("HOME", "/nonexistent", 1);
  }
  ~QuickReject() override {
    for (const char* variable : kVariables) unsetenv(variable);
  }
  static bool rejects(const std::string& conninfo) {
    return rejects(host::Parameters::of_conninfo(conninfo.c_str()).value());
  }
  static bool rejects(const host::Parameters& given) {
    return quick_reject(*host::find_libpq(__builtin_return_address(0)), given);
  }
};

TEST_F(QuickReject, RejectsWhatBringsAPassword) {
  for (const char* conninfo :
       {"host=db.example password=p", "host = 'db.example' password = 'p q' user=u", "password=p",
        "password= p host=db.example", "host=db.example password=''password=p",
        "host=db.example password=\\ x", "postgresql://u:p@db.example/d?password=q",
        "postgresql://u:p@db.example:5432/d", "postgres://u:p%20q@a.example/d"}) {
    EXPECT_TRUE(rejects(conninfo)) << conninfo;
  }
  EXPECT_FALSE(rejects("host=db.example password=" + kToken)) << "an old token";
  EXPECT_FALSE(rejects("postgresql://u:x%3F" + std::string(300, 'a') + "@db.example/d"))
      << "an old token in escapes";
  EXPECT_TRUE(rejects("host=db.example password=" + std::string(100, 'p')));
  setenv("PGPASSWORD", "p", 1);
  EXPECT_TRUE(rejects("host=db.example"));
  EXPECT_FALSE(rejects("host=db.example password=''")) << "which hides the variable";
  setenv("PGPASSWORD", kToken.c_str(), 1);
  EXPECT_FALSE(rejects("host=db.example"));
}

TEST_F(QuickReject, RejectsWhatIsLocal) {
  for (const char* conninfo :
       {"", "user=u", "host=/run/postgresql", "host=@abstract", "host=localhost", "host=::1",
        "hostaddr=10.0.0.1", "postgresql:///d", "postgresql://localhost:5433/d"}) {
    EXPECT_TRUE(rejects(conninfo)) << conninfo;
  }
  setenv("PGHOST", "db.example", 1);
  EXPECT_FALSE(rejects(""));
  EXPECT_FALSE(rejects("postgresql:///d"));
}

TEST_F(QuickReject, LeavesTheRestToACloserLook) {
  for (const char* conninfo :
       {"host=db.example", "host=db.example.", "host=db.example password=''",
        "service=s password=p", "host=/a,db.example", "host=localhost,db.example", "host= x y",
        "host=db.example password='p", "postgresql://db.example/d", "postgresql://u:@db.example/d",
        "postgresql://u@/d?host=db.example", "postgresql://a.example,b.example/d"}) {
    EXPECT_FALSE(rejects(conninfo)) << conninfo;
  }
  setenv("PGSERVICE", "s", 1);
  EXPECT_FALSE(rejects("host=localhost"));
}

TEST_F(QuickReject, GoesByTheFirstOfSeveralDbnamesAndByTheOrderOfTheRest) {
  const char* keywords[] = {"dbname", "dbname", nullptr};
  const auto rejects_with = [&](const char* first, const char* second) {
    const char* values[] = {first, second, nullptr};
    return rejects(host::Parameters::of_arrays(keywords, values, 1));
  };
  EXPECT_TRUE(rejects_with("host=localhost", "host=db.example"));
  EXPECT_FALSE(rejects_with("host=db.example", "password=p"));
  EXPECT_TRUE(rejects_with("postgres", "host=db.example")) << "a socket";
  setenv("PGHOST", "db.example", 1);
  EXPECT_FALSE(rejects_with("postgres", "password=p"));
  const char* host_first[] = {"host", "dbname", nullptr};
  const char* values[] = {"db.example", "host=localhost", nullptr};
  EXPECT_TRUE(rejects(host::Parameters::of_arrays(host_first, values, 1)));
}

// The judge is libpq: whatever the order of things, what was rejected is local or has a password.
TEST_F(QuickReject, RejectsNothingThatLibpqWouldTakeToAnEndpoint) {
  constexpr const char* kGiven[][2] = {
      {"host", "localhost"},   {"host", "db.example"},     {"host", "/tmp"},
      {"host", ""},            {"host", "a,db.example"},   {"hostaddr", "10.0.0.1"},
      {"password", "p"},       {"password", ""},           {"dbname", nullptr},
      {"dbname", ""},          {"dbname", "d"},            {"dbname", "host=db.example"},
      {"dbname", "password=p"}, {"dbname", "host=localhost password=''"},
      {"dbname", "postgresql://u:p@db.example/d"},         {"dbname", "postgresql:///d?password="},
  };
  const host::RealLibpq& libpq = *host::find_libpq(__builtin_return_address(0));
  std::minstd_rand random(17);
  int rejected = 0;
  for (int round = 0; round < 3000; ++round) {
    setenv("PGHOST", round % 2 ? "db.example" : "", 1);
    setenv("PGPASSWORD", round % 4 > 1 ? "p" : "", 1);
    host::Parameters given =
        host::Parameters::of_arrays(std::vector<const char*>{nullptr}.data(), nullptr, 1);
    std::string told;
    for (std::size_t count = random() % 5; count > 0; --count) {
      const auto& [keyword, value] = kGiven[random() % std::size(kGiven)];
      given.add(keyword, value);
      told += std::string(keyword) + "=" + (value ? value : "NULL") + "; ";
    }
    if (!rejects(given)) continue;
    ++rejected;
    const auto params = host::probe(libpq, given);
    for (std::size_t i = 0; params && i < params->hosts.size(); ++i) {
      const host::ResolvedHost& entry = params->hosts[i];
      EXPECT_TRUE(entry.local || is_local_name(entry.host) || !entry.password.empty()) << told;
    }
  }
  EXPECT_GT(rejected, 300);
}

TEST_F(QuickReject, LooksCloserWhereARuleCouldSayOtherwise) {
  for (const char* variable : {"PGIAM_SIGNING_HOST", "PGIAM_TARGET", "PGIAM_CONFIG"}) {
    setenv(variable, "x", 1);
    EXPECT_FALSE(rejects("host=localhost")) << variable;
    EXPECT_TRUE(rejects("host=localhost password=p")) << variable;
    unsetenv(variable);
  }
  const std::string file = testing::TempDir() + "quick_reject_test_" + std::to_string(getpid());
  setenv("PGIAM_CONFIG", file.c_str(), 1);
  std::ofstream(file) << "[defaults]\n";
  EXPECT_TRUE(rejects("host=localhost password=p"));
  std::ofstream(file) << "[defaults]\nforce = yes\n";
  EXPECT_FALSE(rejects("host=localhost password=p"));
  unlink(file.c_str());
  EXPECT_TRUE(rejects("host=localhost password=p"));
  setenv("PGIAM_FORCE", "yes", 1);
  EXPECT_FALSE(rejects("host=db.example password=p"));
}

}  // namespace
}  // namespace pgiam::libpq
