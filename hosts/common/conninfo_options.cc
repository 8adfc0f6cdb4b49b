#include "conninfo_options.h"

#include <string.h>

#include <cstring>

namespace pgiam::host {

const char* ConninfoOptions::find(std::string_view keyword) const {
  const char* found = nullptr;
  for_each([&](std::string_view here, const char* value) {
    if (here == keyword) found = value;
  });
  return found;
}

bool ConninfoOptions::hold_secrets() const {
  for (PQconninfoOption* option = options_.get(); option && option->keyword; ++option)
    if (option->val && *option->val && strcmp(option->dispchar, "*") == 0) return true;
  return false;
}

void ConninfoOptions::Release::operator()(PQconninfoOption* options) const {
  for (PQconninfoOption* option = options; option->keyword; ++option)
    if (option->val) explicit_bzero(option->val, strlen(option->val));
  free(options);
}

GivenOptions::GivenOptions(const RealLibpq& libpq, const Parameters& given) : given_(given) {
  if (const char* string = given.connection_string())
    in_string_ = ConninfoOptions(libpq, libpq.PQconninfoParse(string, nullptr));
}

// In libpq's order: later ones win, and what is in the connection string stands where that stands.
const char* GivenOptions::find(std::string_view keyword) const {
  const char* found = nullptr;
  const char* string = given_.connection_string();
  for (std::size_t i = 0; given_.keywords()[i]; ++i) {
    const char* value = given_.values()[i];
    if (!value || !*value) continue;
    if (value == string && given_.keywords()[i] == std::string_view("dbname")) {
      string = nullptr;  // a second time it would be a database's name
      if (const char* inside = in_string_.find(keyword)) found = inside;
    } else if (given_.keywords()[i] == keyword) {
      found = value;
    }
  }
  return found;
}

}  // namespace pgiam::host
