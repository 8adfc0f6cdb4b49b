// Tokens given lately: for a short while the same connection gets the same one again, since a
// server takes repeats more kindly than floods of new ones.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "clouds/cloud.h"

namespace pgiam {

using TokenPtr = std::shared_ptr<const Token>;

// For `reuse` after it was signed, and not when it is about to die. A clock that was set back makes
// a token of the future, which a server refuses.
bool may_be_given_again(const Token& token, Time now, Seconds reuse);

// Any thread.
class TokenCache {
 public:
  // Made of these very credentials, and still to be given again.
  TokenPtr find(const std::string& key, const CredentialsPtr& credentials, Time now,
                Seconds reuse) const;
  void keep(const std::string& key, TokenPtr token);
  // Drops exactly this token, never a newer one; true if it was there.
  bool drop(const std::string& key, const Token& token);

 private:
  std::unordered_map<std::string, TokenPtr> tokens_;  // under the state lock
};

}  // namespace pgiam
