#include "base/time.h"

namespace pgiam {
namespace {

std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) {
  if (text.size() < from + count) return std::nullopt;
  int value = 0;
  for (char c : text.substr(from, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Signing does this at every connect; snprintf would take a third of the whole.
void put_two_digits(char* out, int value) {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
}

std::optional<Seconds> parse_offset(std::string_view zone) {
  if (zone == "Z" || zone == "z" || zone == "UTC") return Seconds{0};
  if (zone.empty() || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  const bool colon = zone.size() == 6 && zone[3] == ':';
  if (!colon && zone.size() != 5) return std::nullopt;
  const auto hours = digits(zone, 1, 2);
  const auto minutes = digits(zone, colon ? 4 : 3, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const Seconds offset{(*hours * 60 + *minutes) * 60};
  return zone[0] == '-' ? -offset : offset;
}

std::chrono::hh_mm_ss<Seconds> clock_of(Time time) {
  return std::chrono::hh_mm_ss{
      std::chrono::floor<Seconds>(time - std::chrono::floor<std::chrono::days>(time))};
}

}  // namespace

UtcFields utc_fields(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const auto clock = clock_of(time);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

std::array<char, 7> iso8601_basic_time_of_day(Time time) {
  const auto clock = clock_of(time);
  std::array<char, 7> text;
  put_two_digits(&text[0], static_cast<int>(clock.hours().count()));
  put_two_digits(&text[2], static_cast<int>(clock.minutes().count()));
  put_two_digits(&text[4], static_cast<int>(clock.seconds().count()));
  text[6] = 'Z';
  return text;
}

std::string iso8601_basic(Time time) {
  const UtcFields f = utc_fields(time);
  std::string text(9, 'T');
  put_two_digits(&text[0], f.year / 100);
  put_two_digits(&text[2], f.year % 100);
  put_two_digits(&text[4], f.month);
  put_two_digits(&text[6], f.day);
  const auto time_of_day = iso8601_basic_time_of_day(time);
  return text.append(time_of_day.data(), time_of_day.size());
}

[[gnu::cold]] std::string rfc3339(Time time) {
  const std::string basic = iso8601_basic(time);
  return basic.substr(0, 4) + '-' + basic.substr(4, 2) + '-' + basic.substr(6, 5) + ':' +
         basic.substr(11, 2) + ':' + basic.substr(13);
}

[[gnu::cold]] std::optional<Time> parse_rfc3339(std::string_view text) {
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;

  std::size_t at = 19;
  int millis = 0;
  if (at < text.size() && text[at] == '.') {
    int scale = 100;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      millis += (text[at] - '0') * scale;
  }
  const auto offset = parse_offset(text.substr(at));
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!offset || !date.ok()) return std::nullopt;
  return Time{std::chrono::sys_days{date}.time_since_epoch() +
              Seconds{*hour * 3600 + *minute * 60 + *second} + Milliseconds{millis} - *offset};
}

[[gnu::cold]] std::optional<Time> parse_iso8601_basic(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  std::string extended(text);
  for (std::size_t at : {std::size_t{13}, std::size_t{11}}) extended.insert(at, ":");
  for (std::size_t at : {std::size_t{6}, std::size_t{4}}) extended.insert(at, "-");
  return parse_rfc3339(extended);
}

[[gnu::cold]] std::optional<Time> parse_http_date(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT"))
    return std::nullopt;
  const auto day = digits(text, 5, 2), year = digits(text, 12, 4);
  const auto hour = digits(text, 17, 2), minute = digits(text, 20, 2), second = digits(text, 23, 2);
  const auto month = kMonths.find(text.substr(8, 3));
  if (!day || !year || !hour || !minute || !second) return std::nullopt;
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(month / 3 + 1)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return Time{std::chrono::sys_days{date}.time_since_epoch() +
              Seconds{*hour * 3600 + *minute * 60 + *second}};
}

}  // namespace pgiam
