// What stands between, and what a server asked for, told by its words and its first question.
#pragma once

#include "case.h"

namespace pgiam::cli::doctor {

// Nothing where the library's own explanation is as good.
std::optional<Verdict> verdict_on_words(const Case& host, const Error& explained);
// The server asked for what is neither a token nor a password.
std::optional<Verdict> verdict_on_method(const Case& host);
// The server asked for something else than a token; nothing where it asked for one.
std::optional<Verdict> verdict_on_request(const Case& host, const Verdict& by_library);

}  // namespace pgiam::cli::doctor
