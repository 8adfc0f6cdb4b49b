// What a server's "no" means.
#pragma once

#include "case.h"

namespace pgiam::cli::doctor {

// Only of an attempt that the server itself ended, by an error. `explained`: by the library.
Verdict verdict_on_refusal(const Case& host, const Error& explained);

}  // namespace pgiam::cli::doctor
