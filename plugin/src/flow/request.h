// What a host asks for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "ports/host_link.h"

namespace pgiam {

constexpr std::uint16_t kPostgresPort = 5432;

using OptionValue = std::pair<std::string_view, std::string_view>;

// Borrowed text: it lives as long as the call.
struct Request {
  std::string_view host, user, database, sslmode;
  std::string_view password;  // what the host would send without us
  std::uint16_t port = 0;     // 0: kPostgresPort
  std::string_view hostaddr;  // where the user said what to dial
  // Of a connection that exists already: the endpoint that DNS led it to, to which it keeps.
  std::string_view alias_of;
  Milliseconds timeout{0};    // 0: the option timeout_ms
  bool refresh = false;       // ignore what is cached
  bool no_interaction = false;
  bool resolve = false;  // explain: the network may be used
  std::vector<OptionValue> options;
  // libpq's keywords that say what a password is sent over, and what of them the client can still
  // apply (attempt/keywords.h). An answer is the same for all of them, if there is one.
  std::vector<OptionValue> keywords;
  std::string_view can_apply;
  HostLink* host_link = nullptr;  // lives as long as the call
};

// A request with text of its own, which outlives the caller's.
class OwnedRequest {
 public:
  explicit OwnedRequest(const Request& request);
  OwnedRequest(const OwnedRequest&) = delete;
  OwnedRequest& operator=(const OwnedRequest&) = delete;
  const Request& request() const { return request_; }

 private:
  const std::string text_[7];
  const Secret password_;
  std::vector<std::pair<std::string, std::string>> options_, keywords_;
  Request request_;
};

}  // namespace pgiam
