// A connection as one URL, password included, for tools that take nothing else.
#pragma once

#include "connection.h"
#include "pgiam.hpp"
#include "secret_text.h"

namespace pgiam::cli {

// postgresql://user:password@host:port/database?keyword=value…, with what the user chose and what
// the reply to request_to_send() sets. Whatever is not a letter, a digit or one of "-._~" is
// percent-encoded, and a token is full of that. PostgreSQL documentation, "Connection URIs".
host::SecretText url_of(const Connection& connection, const Reply& reply);

}  // namespace pgiam::cli
