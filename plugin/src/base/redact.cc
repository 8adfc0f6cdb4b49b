#include "base/redact.h"

#include <algorithm>

#include "base/printable.h"
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

constexpr std::string_view kHidden = "…";

bool is_hexadecimal(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

// Among words that are names of people's own: harder to please than looks_like_a_key.
bool can_only_be_a_key(std::string_view word) {
  // AWS's secrets have 40, some with a slash; other words with one are paths.
  constexpr std::size_t kShortestHex = 32, kShortest = 20, kShortestWithSlash = 40;
  if (word.size() >= kShortestHex && is_hexadecimal(word)) return true;
  const bool may_be_a_path = word.find('/') != word.npos;
  const auto any = [&](auto is) { return std::any_of(word.begin(), word.end(), is); };
  return word.size() >= (may_be_a_path ? kShortestWithSlash : kShortest) && any(is_digit) &&
         any([](char c) { return c >= 'a' && c <= 'z'; }) &&
         any([](char c) { return c >= 'A' && c <= 'Z'; });
}

// As clouds number the keys that they give: no secret, but nobody else's business.
bool looks_like_a_key_id(std::string_view word) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return word.size() == 20 && std::any_of(word.begin(), word.end(), is_digit) &&
         std::all_of(word.begin(), word.end(),
                     [&](char c) { return is_digit(c) || is_capital(c); });
}

// A password so short stands in every text.
constexpr std::size_t kShortestPassword = 4;

std::string without(std::string_view text, std::string_view password) {
  std::string rest;
  if (password.size() < kShortestPassword) return rest.assign(text);
  for (std::size_t at; (at = text.find(password)) != text.npos;) {
    rest.append(text.substr(0, at)).append(kHidden);
    text.remove_prefix(at + password.size());
  }
  return rest.append(text);
}

// The values in a token that make it one, whoever's it is: "…Signature=…&Security-Token=…".
std::string without_token_parts(std::string text) {
  for (std::string_view key : {"Signature=", "signature=", "Token=", "token=", "sig="}) {
    for (std::size_t at = text.find(key); at != text.npos; at = text.find(key, at)) {
      at += key.size();
      const std::size_t end = std::min(text.find_first_of("& \t\n\"')", at), text.size());
      text.replace(at, end - at, kHidden);
    }
  }
  return text;
}

// Three parts in the base64 of URLs, of which the first is always a JSON object: its length, 0: none.
std::size_t web_token_at(std::string_view text) {
  constexpr std::size_t kShortest = 20;
  if (!text.starts_with("eyJ")) return 0;
  const auto end = std::find_if_not(text.begin(), text.end(), [](char c) {
    return is_digit(c) || is_letter(c) || c == '-' || c == '_' || c == '.';
  });
  const auto size = static_cast<std::size_t>(end - text.begin());
  return size >= kShortest ? size : 0;
}

// No half of a character at the end.
void cut(std::string& text, std::size_t limit) {
  if (text.size() <= limit) return;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  text.resize(limit);
}

}  // namespace

std::string redact_message(std::string_view text, std::string_view password, std::size_t limit) {
  const std::string told = without_token_parts(without(text, password));
  const auto in_a_word = [](char c) { return is_digit(c) || is_letter(c) || c == '+' || c == '/'; };
  std::string clean;
  for (std::string_view rest = told; !rest.empty();) {
    if (const std::size_t size = web_token_at(rest); size > 0) {
      clean += kHidden;
      rest.remove_prefix(size);
      continue;
    }
    const auto end = std::find_if_not(rest.begin(), rest.end(), in_a_word);
    const std::string_view word = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    if (!word.empty()) {
      clean += can_only_be_a_key(word) || looks_like_a_key_id(word) ? kHidden : word;
      rest.remove_prefix(word.size());
      continue;
    }
    const std::size_t control = rest[0] == '\n' || rest[0] == '\t' ? 0 : control_at(rest);
    clean += control > 0 ? '?' : rest[0];
    rest.remove_prefix(std::max<std::size_t>(control, 1));
  }
  cut(clean, limit);
  return clean;
}

std::string redact(std::string_view text, std::size_t limit) {
  std::string line;
  text = trim(text);
  while (!text.empty() && line.size() < limit) {
    const auto end = std::find_if_not(text.begin(), text.end(), may_be_in_a_key);
    const std::string_view word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    if (word.empty()) {
      const std::size_t control = control_at(text);
      line += control > 0 ? ' ' : text[0];
      text.remove_prefix(std::max<std::size_t>(control, 1));
      continue;
    }
    line += looks_like_a_key(word) ? std::string_view{"…"} : word.substr(0, limit - line.size());
    text.remove_prefix(word.size());
  }
  return line;
}

}  // namespace pgiam
