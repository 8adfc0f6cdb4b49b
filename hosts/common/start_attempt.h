// What libpq resolved, handed to the library's attempt: for hosts whose client is libpq, which goes
// through the list of hosts by itself.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pgiam.hpp"
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

// Of a connect: what to set beside the passwords. Borrowed until the attempt's next step.
std::vector<pgiam_param> settings_of(const Attempt& attempt);
// The name that is dialled, where it is another than the user wrote; else "". Without memory.
std::string_view other_name(const pgiam_host& host) noexcept;

}  // namespace pgiam::host
