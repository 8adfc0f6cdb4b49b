// libpq's password file (PostgreSQL documentation, "The Password File").
#pragma once

#include <string>

#include "base/pgpass.h"
#include "secret_text.h"

namespace pgiam::host {

// Empty where it holds none for this connection. A file that is none, or that others may read, is
// passed over, as libpq does after a warning.
SecretText saved_password(const std::string& path, const pgpass::Connection& connection);

}  // namespace pgiam::host
