// Connection strings through the ABI (since 1.2). That they are read as libpq reads them is shown in
// tests/fuzz.
#include <pgiam_conninfo.hpp>

#include "abi_test.h"

namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StrEq;

constexpr const char* kUri = "postgresql://app:p%40ss@db.test:6432/orders?sslmode=require";

pgiam_conninfo* parse(const char* text) {
  pgiam_conninfo* conninfo = nullptr;
  EXPECT_EQ(pgiam_conninfo_parse(text, &conninfo, nullptr), PGIAM_OK);
  return conninfo;
}

TEST(ConninfoCalls, TellEachKeywordAndWhichOfThemAreSecret) {
  pgiam_conninfo* conninfo = parse(kUri);
  std::string all;
  for (size_t i = 0; i < pgiam_conninfo_count(conninfo); ++i) {
    pgiam_param param{};
    param.struct_size = sizeof param;
    ASSERT_EQ(pgiam_conninfo_at(conninfo, i, &param), PGIAM_OK);
    all += std::string(param.key) + "=" + param.value + (param.flags ? "! " : " ");
  }
  EXPECT_EQ(all, "user=app password=p@ss! host=db.test port=6432 dbname=orders sslmode=require ");
  pgiam_conninfo_free(conninfo);
}

TEST(ConninfoCalls, AnEmptyStringGivesNothingAndIsNoError) {
  for (const char* text : {"", static_cast<const char*>(nullptr)}) {
    pgiam_conninfo* conninfo = parse(text);
    EXPECT_NE(conninfo, nullptr);
    EXPECT_EQ(pgiam_conninfo_count(conninfo), 0u);
    pgiam_conninfo_free(conninfo);
  }
}

TEST(ConninfoCalls, PastTheEndOrWithoutASizeThereIsNothing) {
  pgiam_conninfo* conninfo = parse("user=app");
  pgiam_param param{};
  EXPECT_EQ(pgiam_conninfo_at(conninfo, 0, &param), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_conninfo_at(conninfo, 0, nullptr), PGIAM_E_INVALID_ARGUMENT);
  param.struct_size = sizeof param;
  EXPECT_EQ(pgiam_conninfo_at(conninfo, 1, &param), PGIAM_E_INVALID_ARGUMENT);
  pgiam_conninfo_free(conninfo);
}

TEST(ConninfoCalls, AnErrorNamesThePlaceAndWhatWasMeant) {
  pgiam_conninfo* conninfo = nullptr;
  Error error;
  EXPECT_EQ(pgiam_conninfo_parse("host=h sslmod=require", &conninfo, error.out()),
            PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(conninfo, nullptr);
  EXPECT_THAT(pgiam_error_text(error, PGIAM_ERROR_MESSAGE), HasSubstr("\"sslmod\" (position 8 "));
  EXPECT_THAT(pgiam_error_text(error, PGIAM_ERROR_HINT), HasSubstr("sslmode"));
}

TEST(ConninfoCalls, TheWrapperOwnsWhatItReads) {
  const pgiam::Conninfo conninfo = pgiam::Conninfo::parse(kUri).value();
  EXPECT_EQ(conninfo.params().size(), 6u);
  EXPECT_THAT(conninfo.param("password"), StrEq("p@ss"));
  EXPECT_EQ(conninfo.param("hostaddr"), nullptr);
  const auto refused = pgiam::Conninfo::parse("postgresql://app:hidden%@h");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what(), Not(HasSubstr("hidden")));
}

}  // namespace
