// Small tools for ASCII text. Locale never matters here: bytes above 127 are left alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgiam {

std::string to_lower(std::string_view text);
bool equals_ignore_case(std::string_view a, std::string_view b);
// Blanks, tabs and what ends lines and pages.
constexpr std::string_view kBlanks = " \t\r\n\f\v";
// Without blanks on either side.
std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
// What stands between blanks.
std::vector<std::string_view> split_words(std::string_view text);
// A decimal number and nothing else.
std::optional<long long> parse_integer(std::string_view text);
// yes/no, true/false, on/off, 1/0, in any case.
std::optional<bool> parse_bool(std::string_view text);
// "a, b and c"
std::string join_words(const std::vector<std::string>& words, std::string_view last = " and ");
// "ASIA…WXYZ": enough to recognise an access key id, too little to be of use.
std::string mask(std::string_view id);

}  // namespace pgiam
