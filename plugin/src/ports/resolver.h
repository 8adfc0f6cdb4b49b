// The names that a name is an alias of, and the addresses that it has.
#pragma once

#include <string>
#include <vector>

#include "base/call.h"
#include "base/result.h"

namespace pgiam {

class Resolver {
 public:
  virtual ~Resolver() = default;
  // The targets of the CNAME records that lead on from `host`, in order; empty where it is no alias
  // or does not exist. kNetwork where no server answers within a few seconds, kTimeout where the
  // call's deadline comes first, kCancelled. Any thread.
  virtual Result<std::vector<std::string>> aliases(const std::string& host,
                                                   const Call& call) const = 0;
  // The numeric addresses that a connect to `host` would try, in that order, as the system resolves
  // it. kNetwork where it has none, kTimeout, kCancelled. Any thread.
  virtual Result<std::vector<std::string>> addresses(const std::string& host,
                                                     const Call& call) const = 0;
};

}  // namespace pgiam
