#include "clouds/aws/xml.h"

#include <array>
#include <charconv>
#include <utility>

#include "base/text.h"

namespace pgiam::aws {
namespace {

// Where the content of the first <name …> begins.
std::optional<std::size_t> find_content(std::string_view document, std::string_view name) {
  for (std::size_t at = document.find('<'); at != std::string_view::npos;
       at = document.find('<', at + 1)) {
    const std::string_view rest = document.substr(at + 1);
    if (!rest.starts_with(name)) continue;
    // No farther than the next tag, so that time goes with the length.
    const auto end = rest.find_first_of("<>", name.size());
    if (end == std::string_view::npos) return std::nullopt;
    if (rest[end] == '<') continue;
    const std::string_view after_name = rest.substr(name.size(), end - name.size());
    if (after_name.ends_with('/')) continue;
    if (after_name.empty() || after_name[0] == ' ') return at + 1 + end + 1;
  }
  return std::nullopt;
}

constexpr std::size_t kLongestEntity = 8;

// "amp", "#x2F"; ASCII is all that STS encodes.
std::optional<char> decode_entity(std::string_view entity) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNamed{
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
  for (const auto& [name, character] : kNamed)
    if (entity == name) return character;
  if (!entity.starts_with('#')) return std::nullopt;
  entity.remove_prefix(1);
  int base = 10;
  if (entity.starts_with('x')) {
    base = 16;
    entity.remove_prefix(1);
  }
  int code = 0;
  const auto [end, error] =
      std::from_chars(entity.data(), entity.data() + entity.size(), code, base);
  if (error != std::errc{} || end != entity.data() + entity.size() || code < 1 || code > 127)
    return std::nullopt;
  return static_cast<char>(code);
}

}  // namespace

std::optional<std::string> xml_text(std::string_view document, std::string_view name) {
  const auto begin = find_content(document, name);
  if (!begin) return std::nullopt;
  std::string_view content = document.substr(*begin);
  const auto end = content.find('<');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string closing = "</" + std::string(name) + ">";
  if (!content.substr(end).starts_with(closing)) return std::nullopt;
  content = trim(content.substr(0, end));

  std::string text;
  text.reserve(content.size());  // no reallocation: it may be secret
  while (!content.empty()) {
    // Not looked for to the very end: text may be nothing but '&'.
    const auto semicolon = content[0] == '&' ? content.substr(0, kLongestEntity + 2).find(';')
                                             : std::string_view::npos;
    const auto decoded = semicolon == std::string_view::npos
                             ? std::nullopt
                             : decode_entity(content.substr(1, semicolon - 1));
    text += decoded.value_or(content[0]);
    content.remove_prefix(decoded ? semicolon + 1 : 1);
  }
  return text;
}

}  // namespace pgiam::aws
