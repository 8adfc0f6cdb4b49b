// Where the password comes from that libpq would send in place of a token.
#pragma once

#include <string>

#include "case.h"

namespace pgiam::cli::doctor {

struct PasswordOrigin {
  std::string name;    // "PGPASSWORD"
  std::string remedy;  // "unset PGPASSWORD"
};

// Only where there is one. In the order in which libpq looks.
PasswordOrigin origin_of_password(const Case& host);

}  // namespace pgiam::cli::doctor
