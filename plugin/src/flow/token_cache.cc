#include "flow/token_cache.h"

#include <algorithm>

#include "base/state_lock.h"

namespace pgiam {
namespace {

// Bounds memory, not use: past it the oldest token is forgotten and signed anew when wanted.
constexpr std::size_t kMostTokens = 512;
// A token that dies sooner is signed anew.
constexpr Seconds kLeastLife{60};

}  // namespace

std::shared_ptr<const Token> TokenCache::find(const std::string& key,
                                              const CredentialsPtr& credentials, Time now,
                                              Seconds reuse) const {
  const StateLock lock;
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.credentials != credentials) return nullptr;
  const auto& token = found->second.token;
  const auto age = now - token->signed_at;
  // A clock that was set back makes a token of the future, which a server refuses.
  if (age < Milliseconds{0} || age >= reuse) return nullptr;
  if (token->expires_at - now <= kLeastLife) return nullptr;
  return token;
}

void TokenCache::keep(const std::string& key, const CredentialsPtr& credentials,
                      std::shared_ptr<const Token> token) {
  Entry replaced;  // wiped after the lock is released
  const StateLock lock;
  if (entries_.size() >= kMostTokens && entries_.find(key) == entries_.end()) {
    const auto oldest =
        std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
          return a.second.token->signed_at < b.second.token->signed_at;
        });
    replaced = std::move(oldest->second);
    entries_.erase(oldest);
  }
  Entry& entry = entries_[key];
  if (entry.token) replaced = std::move(entry);
  entry = {credentials, std::move(token)};
}

bool TokenCache::drop(const std::string& key, const Token& token) {
  Entry dropped;
  const StateLock lock;
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.token.get() != &token) return false;
  dropped = std::move(found->second);
  entries_.erase(found);
  return true;
}

}  // namespace pgiam
