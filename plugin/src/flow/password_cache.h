// Passwords given lately: for a short while the same connection gets the same one again, since a
// server takes repeats more kindly than floods of new ones.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "clouds/cloud.h"

namespace pgiam {

using PasswordPtr = std::shared_ptr<const Password>;

// For `reuse` after it was made, and not when it is about to die. A clock that was set back makes
// a password of the future, which a server refuses.
bool may_be_given_again(const Password& password, Time now, Seconds reuse);

// Any thread.
class PasswordCache {
 public:
  // Made of this very secret, and still to be given again. With the state lock held.
  PasswordPtr find(const std::string& key, const KeptSecretPtr& secret, Time now,
                Seconds reuse) const;
  void keep(const std::string& key, PasswordPtr password);
  // Drops exactly this password, never a newer one; true if it was there.
  bool drop(const std::string& key, const Password& password);

 private:
  std::unordered_map<std::string, PasswordPtr> passwords_;  // under the state lock
};

}  // namespace pgiam
