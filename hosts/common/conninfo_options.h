// libpq's lists of connection options, and what a program said of them.
#pragma once

#include <memory>
#include <string_view>

#include "parameters.h"
#include "real_libpq.h"

namespace pgiam::host {

// What PQconninfo and PQconninfoParse return, wiped when it goes.
class ConninfoOptions {
 public:
  ConninfoOptions() : options_(nullptr, Release{}) {}
  ConninfoOptions(const RealLibpq& libpq, PQconninfoOption* options)
      : options_(options, Release{libpq.PQconninfoFree}) {}

  // False: libpq could make nothing of what it was given.
  bool are_there() const { return options_ != nullptr; }
  // nullptr: it has no value.
  const char* find(std::string_view keyword) const;
  // Whether one has a value that libpq would have a dialog hide.
  bool hold_secrets() const;
  // Calls take(keyword, value) for every option that has a value.
  template <typename Take>
  void for_each(Take take) const {
    for (PQconninfoOption* option = options_.get(); option && option->keyword; ++option)
      if (option->val) take(std::string_view(option->keyword), option->val);
  }

 private:
  struct Release {
    decltype(&::PQconninfoFree) free;
    void operator()(PQconninfoOption* options) const;
  };

  std::unique_ptr<PQconninfoOption, Release> options_;
};

// What the program itself said, before variables, service files and defaults. A connection string
// is read by libpq: about 0.4 µs.
class GivenOptions {
 public:
  // Borrows the parameters.
  GivenOptions(const RealLibpq& libpq, const Parameters& given);

  // False: libpq will refuse the connection string.
  bool are_readable() const { return !given_.connection_string() || in_string_.are_there(); }
  // nullptr: it said nothing. An empty value hides a variable, but only a connection string can
  // have one.
  const char* find(std::string_view keyword) const;
  // Whether they are all the options of another connection (psql's \c): defaults among them are
  // nobody's choice. No person gives this keyword, which has done nothing since PostgreSQL 14.
  bool are_copied() const { return find("sslcompression") != nullptr; }

 private:
  const Parameters& given_;
  ConninfoOptions in_string_;
};

}  // namespace pgiam::host
