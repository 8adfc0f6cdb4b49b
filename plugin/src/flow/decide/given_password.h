// The password that the client would send without us, and whether it wins.
#pragma once

#include <optional>
#include <string_view>

#include "base/secret.h"
#include "flow/decide/recognition.h"
#include "flow/handed_out.h"

namespace pgiam {

struct GivenPassword {
  enum class Kind { kNone, kUsers, kToken };  // kToken: made by whom, the secret will tell
  Kind kind = Kind::kNone;
  Secret text;
};

// The user's own password wins, be it a token. One that has died, or that this process handed out,
// is none: clients give back what they were given.
GivenPassword given_password(const World& world, Clouds clouds,
                             const HandedOutPasswords& handed_out, const Request& request,
                             const Settings& settings, const Call& call);

// Is this text a password that a cloud made, fresh or stale, and when does it say that it ends?
bool is_password_of_ours(Clouds clouds, std::string_view text);
std::optional<Time> end_of(Clouds clouds, std::string_view text);

}  // namespace pgiam
