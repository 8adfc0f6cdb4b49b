#include "base/redact.h"

#include <algorithm>

#include "base/text.h"

namespace pgiam {
namespace {

constexpr std::size_t kShortestSecret = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Base64 in both alphabets, and hexadecimal.
bool may_be_in_a_key(char c) {
  return is_digit(c) || is_letter(c) || c == '+' || c == '/' || c == '=' || c == '_' || c == '-';
}

bool looks_like_a_key(std::string_view word) {
  return word.size() >= kShortestSecret && std::any_of(word.begin(), word.end(), is_digit) &&
         std::any_of(word.begin(), word.end(), is_letter);
}

}  // namespace

std::string redact(std::string_view text, std::size_t limit) {
  std::string line;
  text = trim(text);
  while (!text.empty() && line.size() < limit) {
    const auto end = std::find_if_not(text.begin(), text.end(), may_be_in_a_key);
    const std::string_view word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    if (word.empty()) {
      const bool control = static_cast<unsigned char>(text[0]) < ' ' || text[0] == 127;
      line += control ? ' ' : text[0];
      text.remove_prefix(1);
      continue;
    }
    line += looks_like_a_key(word) ? std::string_view{"…"} : word.substr(0, limit - line.size());
    text.remove_prefix(word.size());
  }
  return line;
}

}  // namespace pgiam
