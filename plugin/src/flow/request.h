// What a host asks for, and what it gets.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "clouds/credentials.h"

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

struct Param {
  std::string key;
  Secret value;
  bool secret = false;
};

struct Reply {
  std::vector<Param> params;  // in libpq's words
  std::string provider, principal, target, region, signing_host, rule, warning, explanation;
  std::uint16_t signing_port = 0;
  Time token_expires_at{};
  std::optional<Time> credentials_expire_at;
  bool from_cache = false;

  // For after_connect: which token this was, of which credentials.
  std::string token_key, source_key;
  CredentialsPtr credentials;
};

}  // namespace pgiam
