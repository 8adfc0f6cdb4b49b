#include "clouds/aws/uri_encode.h"

#include <array>

namespace pgiam::aws {
namespace {

constexpr std::array<bool, 256> kUnreserved = [] {
  std::array<bool, 256> table{};
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned char c : {'-', '.', '_', '~'}) table[c] = true;
  return table;
}();

}  // namespace

void append_uri_encoded(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kUnreserved[byte]) {
      out += c;
    } else {
      const char escaped[] = {'%', kDigits[byte >> 4], kDigits[byte & 15]};
      out.append(escaped, sizeof escaped);
    }
  }
}

std::string uri_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 2);
  append_uri_encoded(out, text);
  return out;
}

}  // namespace pgiam::aws
