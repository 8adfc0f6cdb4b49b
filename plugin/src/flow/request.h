// What a host asks for.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace pgiam {

using OptionValue = std::pair<std::string_view, std::string_view>;

// Borrowed text: it lives as long as the call.
struct Request {
  std::string_view host, user, database, sslmode;
  std::string_view password;  // what the host would send without us
  std::uint16_t port = 0;     // 0: 5432
  Milliseconds timeout{0};    // 0: the option timeout_ms
  bool refresh = false;       // ignore what is cached
  bool no_interaction = false;
  bool resolve = false;  // explain: the network may be used
  std::vector<OptionValue> options;
};

}  // namespace pgiam
