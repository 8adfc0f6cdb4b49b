// One load, and all who wait for it: threads, and operations that are woken.
#pragma once

#include <condition_variable>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/state_lock.h"
#include "clouds/kept_secret.h"

namespace pgiam {

// Told once that the load it waits for has come to an end, on the thread that loaded; no lock is
// held.
class Wakeable {
 public:
  virtual ~Wakeable() = default;
  virtual void wake() noexcept = 0;
};

// All of it under the state lock.
struct Flight {
  const std::uint64_t fork = fork_count();  // whose threads load and wait
  // Whose refusal by a server is the reason for it; "" where that is another.
  std::string refused_user;
  std::condition_variable_any landed;
  std::vector<std::shared_ptr<Wakeable>> sleepers;
  bool ended = false;
  // Nothing, though it ended: there was no memory even for an error, which says nothing of the rest.
  std::optional<Result<KeptSecretPtr>> outcome;
};

}  // namespace pgiam
