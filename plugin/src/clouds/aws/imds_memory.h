// What a process knows of the instance metadata service, so that it need not ask again.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"

namespace pgiam::aws {

// Of one endpoint. Times are on Clock::uptime().
struct ImdsFacts {
  Secret token;
  Milliseconds token_until{0};
  Error absence;  // why there is nobody, while absent_until is not reached
  Milliseconds absent_until{0};
  std::optional<bool> extended;  // whether the newer paths are there
  std::string role;              // the instance's
};

// By endpoint; under the state lock.
using ImdsMemory = std::map<std::string, ImdsFacts>;

}  // namespace pgiam::aws
