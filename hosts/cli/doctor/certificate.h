// The certificate of a server: what libpq made of it, and, where it does not take it, which fault that
// is: one verdict for each.
#pragma once

#include "case.h"

namespace pgiam::cli::doctor {

// The file that CAs are read from, "" for none.
std::string ca_bundle(const TrialConnection& trial);
// Where TLS was finished.
Finding describe_tls(const TrialConnection& trial);
// Where it was not.
Verdict verdict_on_certificate(const Case& host);

}  // namespace pgiam::cli::doctor
