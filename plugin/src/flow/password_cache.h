// What makes the passwords of a connection, and the one that it made last: for a short while the same
// connection gets the same one again, since a server takes repeats more kindly than floods of new ones.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "clouds/cloud.h"

namespace pgiam {

struct MadePassword : Password {
  PasswordMakerPtr maker;  // null where it was found in a file
};
using PasswordPtr = std::shared_ptr<const MadePassword>;

// For `reuse` after it was made, and not when it is about to die. A clock that was set back makes
// a password of the future, which a server refuses.
bool may_be_given_again(const Password& password, Time now, Seconds reuse);

// Any thread.
class PasswordCache {
 public:
  struct Kept {
    PasswordMakerPtr maker;
    PasswordPtr password;  // null where none is to be given again
  };
  // Null unless its maker makes passwords of this very secret. With the state lock held.
  const Kept* find(const std::string& key, const KeptSecretPtr& secret) const;
  void keep(const std::string& key, Kept kept);
  // Drops exactly this password, never a newer one; true if it was there.
  bool drop(const std::string& key, const Password& password);

 private:
  struct Entry : Kept {
    std::uint64_t number = 0;  // counts up: the least is the oldest
  };
  std::unordered_map<std::string, Entry> entries_;  // under the state lock
  std::uint64_t count_ = 0;
};

}  // namespace pgiam
