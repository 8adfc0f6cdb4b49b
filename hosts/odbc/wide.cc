#include "wide.h"

#include <string.h>

#include <algorithm>
#include <cstdint>

namespace pgiam::odbc {
namespace {

bool is_high(std::uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(std::uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

void append_utf8(host::SecretText& text, std::uint32_t c) {
  char bytes[4];
  std::size_t n = 0;
  if (c < 0x80) {
    bytes[n++] = static_cast<char>(c);
  } else {
    if (c < 0x800) {
      bytes[n++] = static_cast<char>(0xc0 | c >> 6);
    } else {
      if (c < 0x10000) {
        bytes[n++] = static_cast<char>(0xe0 | c >> 12);
      } else {
        bytes[n++] = static_cast<char>(0xf0 | c >> 18);
        bytes[n++] = static_cast<char>(0x80 | (c >> 12 & 0x3f));
      }
      bytes[n++] = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    }
    bytes[n++] = static_cast<char>(0x80 | (c & 0x3f));
  }
  text.append(std::string_view(bytes, n));
}

// Takes one character; a byte that begins none stands for itself.
std::uint32_t take_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t first = byte(0);
  const std::size_t size = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  std::uint32_t c = size == 1 ? first : first & (0xffu >> (size + 1));
  std::size_t used = 1;
  while (used < size && used < text.size() && (byte(used) & 0xc0) == 0x80)
    c = c << 6 | (byte(used++) & 0x3f);
  if (used < size) c = first, used = 1;
  text.remove_prefix(used);
  return c;
}

}  // namespace

host::SecretText to_text(const SQLCHAR* text, SQLINTEGER length) {
  if (!text) return host::SecretText();
  const char* bytes = reinterpret_cast<const char*>(text);
  return host::SecretText(std::string_view(
      bytes, length < 0 ? strlen(bytes) : static_cast<std::size_t>(length)));
}

host::SecretText to_text(const SQLWCHAR* text, SQLINTEGER length) {
  host::SecretText utf8;
  if (!text) return utf8;
  for (SQLINTEGER i = 0; length < 0 ? text[i] != 0 : i < length; ++i) {
    std::uint32_t c = text[i];
    const bool has_next = length < 0 || i + 1 < length;  // behind SQL_NTS there is at least the NUL
    if (is_high(c) && has_next && is_low(text[i + 1]))
      c = 0x10000 + ((c - 0xd800) << 10) + (text[++i] - 0xdc00u);
    append_utf8(utf8, c);
  }
  return utf8;
}

template <>
DriverText<SQLCHAR>::DriverText(std::string_view utf8) : text_(utf8.size() + 1) {
  std::copy(utf8.begin(), utf8.end(), text_.begin());
}

template <>
DriverText<SQLWCHAR>::DriverText(std::string_view utf8) {
  text_.reserve(utf8.size() + 1);  // enough, so that no copy is left behind by growing
  while (!utf8.empty()) {
    const std::uint32_t c = take_character(utf8);
    if (c < 0x10000) {
      text_.push_back(static_cast<SQLWCHAR>(c));
    } else {
      text_.push_back(static_cast<SQLWCHAR>(0xd800 + ((c - 0x10000) >> 10)));
      text_.push_back(static_cast<SQLWCHAR>(0xdc00 + ((c - 0x10000) & 0x3ff)));
    }
  }
  text_.push_back(0);
}

}  // namespace pgiam::odbc
