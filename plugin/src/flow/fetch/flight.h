// One load, and all who wait for it.
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
  // Whose refusal by a server is the reason for it; "" where that is another.
  std::string refused_user;
  // Nothing, though it has ended: nobody leads it any more, or there was no memory even for an error.
  // That says nothing of the rest.
  std::optional<Result<KeptSecretPtr>> outcome;
};

}  // namespace pgiam
