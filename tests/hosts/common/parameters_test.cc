#include "parameters.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <cstring>

namespace pgiam::host {
namespace {

std::string as_list(const Parameters& parameters) {
  std::string list;
  for (std::size_t i = 0; parameters.keywords()[i]; ++i) {
    list += std::string(list.empty() ? "" : " ") + parameters.keywords()[i] + "=" +
            parameters.values()[i];
  }
  return list;
}

TEST(Parameters, TakeAConnectionStringForADbnameThatIsExpanded) {
  for (const char* conninfo : {"host=x", "postgresql://x", "postgres://x"}) {
    const std::optional<Parameters> parameters = Parameters::of_conninfo(conninfo);
    ASSERT_TRUE(parameters) << conninfo;
    EXPECT_EQ(as_list(*parameters), std::string("dbname=") + conninfo);
    EXPECT_TRUE(parameters->expand_dbname());
  }
}

TEST(Parameters, AreNoneInABlankStringAndNotToBeHadFromAnythingElse) {
  EXPECT_EQ(as_list(Parameters::of_conninfo(" \t\n").value()), "");
  EXPECT_FALSE(Parameters::of_conninfo("mydb"));
}

TEST(Parameters, KeepTheOrderThatDecidesWhichOneCounts) {
  const char* keywords[] = {"host", "port", nullptr};
  const char* values[] = {"x", "1", nullptr};
  const Parameters parameters = Parameters::of_arrays(keywords, values, 0);
  EXPECT_EQ(as_list(parameters.followed_by({{"sslmode", "a"}, {"port", "2"}})),
            "host=x port=1 sslmode=a port=2");
  EXPECT_EQ(as_list(parameters.preceded_by({"passfile", "f"})), "passfile=f host=x port=1");
}

TEST(Parameters, HaveAConnectionStringInTheFirstDbnameAlone) {
  const auto string_in = [](const char* first, const char* second, int expand) {
    const char* keywords[] = {"port", "dbname", "dbname", nullptr};
    const char* values[] = {"1", first, second, nullptr};
    const char* string = Parameters::of_arrays(keywords, values, expand).connection_string();
    return std::string(string ? string : "none");
  };
  EXPECT_EQ(string_in("host=x user=u", "host=y", 1), "host=x user=u");
  EXPECT_EQ(string_in("host=x user=u", "host=y", 0), "none");
  EXPECT_EQ(string_in("d", "host=y", 1), "none");
  EXPECT_EQ(string_in("", "host=y", 1), "none");
  EXPECT_EQ(string_in(nullptr, "host=y", 1), "host=y");
}

// libpq itself is the judge of what has been quoted.
TEST(AppendQuoted, IsReadBackByLibpqWhateverTheValue) {
  for (const char* value :
       {"", " ", "a b", "it's", "back\\slash", "\\'", "a=b", "söhne", "line\nbreak"}) {
    host::SecretText conninfo;
    append_quoted(conninfo, "user", value);
    append_quoted(conninfo, "dbname", "d");
    PQconninfoOption* options = PQconninfoParse(conninfo.c_str(), nullptr);
    ASSERT_NE(options, nullptr) << value;
    for (PQconninfoOption* option = options; option->keyword; ++option) {
      if (strcmp(option->keyword, "user") == 0) {
        EXPECT_STREQ(option->val, value);
      }
    }
    PQconninfoFree(options);
  }
}

TEST(SplitList, KeepsEmptyParts) {
  EXPECT_EQ(split_list(""), std::vector<std::string>{""});
  EXPECT_EQ(split_list("a"), std::vector<std::string>{"a"});
  EXPECT_EQ(split_list(",b,"), (std::vector<std::string>{"", "b", ""}));
}

}  // namespace
}  // namespace pgiam::host
