// Entries of PgBouncer's userlist.txt, "user" "password". All but ours stay as they are, byte for
// byte. Format: PgBouncer's manual, "Authentication file format", and its load_auth_file().
#pragma once

#include <string>
#include <string_view>

#include "secret_text.h"

namespace pgiam::keeper {

// Why PgBouncer would not take the password from such a file, a sentence; "" if it would.
std::string why_not_in_userlist(std::string_view content, std::string_view user,
                                std::string_view password);

// `content` with an entry of that user that holds `password`: in place of the user's last, which is
// the one that counts, or behind all others.
host::SecretText with_user(std::string_view content, std::string_view user,
                           std::string_view password);

// `content` without the line of that entry, if the entry holds just this password.
host::SecretText without_user(std::string_view content, std::string_view user,
                              std::string_view password);

}  // namespace pgiam::keeper
