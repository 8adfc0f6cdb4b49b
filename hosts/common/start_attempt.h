// What libpq resolved, handed to the library's attempt: for hosts whose client is libpq, which goes
// through the list of hosts by itself.
#pragma once

#include <cstdint>
#include <vector>

#include "attempt.h"
#include "probe.h"

namespace pgiam::host {

// What a host knows beside libpq.
struct RequestExtras {
  const char* sslmode = nullptr;      // what the user chose; nullptr: nothing
  std::vector<pgiam_option> options;  // of this connection
  std::uint32_t flags = 0;
};

// An error: of what libpq will refuse as well.
Result<Attempt> start_attempt(Context& context, const ResolvedParams& params,
                              const RequestExtras& extras);

}  // namespace pgiam::host
