#include "clouds/toy/token.h"

#include "base/text.h"

namespace pgiam::toy {
namespace {

// "toy", number and end.
std::optional<std::vector<std::string_view>> parts_of(std::string_view text) {
  auto parts = split(text, '.');
  if (parts.size() != 3 || parts[0] != "toy" || !parse_integer(parts[2])) return std::nullopt;
  return parts;
}

std::string number_of(std::string_view text) {
  const auto parts = parts_of(text);
  return parts ? std::string((*parts)[1]) : "";
}

}  // namespace

Token::Token(std::string_view text) : text_(text), number_(number_of(text)) {
  provider = "toy.server";
  expires_at = end_of_token(text);
}

std::vector<HandedOut> Token::hand_out() const {
  return {{"token", text_.reveal_c_str(), true}};
}

bool is_token(std::string_view text) { return parts_of(text).has_value(); }

std::optional<Time> end_of_token(std::string_view text) {
  const auto parts = parts_of(text);
  if (!parts) return std::nullopt;
  return Time{Seconds{*parse_integer((*parts)[2])}};
}

}  // namespace pgiam::toy
