// Our reading of a connection string beside libpq's.
#pragma once

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/conninfo.h"
#include "base/conninfo_keywords.h"

namespace pgiam::conninfo_test {

using Values = std::map<std::string, std::string>;

struct Reading {
  bool is_accepted = false;
  Values values;
  std::string error;
};

inline Reading read_by_us(const std::string& text) {
  const auto entries = parse_conninfo(text);
  if (!entries) return {false, {}, entries.error().message};
  Reading reading{true, {}, ""};
  for (const ConninfoEntry& entry : *entries)
    reading.values[entry.keyword] = entry.value.reveal();
  return reading;
}

inline Reading read_by_libpq(const std::string& text) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(text.c_str(), &error), PQconninfoFree);
  Reading reading{options != nullptr, {}, error ? error : ""};
  if (error) PQfreemem(error);
  for (const PQconninfoOption* option = options.get(); option && option->keyword; ++option)
    if (option->val) reading.values[option->keyword] = option->val;
  return reading;
}

inline const std::set<std::string>& keywords_of_libpq() {
  static const std::set<std::string> keywords = [] {
    std::set<std::string> all;
    PQconninfoOption* const options = PQconninfoParse("", nullptr);
    for (const PQconninfoOption* option = options; option->keyword; ++option)
      all.insert(option->keyword);
    PQconninfoFree(options);
    return all;
  }();
  return keywords;
}

// What libpq does by its version: it knows the keywords of its time, and PostgreSQL 18's has begun
// to trim and to refuse blanks in URIs.
inline bool depends_on_version(const std::string& text, const Reading& ours,
                               const Reading& libpqs) {
  if (PQlibVersion() >= 180000 && is_conninfo_uri(text) && text.find(' ') != text.npos) return true;
  for (const auto& [keyword, value] : ours.values)
    if (!keywords_of_libpq().contains(keyword)) return true;
  for (const auto& [keyword, value] : libpqs.values)
    if (!find_conninfo_keyword(keyword)) return true;
  return false;
}

// "" where both read the same.
inline std::string difference_to_libpq(const std::string& text) {
  const Reading ours = read_by_us(text), libpqs = read_by_libpq(text);
  if (depends_on_version(text, ours, libpqs)) return "";
  if (ours.is_accepted != libpqs.is_accepted)
    return "ours: " + (ours.is_accepted ? "taken" : ours.error) +
           ", libpq's: " + (libpqs.is_accepted ? "taken" : libpqs.error);
  for (const auto& [keyword, value] : libpqs.values)
    if (!ours.values.contains(keyword) || ours.values.at(keyword) != value)
      return keyword + " differs";
  return ours.values.size() == libpqs.values.size() ? "" : "ours has more keywords";
}

}  // namespace pgiam::conninfo_test
