// Points in time as the whole core uses them: wall clock, UTC, milliseconds.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pgiam {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using Time = std::chrono::sys_time<Milliseconds>;

struct UtcFields {
  int year, month, day, hour, minute, second;
};
// Proleptic Gregorian, no leap seconds; independent of TZ and of gmtime's locks.
UtcFields utc_fields(Time time);

// "20240826T220000Z", the basic ISO 8601 form of SigV4.
std::string iso8601_basic(Time time);
// Its end, which is what changes within a day: "220000Z".
std::array<char, 7> iso8601_basic_time_of_day(Time time);
std::optional<Time> parse_iso8601_basic(std::string_view text);
// "2024-08-26T22:00:00Z" (RFC 3339), whole seconds.
std::string rfc3339(Time time);
// RFC 3339 with `Z` or an offset, optional fraction; also the "2024-08-26T22:00:00UTC" that older
// AWS CLI caches hold. Nothing for anything else.
std::optional<Time> parse_rfc3339(std::string_view text);
// "Mon, 26 Aug 2024 22:00:00 GMT", the form of HTTP's Date (RFC 9110, section 5.6.7).
std::optional<Time> parse_http_date(std::string_view text);

}  // namespace pgiam
