// A login that a server refused: what a cloud is told of it, and the causes that are the same for
// all clouds. A cause is a finding: a code, a sentence, what it rests on, what to type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace pgiam {

struct Target;

// Borrowed, and without secrets.
struct RefusedLogin {
  const Target& target;
  std::string_view user;
  // What the client dialled, as it was told.
  std::string_view host;
  std::uint16_t port = 0;
  std::string_view owner;  // whose secret it was, masked
  std::optional<Time> secret_expires_at;
  Time now{};
  std::string_view words;          // the server's, whole; "" where they are not known
  bool pam_refused = false;        // it was PAM, not the server's table of passwords
  bool signing_port_given = false;  // the port in the target is the user's own word
};

Error secret_has_expired(const RefusedLogin& login);
// Another server than the one that the password is for.
Error dialled_elsewhere(const RefusedLogin& login);
// `evidence`: what is known to be wrong about it, "" if it is only a possibility.
Error clock_is_wrong(const RefusedLogin& login, std::string evidence);

// "2024-08-26 22:00:00 UTC"
std::string utc_for_people(Time time);

}  // namespace pgiam
