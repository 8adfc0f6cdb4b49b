// The names that a name is an alias of.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace pgiam {

class Resolver {
 public:
  virtual ~Resolver() = default;
  // The targets of the CNAME records that lead on from `host`, in order; empty where it is no alias
  // or does not exist. Answers, or gives up with kNetwork, within a few seconds. Any thread.
  virtual Result<std::vector<std::string>> aliases(const std::string& host) const = 0;
};

}  // namespace pgiam
