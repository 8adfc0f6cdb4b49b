#include "base/conninfo.h"

#include <gmock/gmock.h>

#include <chrono>

#include "base/conninfo_keywords.h"

namespace pgiam {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// "keyword=value", in order; or the error.
std::vector<std::string> read(std::string_view text,
                              UnknownKeywords unknown = UnknownKeywords::kRefuse) {
  const auto entries = parse_conninfo(text, unknown);
  if (!entries) return {"error: " + entries.error().message};
  std::vector<std::string> all;
  for (const ConninfoEntry& entry : *entries)
    all.push_back(entry.keyword + "=" + std::string(entry.value.reveal()));
  return all;
}

Error error_of(std::string_view text) {
  const auto entries = parse_conninfo(text);
  return entries ? Error{} : entries.error();
}

TEST(Conninfo, PairsKeepTheirOrder) {
  EXPECT_THAT(read(" user = app  host=a,b port='5432' "),
              ElementsAre("user=app", "host=a,b", "port=5432"));
  EXPECT_THAT(read(""), IsEmpty());
}

TEST(Conninfo, TheLastValueOfAKeywordCounts) {
  EXPECT_THAT(read("host=a user=u host=b"), ElementsAre("host=b", "user=u"));
}

TEST(Conninfo, QuotesAndEscapesAreUndone) {
  EXPECT_THAT(read(R"(password='it\'s \\ so' dbname=a\ b user='')"),
              ElementsAre(R"(password=it's \ so)", "dbname=a b", "user="));
  EXPECT_THAT(read(R"(user='a'host=b\)"), ElementsAre("user=a", "host=b"));
}

TEST(Conninfo, UrisHaveAllTheirParts) {
  EXPECT_THAT(read("postgresql://app:p%40ss@db.test:6432/my%20db?sslmode=require&options=-c%20a"),
              ElementsAre("user=app", "password=p@ss", "host=db.test", "port=6432",
                          "dbname=my db", "sslmode=require", "options=-c a"));
  EXPECT_THAT(read("postgres://"), IsEmpty());
}

TEST(Conninfo, UrisNameSeveralHostsAndAddresses) {
  EXPECT_THAT(read("postgres://a:1,[::1]:2,b,%2Fvar%2Frun/"),
              ElementsAre("host=a,::1,b,/var/run", "port=1,2,,"));
}

TEST(Conninfo, SslTrueOfAUriMeansRequire) {
  EXPECT_THAT(read("postgres://h?ssl=true"), ElementsAre("host=h", "sslmode=require"));
  for (const char* text : {"postgres://h?ssl=1", "ssl=true"})
    EXPECT_THAT(read(text), ElementsAre(HasSubstr("invalid connection option \"ssl\"")));
}

TEST(Conninfo, RequiresslIsReadAsSslmode) {
  EXPECT_THAT(read("requiressl=1"), ElementsAre("sslmode=require"));
  EXPECT_THAT(read("requiressl=0"), ElementsAre("sslmode=prefer"));
}

TEST(Conninfo, SecretsAreMarked) {
  for (const ConninfoKeyword& keyword : conninfo_keywords()) {
    const auto entries = parse_conninfo(keyword.name + std::string("=x"));
    ASSERT_TRUE(entries) << keyword.name;
    EXPECT_EQ(entries->front().is_secret, keyword.is_secret()) << keyword.name;
  }
  EXPECT_TRUE(parse_conninfo("password=x")->front().is_secret);
  EXPECT_FALSE(parse_conninfo("user=x")->front().is_secret);
}

TEST(Conninfo, ErrorsNameThePlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"host=a user", "missing \"=\" after a word (position 8 "},
      {"host=a user='b", "unterminated quoted value (position 8 "},
      {"host=a sslmod=x", "invalid connection option \"sslmod\" (position 8 "},
      {"postgres://h/%4", "invalid percent-encoding (position 14 "},
      {"postgres://h,%4/", "invalid percent-encoding (position 14 "},
      {"postgres://h:1,h:%4/", "invalid percent-encoding (position 18 "},
      {"postgres://h/%00", "forbidden value %00 in percent-encoding (position 14 "},
      {"postgres://[::1", "no \"]\" ends the IPv6 address (position 12 "},
      {"postgres://[]/", "the IPv6 address is empty (position 12 "},
      {"postgres://[::1]x/", "unexpected character behind \"]\" (position 17 "},
      {"postgres://h?user", "missing \"=\" in a URI query parameter (position 14 "},
      {"postgres://h?user=a=b", "extra \"=\" in a URI query parameter (position 20 "},
      {"postgres://h?usr=a", "invalid connection option \"usr\" (position 14 "},
  };
  for (const auto& [text, message] : cases) {
    const Error error = error_of(text);
    EXPECT_EQ(error.status, Status::kInvalidArgument) << text;
    EXPECT_THAT(error.message, HasSubstr(message)) << text;
    EXPECT_NE(error.code, "") << text;
  }
  EXPECT_THAT(read(std::string_view("user=a\0b", 8)), ElementsAre(HasSubstr("(position 7 ")));
}

TEST(Conninfo, AnUnknownKeywordIsRefusedWithTheNearestOneOrKept) {
  EXPECT_EQ(error_of("sslmod=x").hint, "did you mean \"sslmode\"?");
  EXPECT_EQ(error_of("sslmod=x").code, "unknown_keyword");
  EXPECT_EQ(error_of("wholly_different=x").hint, "");
  EXPECT_THAT(read("servicefile=f", UnknownKeywords::kKeep), ElementsAre("servicefile=f"));
  EXPECT_THAT(read("postgres://?a=b", UnknownKeywords::kKeep), ElementsAre("a=b"));
}

TEST(Conninfo, ErrorsQuoteNoPieceOfAPassword) {
  for (const char* text :
       {"password=very hidden=1", "password=very hidden", "password='very hidden",
        "postgres://u:very%hidden@h/", "postgres://u@h?password=very&hidden=1",
        "postgres://u@h?password=very=hidden", "hidden%very=x", "postgres://h?hidden%25very=1"}) {
    const Error error = error_of(text);
    EXPECT_NE(error.status, Status::kInternal) << text << " is taken";
    EXPECT_THAT(error.message + error.hint, Not(HasSubstr("hidden"))) << text;
    EXPECT_THAT(error.message + error.hint, Not(HasSubstr("very"))) << text;
  }
}

// A hundred times the text may take a hundred times as long, with much to spare; squared it would
// take hours.
TEST(Conninfo, LongTextsTakeTimeInProportion) {
  constexpr std::size_t kLong = 2'000'000;
  std::string pairs, hosts = "postgres://h", query = "postgres://h?", keywords;
  while (pairs.size() < kLong) pairs += R"(user='\'\'' host=a\ b )";
  while (hosts.size() < kLong) hosts += ",[::1]:%35";
  while (query.size() < kLong) query += "user=%41&";
  for (int i = 0; keywords.size() < kLong; ++i) keywords += "k" + std::to_string(i) + "=1 ";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(parse_conninfo(pairs));
  EXPECT_TRUE(parse_conninfo(hosts));
  EXPECT_TRUE(parse_conninfo(query));
  EXPECT_TRUE(parse_conninfo(keywords, UnknownKeywords::kKeep));
  EXPECT_FALSE(parse_conninfo("host='" + std::string(kLong, 'x')));
  EXPECT_FALSE(parse_conninfo("postgres://h?" + std::string(kLong, 'x') + "=1"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(1));
}

TEST(ConninfoKeywords, AreFoundByName) {
  EXPECT_STREQ(find_conninfo_keyword("hostaddr")->variable, "PGHOSTADDR");
  EXPECT_EQ(find_conninfo_keyword("hostadr"), nullptr);
  EXPECT_EQ(nearest_conninfo_keyword("hots"), "host");
}

}  // namespace
}  // namespace pgiam
