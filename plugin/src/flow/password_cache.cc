#include "flow/password_cache.h"

#include <algorithm>
#include <utility>

#include "base/state_lock.h"

namespace pgiam {
namespace {

// Bounds memory, not use: past it the oldest is forgotten and made anew when wanted.
constexpr std::size_t kMostEntries = 512;
// A password that dies sooner is made anew.
constexpr Seconds kLeastLife{60};

}  // namespace

bool may_be_given_again(const Password& password, Time now, Seconds reuse) {
  return now >= password.made_at && std::chrono::floor<Seconds>(now - password.made_at) < reuse &&
         password.expires_at - now > kLeastLife;
}

const PasswordCache::Kept* PasswordCache::find(const std::string& key,
                                               const KeptSecretPtr& secret) const {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.maker->made_of() != secret) return nullptr;
  return &found->second;
}

void PasswordCache::keep(const std::string& key, Kept kept) {
  Kept replaced;  // wiped after the lock is released
  const StateLock lock;
  if (entries_.size() >= kMostEntries && entries_.find(key) == entries_.end()) {
    const auto oldest =
        std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
          return a.second.number < b.second.number;
        });
    replaced = std::move(oldest->second);
    entries_.erase(oldest);
  }
  Entry& entry = entries_[key];
  if (entry.maker) replaced = std::move(entry);
  static_cast<Kept&>(entry) = std::move(kept);
  entry.number = ++count_;
}

bool PasswordCache::drop(const std::string& key, const Password& password) {
  PasswordPtr dropped;
  const StateLock lock;
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.password.get() != &password) return false;
  dropped = std::move(found->second.password);
  return true;
}

}  // namespace pgiam
