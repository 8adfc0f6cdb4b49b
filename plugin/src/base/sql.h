// Names in SQL that people are told to run.
#pragma once

#include <string>
#include <string_view>

namespace pgiam {

// PostgreSQL documentation, "Identifiers and Key Words". Quoted, a name is just this name.
inline std::string sql_identifier(std::string_view name) {
  std::string text = "\"";
  for (char c : name) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

}  // namespace pgiam
