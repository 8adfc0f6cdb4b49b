#include "flow/password_cache.h"

#include <algorithm>

#include "base/state_lock.h"

namespace pgiam {
namespace {

// Bounds memory, not use: past it the oldest is forgotten and made anew when wanted.
constexpr std::size_t kMostPasswords = 512;
// One that dies sooner is made anew.
constexpr Seconds kLeastLife{60};

}  // namespace

bool may_be_given_again(const Password& password, Time now, Seconds reuse) {
  return now >= password.made_at && std::chrono::floor<Seconds>(now - password.made_at) < reuse &&
         password.expires_at - now > kLeastLife;
}

PasswordPtr PasswordCache::find(const std::string& key, const KeptSecretPtr& secret, Time now,
                          Seconds reuse) const {
  const auto found = passwords_.find(key);
  if (found == passwords_.end()) return nullptr;
  const PasswordPtr& password = found->second;
  if (password->made_of != secret) return nullptr;
  return may_be_given_again(*password, now, reuse) ? password : nullptr;
}

void PasswordCache::keep(const std::string& key, PasswordPtr password) {
  PasswordPtr replaced;  // wiped after the lock is released
  const StateLock lock;
  if (passwords_.size() >= kMostPasswords && passwords_.find(key) == passwords_.end()) {
    const auto oldest =
        std::min_element(passwords_.begin(), passwords_.end(), [](const auto& a, const auto& b) {
          return a.second->made_at < b.second->made_at;
        });
    replaced = std::move(oldest->second);
    passwords_.erase(oldest);
  }
  PasswordPtr& kept = passwords_[key];
  if (kept) replaced = std::move(kept);
  kept = std::move(password);
}

bool PasswordCache::drop(const std::string& key, const Password& password) {
  PasswordPtr dropped;
  const StateLock lock;
  const auto found = passwords_.find(key);
  if (found == passwords_.end() || found->second.get() != &password) return false;
  dropped = std::move(found->second);
  passwords_.erase(found);
  return true;
}

}  // namespace pgiam
