#include "base/time.h"

#include <gtest/gtest.h>

namespace pgiam {
namespace {

TEST(Time, IsWrittenInBothForms) {
  const Time time{Milliseconds{1'724'709'600'999}};
  EXPECT_EQ(iso8601_basic(time), "20240826T220000Z");
  EXPECT_EQ(rfc3339(time), "2024-08-26T22:00:00Z");
}

TEST(Time, IsReadWithOffsetsAndFractions) {
  const Time time{Milliseconds{1'724'709'600'000}};
  EXPECT_EQ(parse_rfc3339("2024-08-26T22:00:00Z"), time);
  EXPECT_EQ(parse_rfc3339("2024-08-26T22:00:00UTC"), time);
  EXPECT_EQ(parse_rfc3339("2024-08-26T22:00:00.250Z"), time + Milliseconds{250});
  EXPECT_EQ(parse_rfc3339("2024-08-26T22:00:00.2501234Z"), time + Milliseconds{250});
  EXPECT_EQ(parse_rfc3339("2024-08-27T00:00:00+02:00"), time);
  EXPECT_EQ(parse_rfc3339("2024-08-26T18:30:00-0330"), time);
}

TEST(Time, RefusesWhatIsNone) {
  for (const char* text :
       {"", "2024-08-26", "2024-08-26T22:00:00", "2024-13-26T22:00:00Z", "2024-02-30T22:00:00Z",
        "2024-08-26T25:00:00Z", "2024-08-26T22:00:00X", "2024-08-26T22:00:00+2:00",
        "20240826T220000Z", "tomorrow at ten o'clock"})
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
}

TEST(Time, ReadsWhatItWrites) {
  for (std::int64_t seconds : {0LL, 951'782'399LL, 951'782'400LL, 4'102'444'800LL})
    EXPECT_EQ(parse_rfc3339(rfc3339(Time{Seconds{seconds}})), Time{Seconds{seconds}});
}

TEST(Time, ReadsTheBasicForm) {
  EXPECT_EQ(parse_iso8601_basic("20240826T220000Z"), Time{Milliseconds{1'724'709'600'000}});
  for (const char* text : {"", "20240826T220000", "2024-08-26T22:00:00Z", "20241326T220000Z",
                           "20240826 220000Z", "2024082xT220000Z"})
    EXPECT_EQ(parse_iso8601_basic(text), std::nullopt) << text;
}

TEST(Time, ReadsTheDateOfHttp) {
  EXPECT_EQ(parse_http_date("Mon, 26 Aug 2024 22:00:00 GMT"),
            parse_rfc3339("2024-08-26T22:00:00Z"));
  for (const char* text : {"", "Mon, 26 Aug 2024 22:00:00 UTC", "Mon, 26 Aug 2024 22:00 GMT     ",
                           "Mon, 32 Aug 2024 22:00:00 GMT", "Mon, 26 ugS 2024 22:00:00 GMT"})
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
}

}  // namespace
}  // namespace pgiam
