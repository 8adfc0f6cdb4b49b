#include "parameters.h"

#include <cstring>

#include "base/conninfo_keywords.h"

namespace pgiam::host {

std::optional<Parameters> Parameters::of_conninfo(const char* conninfo) {
  Parameters parameters;
  if (conninfo[strspn(conninfo, " \t\n\r\f\v")] == '\0') return parameters;
  if (!is_connection_string(conninfo)) return std::nullopt;
  parameters.expand_dbname_ = 1;
  parameters.add("dbname", conninfo);
  return parameters;
}

Parameters Parameters::of_arrays(const char* const* keywords, const char* const* values,
                                 int expand_dbname) {
  Parameters parameters;
  parameters.expand_dbname_ = expand_dbname;
  for (; *keywords; ++keywords, ++values) parameters.add(*keywords, *values);
  return parameters;
}

Parameters Parameters::of_login(const char* host, const char* port, const char* options,
                                const char* dbname, const char* user, const char* password) {
  Parameters parameters;
  parameters.expand_dbname_ = 1;
  parameters.add("dbname", dbname);
  parameters.add("host", host);
  parameters.add("port", port);
  parameters.add("options", options);
  parameters.add("user", user);
  parameters.add("password", password);
  return parameters;
}

Parameters Parameters::preceded_by(Parameter first) const {
  Parameters all = *this;
  all.keywords_.insert(all.keywords_.begin(), first.keyword);
  all.values_.insert(all.values_.begin(), first.value);
  return all;
}

Parameters Parameters::followed_by(std::initializer_list<Parameter> more) const {
  Parameters all = *this;
  for (const Parameter& parameter : more) all.add(parameter.keyword, parameter.value);
  return all;
}

const char* Parameters::connection_string() const {
  if (!expand_dbname_) return nullptr;
  for (std::size_t i = 0; keywords_[i]; ++i) {
    if (values_[i] && strcmp(keywords_[i], "dbname") == 0)
      return is_connection_string(values_[i]) ? values_[i] : nullptr;
  }
  return nullptr;
}

void Parameters::add(const char* keyword, const char* value) {
  keywords_.back() = keyword;
  values_.back() = value;
  keywords_.push_back(nullptr);
  values_.push_back(nullptr);
}

void append_quoted(SecretText& conninfo, std::string_view keyword, std::string_view value) {
  conninfo.append(keyword).append("='").append_escaped(value, "'\\").append("' ");
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t comma = list.find(',');
    parts.emplace_back(list.substr(0, comma));
    if (comma == list.npos) return parts;
    list.remove_prefix(comma + 1);
  }
}

bool is_connection_string(std::string_view text) { return is_conninfo(text); }

bool is_socket_path(std::string_view host) {
  return host.starts_with('/') || host.starts_with('@');
}

}  // namespace pgiam::host
