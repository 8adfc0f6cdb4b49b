// Text across ODBC's two kinds of functions: bytes, and UTF-16 for those whose names end in W.
#pragma once

#include <limits.h>
#include <sql.h>
#include <sqlucode.h>
#include <string.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "secret_text.h"

namespace pgiam::odbc {

// `length`: in characters, or SQL_NTS. A null pointer is "". UTF-16 becomes UTF-8; a surrogate that
// has no partner survives the way there and back.
host::SecretText to_text(const SQLCHAR* text, SQLINTEGER length);
host::SecretText to_text(const SQLWCHAR* text, SQLINTEGER length);

// A string for the real driver or the caller, with a NUL at its end; wiped when it goes.
template <typename Char>
class DriverText {
 public:
  explicit DriverText(std::string_view utf8);
  DriverText(const DriverText&) = delete;
  DriverText& operator=(const DriverText&) = delete;
  ~DriverText() { explicit_bzero(text_.data(), text_.size() * sizeof(Char)); }
  Char* get() { return text_.data(); }
  const Char* get() const { return text_.data(); }
  std::size_t length() const { return text_.size() - 1; }
  SQLSMALLINT short_length() const {
    return static_cast<SQLSMALLINT>(std::min<std::size_t>(length(), SHRT_MAX));
  }
  // As ODBC's out parameters want it: at most `room` characters with the NUL, which is always there
  // if there is room at all. False: the text was cut. Where there is no buffer nothing is missed.
  bool copy_to(Char* out, SQLINTEGER room) const {
    if (!out) return true;
    if (room <= 0) return false;
    const std::size_t fits = std::min(length(), static_cast<std::size_t>(room) - 1);
    std::copy_n(get(), fits, out);
    out[fits] = 0;
    return fits == length();
  }

 private:
  std::vector<Char> text_;
};

}  // namespace pgiam::odbc
