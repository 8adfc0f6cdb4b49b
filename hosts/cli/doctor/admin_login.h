// Another login, which works: what the server's catalogue says of the role that is refused.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "case.h"

namespace pgiam::cli::doctor {

// Throws UsageError where the string holds a password: other users see it in the list of processes.
void refuse_password_in(const std::string& admin_conninfo);

struct RoleOnServer {
  std::string asked_as;    // "postgres"
  std::string asked_at;    // "HOST:PORT"
  bool is_there = false;   // the role
  bool may_log_in = false;
  bool has_group = false;  // there is the role that the cloud's roles are members of
  bool is_member = false;  // of it, directly or by inheritance
  std::string by = {};     // the roles between the two, "" for none
  std::vector<std::string> others = {};  // that may log in, where the role is not there
  std::string why_not = {};  // nothing was asked; the rest says nothing then
};

// What `conninfo` does not say of the place is the tested connection's. One login; its password
// comes from a password file, a service or, where there is a terminal, a question.
RoleOnServer ask_for_role(const Case& host, const std::string& conninfo);

// Whether it names a place of its own: what is found there need not hold where the login failed.
bool names_another_place(const std::string& admin_conninfo);

}  // namespace pgiam::cli::doctor
