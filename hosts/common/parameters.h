// What a program passes to one of libpq's connect functions, in the one form that they all share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "secret_text.h"

namespace pgiam::host {

struct Parameter {
  const char* keyword;
  const char* value;
};

// Keywords and values as PQconnectdbParams takes them; borrowed from the caller. Where a keyword
// comes twice the later one counts; a connection string may stand in place of the first dbname.
class Parameters {
 public:
  // nullopt: libpq will not take it for a connection string either.
  static std::optional<Parameters> of_conninfo(const char* conninfo);
  static Parameters of_arrays(const char* const* keywords, const char* const* values,
                              int expand_dbname);
  static Parameters of_login(const char* host, const char* port, const char* options,
                             const char* dbname, const char* user, const char* password);

  // One more, which wins.
  void add(const char* keyword, const char* value);
  // The same with one before them, which they may override, or with others after them, which win.
  Parameters preceded_by(Parameter first) const;
  Parameters followed_by(std::initializer_list<Parameter> more) const;
  // The connection string among them; nullptr where there is none. Of several dbnames libpq expands
  // the first alone.
  const char* connection_string() const;

  // For PQconnectStartParams: end with NULL.
  const char* const* keywords() const { return keywords_.data(); }
  const char* const* values() const { return values_.data(); }
  int expand_dbname() const { return expand_dbname_; }

 private:
  std::vector<const char*> keywords_{nullptr};
  std::vector<const char*> values_{nullptr};
  int expand_dbname_ = 0;
};

// A key and its value in the form of a connection string, with a blank at the end. Values may be
// empty: an empty password keeps libpq from looking at PGPASSWORD.
void append_quoted(SecretText& conninfo, std::string_view keyword, std::string_view value);

// The parts of a comma-separated list; "" is a list of one empty part.
std::vector<std::string> split_list(std::string_view list);

// As libpq tells one from a database's name.
bool is_connection_string(std::string_view text);

bool is_socket_path(std::string_view host);

}  // namespace pgiam::host
