// Names in SQL that the command prints.
#pragma once

#include <string>

namespace pgiam::cli {

// PostgreSQL documentation, "Identifiers and Key Words". Quoted, a name is just this name.
inline std::string identifier(const std::string& name) {
  std::string text = "\"";
  for (char c : name) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

}  // namespace pgiam::cli
