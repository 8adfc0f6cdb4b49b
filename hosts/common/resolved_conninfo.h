// What libpq would make of the keywords that somebody gives: the service file, PG* variables and
// defaults fill in the rest. Worked out without libpq, which takes longer to load than all this.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "secret_text.h"

namespace pgiam::host {

// What libpq would refuse, in its words where it has some.
class ConninfoError : public std::runtime_error {
 public:
  explicit ConninfoError(const std::string& message, std::string hint = "")
      : std::runtime_error(message), hint_(std::move(hint)) {}
  const std::string& hint() const { return hint_; }

 private:
  std::string hint_;
};

class ResolvedConninfo {
 public:
  ResolvedConninfo();

  // Over what was given before. Empty values count, as they do within a connection string. Throws
  // ConninfoError for an unknown keyword.
  void give(std::string_view keyword, std::string_view value);
  // Fills in what nobody gave, and checks the keywords that take only certain values, and the
  // lengths of lists. Throws ConninfoError.
  void add_defaults();

  // nullptr: it has no value.
  const char* find(std::string_view keyword) const;
  std::string value(std::string_view keyword) const;  // "" for none
  // Nobody said so, nor anything that it follows from.
  bool is_default(std::string_view keyword) const { return origin(keyword) == Origin::kDefault; }

 private:
  enum class Origin { kNone, kGiven, kService, kVariable, kDefault };
  struct Slot {
    SecretText value;
    Origin origin = Origin::kNone;
    bool is_set() const { return origin != Origin::kNone; }
  };

  Origin origin(std::string_view keyword) const;
  const Slot* slot(std::string_view keyword) const;
  Slot* slot(std::string_view keyword);
  void set(std::string_view keyword, std::string_view value, Origin origin);
  void add_service();
  void add_user_and_database();
  void check_values() const;

  std::vector<Slot> slots_;  // in the order of conninfo_keywords()
};

}  // namespace pgiam::host
