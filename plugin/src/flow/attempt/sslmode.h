// libpq's sslmodes in their order: from those that may go without TLS to those that verify the
// server.
#pragma once

#include <string_view>

namespace pgiam {

bool is_sslmode(std::string_view text);

// The higher, the more it demands. "" and words that libpq does not know count as its default.
int strictness(std::string_view sslmode);

// Whether a connection under it is inside TLS or is none.
bool demands_tls(std::string_view sslmode);

// Whether somebody says by it that a connection may go without TLS: "" and words that libpq does not
// know say nothing.
bool allows_no_tls(std::string_view sslmode);

}  // namespace pgiam
