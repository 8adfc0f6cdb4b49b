// One load of a secret, and all who wait for it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/awaited.h"
#include "base/result.h"
#include "clouds/kept_secret.h"

namespace pgiam {

// All of it under the state lock.
struct Flight : Awaited {
  const std::uint64_t fork = fork_count();  // whose threads load and wait
  // The user whose refusal by a server is the reason for this load; "" if there is another reason.
  std::string refused_user;
  // Nothing, although it is complete: its leader gave up, or there was no memory even for an error.
  // Those who waited then load for themselves.
  std::optional<Result<KeptSecretPtr>> outcome;
};

}  // namespace pgiam
