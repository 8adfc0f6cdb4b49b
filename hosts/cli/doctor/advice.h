// What the cloud knows of failures without being asked: its own names for them, its words and what to
// type, by what has happened.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pgiam.hpp"

namespace pgiam::cli::doctor {

// What a verdict may also come from.
struct Cause {
  std::string code;
  std::string sentence;
  std::vector<std::string> commands = {};
  std::string evidence = {};
};

class Advice {
 public:
  Advice() = default;
  // Of this connection, or of any. Empty where the module that knows is not installed.
  static Advice on_connection(Context& context, const Request& request);

  // nullptr: the cloud has nothing to say of it. What is empty in it, it leaves to others.
  const Cause* on(std::string_view what) const;
  // Its commands; otherwise those.
  std::vector<std::string> commands(std::string_view what, std::vector<std::string> otherwise) const;
  // "" where it tells none.
  std::string fact(std::string_view name) const;

  // Whether a cause speaks of the role in the database.
  bool is_of_the_role(std::string_view code) const;
  // Whether a remedy begins as a command of the cloud's does.
  bool is_command(std::string_view first_word) const;

 private:
  std::map<std::string, Cause, std::less<>> on_;
  std::map<std::string, std::string, std::less<>> facts_;
};

}  // namespace pgiam::cli::doctor
