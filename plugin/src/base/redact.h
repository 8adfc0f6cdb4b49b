// What other programs say, made fit for an error message.
#pragma once

#include <string>
#include <string_view>

namespace pgiam {

// One line of at most `limit` bytes, where "…" stands for everything that could be a key or a
// token: a long run of letters and digits mixed. Control characters become blanks.
std::string redact(std::string_view text, std::size_t limit);

}  // namespace pgiam
