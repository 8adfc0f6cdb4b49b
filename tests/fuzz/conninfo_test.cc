// Odd connection strings, read by us and by libpq, and strings put together of the pieces that
// decide how one is read.
#include <gtest/gtest.h>

#include <random>

#include "conninfo_libpq.h"

namespace pgiam::conninfo_test {
namespace {

constexpr const char* kOddStrings[] = {
    // pairs
    "",
    " ",
    "\t\n\v\f\r ",
    "=",
    "=x",
    "==",
    "host",
    "host ",
    "host=",
    "host= ",
    "host=a",
    "host = a",
    "host\n=\ta\r\n",
    "host=a port=1 user=u",
    "host=a,port=1",
    "host=a;port=1",
    "host= port=5432",
    "host=a=b",
    "host==b",
    "host='a'port=1",
    "host='a''b'",
    "host='a' 'b'",
    "host=a'b'",
    "host='",
    "host=''",
    "host='' port=''",
    "host='a",
    "host='a\\",
    "host='a\\'",
    "host='a\\''",
    "host=\\'a\\'",
    "host=a\\",
    "host=a\\ b",
    "host=\\\\",
    "host=\\",
    "host='a\\\\'",
    "host='\\a\\b'",
    "host='a b' user=\"c d\"",
    "host=\"a b\"",
    "host=a\vport=1",
    "host=a host=b",
    "host=a host=",
    "Host=a",
    "HOST=a",
    "hots=a",
    "'host'=a",
    "host\\=a",
    "ho st=a",
    "password=a b",
    "password='a b'",
    "password=a=b==",
    "password=p\xc3\xa4ss \xc2\xa0user=u",
    "user=\xff\xfe",
    "user=\xa0 host=h",
    "user=\x85 host=h",
    "ssl=true",
    "ssl=1",
    "requiressl=1",
    "requiressl=0",
    "requiressl=",
    "requiressl=10 sslmode=verify-full",
    "sslmode=verify-full requiressl=1",
    "sslmode=nonsense port=nonsense hostaddr=nonsense",
    "service=x",
    "service=",
    "passfile=/a/b dbname='c=d'",
    "dbname=postgresql://h",
    "dbname='host=evil'",
    "options='-c search_path=a\\\\ b'",
    "host=a#b # comment",
    "tty=x",
    "authtype=x",
    "replication=database",
    "fallback_application_name=x",
    "%68ost=a",
    "host=%61",
    // other schemes are pairs
    "postgres:",
    "postgres:/",
    "postgresql:/h",
    "Postgres://h",
    " postgres://h",
    "postgresqls://h",
    "jdbc:postgresql://h/d",
    "jdbc:postgresql://h/d?user=u",
    "http://h",
    "postgresql:///?=",
    // URIs
    "postgres://",
    "postgresql://",
    "postgresql:///",
    "postgresql:////",
    "postgresql://?",
    "postgresql:///?",
    "postgresql:///d",
    "postgresql:///d/e",
    "postgresql:///d?",
    "postgresql://h",
    "postgresql://h/",
    "postgresql://h?",
    "postgresql://h/d",
    "postgresql://h:",
    "postgresql://h:/",
    "postgresql://h:1",
    "postgresql://h:1/",
    "postgresql://h:1:2/",
    "postgresql://h:x",
    "postgresql://h:1?user=u",
    "postgresql://:1",
    "postgresql://:",
    "postgresql://@",
    "postgresql://:@",
    "postgresql://@h",
    "postgresql://:@h",
    "postgresql://u@",
    "postgresql://u@h",
    "postgresql://u:@h",
    "postgresql://:p@h",
    "postgresql://u:p@h",
    "postgresql://u:p:q@h",
    "postgresql://u:p@q@h",
    "postgresql://u@v:p@h",
    "postgresql://u:p/q@h",
    "postgresql://u:p?q@h",
    "postgresql://u:p#q@h/d#e",
    "postgresql://h?user=a@b",
    "postgresql://h/d@e",
    "postgresql://h/d?user=a@b",
    "postgresql://h/d:e",
    "postgresql://h1,h2",
    "postgresql://h1:1,h2:2/d",
    "postgresql://h1,h2:2/d",
    "postgresql://h1:1,h2/d",
    "postgresql://,",
    "postgresql://,,/",
    "postgresql://h,?user=u",
    "postgresql://:1,:2",
    "postgresql://h1%2Ch2",
    "postgresql://h:1%2C2",
    "postgresql://[::1]",
    "postgresql://[::1]/",
    "postgresql://[::1]:1",
    "postgresql://[::1]:1,[::2]:2/d",
    "postgresql://[::1]?user=u",
    "postgresql://[::1],h",
    "postgresql://[::1]x",
    "postgresql://[::1]]",
    "postgresql://[::1",
    "postgresql://[",
    "postgresql://[]",
    "postgresql://[]:1",
    "postgresql://[/]/d",
    "postgresql://[a,b]:1",
    "postgresql://[%3A%3A1]",
    "postgresql://[fe80::1%25eth0]",
    "postgresql://[fe80::1%eth0]",
    "postgresql://h[::1]",
    "postgresql://h,[",
    "postgresql://u@[::1]:1/d",
    "postgresql://%2Fvar%2Frun%2Fpostgresql/d",
    "postgresql:///d?host=/var/run",
    "postgresql://h?host=other",
    "postgresql://h/d?dbname=e",
    "postgresql://h/d?dbname=",
    "postgresql://h?",
    "postgresql://h?&",
    "postgresql://h?&user=u",
    "postgresql://h?user=u&",
    "postgresql://h?user=u&&port=1",
    "postgresql://h?user",
    "postgresql://h?user&port=1",
    "postgresql://h?user=",
    "postgresql://h?=u",
    "postgresql://h?user=u=v",
    "postgresql://h?user==v",
    "postgresql://h?user=u?port=1",
    "postgresql://h?user=u#x",
    "postgresql://h?user=u;port=1",
    "postgresql://h?us%65r=u",
    "postgresql://h?user%3Du",
    "postgresql://h?user=a%26b%3Dc",
    "postgresql://h?user=a+b",
    "postgresql://h?User=u",
    "postgresql://h?usr=u",
    "postgresql://h?ssl=true",
    "postgresql://h?ssl=false",
    "postgresql://h?ssl=",
    "postgresql://h?ssl=TRUE",
    "postgresql://h?s%73l=%74rue",
    "postgresql://h?ssl=true&sslmode=disable",
    "postgresql://h?requiressl=1",
    "postgresql://h?requiressl=0",
    "postgresql://h?service=x",
    "postgresql://h?options=-c%20a%3Db",
    "postgresql://%",
    "postgresql://%4",
    "postgresql://%41",
    "postgresql://%4g",
    "postgresql://%g4",
    "postgresql://%00",
    "postgresql://%25",
    "postgresql://%%41",
    "postgresql://u%",
    "postgresql://u%40:p%3A@h",
    "postgresql://u:p%@h",
    "postgresql://u:%00@h",
    "postgresql://h:%31",
    "postgresql://h:%/d",
    "postgresql://h/%",
    "postgresql://h/%2F%3f",
    "postgresql://h/a%0Ab",
    "postgresql://%41,%4/",
    "postgresql://h?%=a",
    "postgresql://h?user=%",
    "postgresql://h?user=%4",
    "postgresql://h?user=%41%zz",
    "postgresql://h?%00=a",
    "postgresql://h?%75ser=a",
    "postgresql://\xc3\xa4/\xff",
    "postgresql://h/a\\b'c",
    "postgresql://h/\td",
    "postgresql://h /d e?user= u ",
    "postgres://h/?application_name=a%2526",
    // keywords of all times
    "require_auth=password",
    "sslnegotiation=direct",
    "postgresql://h?min_protocol_version=3.2",
    "min_protocol_version=3.0 nonsense=1",
    "sslcertmode=disable sslrootcert=system",
    "scram_client_key=x oauth_issuer=y",
    "servicefile=x",
};

TEST(ConninfoBesideLibpq, OddStringsAreReadAlike) {
  for (const char* text : kOddStrings) EXPECT_EQ(difference_to_libpq(text), "") << text;
}

// A table of keywords that libpq has and we lack would let all of the above pass.
TEST(ConninfoBesideLibpq, OurKeywordsAreTheOnesOfLibpq) {
  const int version = PQlibVersion() / 10000;
  for (const std::string& keyword : keywords_of_libpq()) {
    if (version > 18 || keyword == "tty" || keyword == "authtype") continue;  // gone since 14
    EXPECT_TRUE(find_conninfo_keyword(keyword)) << keyword;
  }
  for (const ConninfoKeyword& keyword : conninfo_keywords())
    EXPECT_EQ(keywords_of_libpq().contains(keyword.name), keyword.since <= version) << keyword.name;
}

// Variables and defaults beside PQconndefaults', which the environment decides.
TEST(ConninfoBesideLibpq, VariablesAndSecretsAreThoseOfLibpq) {
  PQconninfoOption* const options = PQconninfoParse("", nullptr);
  for (const PQconninfoOption* option = options; option->keyword; ++option) {
    const ConninfoKeyword* keyword = find_conninfo_keyword(option->keyword);
    if (!keyword) continue;
    const auto text = [](const char* value) { return std::string(value ? value : "(none)"); };
    EXPECT_EQ(text(keyword->variable), text(option->envvar)) << keyword->name;
    EXPECT_EQ(text(keyword->fallback), text(option->compiled)) << keyword->name;
    if (*option->dispchar == '*') {
      EXPECT_TRUE(keyword->is_secret()) << keyword->name;
    }
  }
  PQconninfoFree(options);
}

TEST(ConninfoBesideLibpq, StringsOfRandomPiecesAreReadAlike) {
  static constexpr const char* kPieces[] = {
      "postgres://", "postgresql://", "host", "port", "user", "password", "dbname", "sslmode",
      "ssl", "true", "requiressl", "options", "a", "b", "1", "x", "=", "=", "=", " ", " ", "'", "'",
      "\\", "\\", ",", ":", ":", "/", "/", "?", "?", "&", "&", "@", "@", "[", "]", "::1", "%41",
      "%2C", "%", "%4", "%00", "%3D", "\t", "\n", "#", "+", "\xc3\xa4", "\xff"};
  std::mt19937 random{20261129};
  const auto below = [&](std::size_t limit) { return random() % limit; };
  int taken = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string text = below(2) ? kPieces[below(2)] : "";
    for (std::size_t pieces = 1 + below(12); pieces > 0; --pieces)
      text += kPieces[below(std::size(kPieces))];
    ASSERT_EQ(difference_to_libpq(text), "") << text;
    taken += read_by_us(text).is_accepted;
  }
  EXPECT_GT(taken, 500) << "most are refused: that compares little";
}

}  // namespace
}  // namespace pgiam::conninfo_test
