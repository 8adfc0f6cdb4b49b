// What people paste where the name of a host belongs: a URL, a port, a user, blanks,
// quotes, brackets, characters that nobody sees.
#pragma once

#include <string>
#include <string_view>

namespace pgiam {

struct PastedHost {
  std::string_view what;  // "is a URL"; "" where the text is a name, or an address
  std::string name;       // of the host in it, lower case
  std::string port;       // "" where none is in it
};

PastedHost read_pasted_host(std::string_view text);

// The text for people, without what may be a password in it.
std::string without_secrets(std::string_view text);

}  // namespace pgiam
