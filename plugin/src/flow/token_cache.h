// Tokens given lately: for a short while the same connection gets the same one again, since a
// server takes repeats more kindly than floods of new ones.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "clouds/cloud.h"

namespace pgiam {

// Any thread.
class TokenCache {
 public:
  // Made of these very credentials, given less than `reuse` ago, and not about to die.
  std::shared_ptr<const Token> find(const std::string& key, const CredentialsPtr& credentials,
                                    Time now, Seconds reuse) const;
  void keep(const std::string& key, const CredentialsPtr& credentials,
            std::shared_ptr<const Token> token);
  // Drops exactly this token, never a newer one; true if it was there.
  bool drop(const std::string& key, const Token& token);

 private:
  struct Entry {
    CredentialsPtr credentials;
    std::shared_ptr<const Token> token;
  };
  std::unordered_map<std::string, Entry> entries_;  // under the state lock
};

}  // namespace pgiam
