#include "conninfo_options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pgiam::host {
namespace {

// The judge is libpq: what it makes of the same parameters, where nothing but them says anything.
std::string by_libpq(const Parameters& given, const char* keyword) {
  const Parameters failing = given.followed_by({{"target_session_attrs", "none"}});
  PGconn* conn =
      PQconnectStartParams(failing.keywords(), failing.values(), failing.expand_dbname());
  PQconninfoOption* options = PQconninfo(conn);
  std::string value;
  for (PQconninfoOption* option = options; option && option->keyword; ++option)
    if (option->keyword == std::string(keyword) && option->val) value = option->val;
  PQconninfoFree(options);
  PQfinish(conn);
  return value;
}

TEST(GivenOptions, AreReadAsLibpqReadsThem) {
  const RealLibpq& libpq = *find_libpq(__builtin_return_address(0));
  const char* twice = "host=b user=w";  // the very same text in two places
  const std::vector<std::vector<const char*>> all = {
      {"dbname", twice, "host", "a", "dbname", twice},
      {"application_name", twice, "dbname", twice, "user", "v"},
      {"user", "v", "host", "a", "dbname", "host=b port=1"},
      {"user", "v", "dbname", "host=b port=1", "host", "a"},
      {"user", "v", "dbname", "host=b", "dbname", "host=c user=u"},
      {"user", "v", "dbname", "d", "dbname", "host=c user=u"},
      {"user", "v", "dbname", "", "dbname", "host=c user=u"},
      {"user", "v", "dbname", "host=b", "host", "", "dbname", ""},
      {"host", "a", "dbname", "postgresql://u:x%20y@b,c:1,2/d?application_name=n"},
      {"host", "a", "host", "b", "dbname", "host = 'it\\'s'  user=\\ u"},
      {"password", "p", "dbname", "user=u password=''"},
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    Parameters given = Parameters::of_arrays(std::vector<const char*>{nullptr}.data(), nullptr, 1);
    for (std::size_t j = 0; j < all[i].size(); j += 2) given.add(all[i][j], all[i][j + 1]);
    const GivenOptions said(libpq, given);
    for (const char* keyword : {"host", "user", "password", "application_name"}) {
      const char* value = said.find(keyword);
      EXPECT_EQ(value ? value : "", by_libpq(given, keyword)) << i << " " << keyword;
    }
  }
}

TEST(GivenOptions, AreNotReadableWhereLibpqWillRefuseThem) {
  const RealLibpq& libpq = *find_libpq(__builtin_return_address(0));
  for (const char* conninfo : {"host=a sslmod=require", "host= x y", "host='a", "postgresql://[a"})
    EXPECT_FALSE(GivenOptions(libpq, *Parameters::of_conninfo(conninfo)).are_readable())
        << conninfo;
}

}  // namespace
}  // namespace pgiam::host
