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

bool may_be_given_again(const Token& token, Time now, Seconds reuse) {
  return now >= token.signed_at && std::chrono::floor<Seconds>(now - token.signed_at) < reuse &&
         token.expires_at - now > kLeastLife;
}

TokenPtr TokenCache::find(const std::string& key, const CredentialsPtr& credentials, Time now,
                          Seconds reuse) const {
  const StateLock lock;
  const auto found = tokens_.find(key);
  if (found == tokens_.end()) return nullptr;
  const TokenPtr& token = found->second;
  if (token->credentials != credentials) return nullptr;
  return may_be_given_again(*token, now, reuse) ? token : nullptr;
}

void TokenCache::keep(const std::string& key, TokenPtr token) {
  TokenPtr replaced;  // wiped after the lock is released
  const StateLock lock;
  if (tokens_.size() >= kMostTokens && tokens_.find(key) == tokens_.end()) {
    const auto oldest =
        std::min_element(tokens_.begin(), tokens_.end(), [](const auto& a, const auto& b) {
          return a.second->signed_at < b.second->signed_at;
        });
    replaced = std::move(oldest->second);
    tokens_.erase(oldest);
  }
  TokenPtr& kept = tokens_[key];
  if (kept) replaced = std::move(kept);
  kept = std::move(token);
  if (replaced) count_change();
}

bool TokenCache::drop(const std::string& key, const Token& token) {
  TokenPtr dropped;
  const StateLock lock;
  const auto found = tokens_.find(key);
  if (found == tokens_.end() || found->second.get() != &token) return false;
  dropped = std::move(found->second);
  tokens_.erase(found);
  count_change();
  return true;
}

}  // namespace pgiam
