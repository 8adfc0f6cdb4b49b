// What other programs say, made fit for an error message.
#pragma once

#include <string>
#include <string_view>

namespace pgiam {

// One line of at most `limit` bytes, where "…" stands for everything that could be a key or a
// token: a long run of letters and digits mixed. Control characters become blanks.
std::string redact(std::string_view text, std::size_t limit);

// A server's or a client's message, of at most `limit` bytes. "…" stands for what a client sent as
// its password ("": none), for the secret parts of a token, and for what can only be a key: a long
// run of small and capital letters and digits, or of hexadecimal digits. Lines stay; other control
// characters, those of a terminal's escape sequences among them, become question marks. Harder to
// please than redact(): the names of people's own hosts and users stay.
std::string redact_message(std::string_view text, std::string_view password, std::size_t limit);

}  // namespace pgiam
