#include "clouds/aws/signing_keys.h"

#include "base/state_lock.h"

namespace pgiam::aws {
namespace {

// A process that talks to more regions with more identities than this derives some keys again.
constexpr std::size_t kMostKeys = 32;

}  // namespace

std::shared_ptr<const SigningKey> SigningKeys::get(const CredentialsPtr& credentials, Time now,
                                                   std::string_view region,
                                                   std::string_view service) {
  const std::int64_t day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  const auto fits = [&](const Entry& entry) {
    return entry.credentials == credentials && entry.day == day && entry.region == region &&
           entry.service == service;
  };
  {
    const StateLock lock;
    for (const Entry& entry : entries_)
      if (fits(entry)) return entry.key;
  }
  auto key = std::make_shared<const SigningKey>(*credentials, now, region, service);
  std::vector<Entry> evicted;  // wiped after the lock is released
  const StateLock lock;
  if (entries_.size() >= kMostKeys) {
    evicted.assign(std::make_move_iterator(entries_.begin()),
                   std::make_move_iterator(entries_.begin() + kMostKeys / 2));
    entries_.erase(entries_.begin(), entries_.begin() + kMostKeys / 2);
  }
  entries_.push_back({credentials, day, std::string(region), std::string(service), key});
  return key;
}

}  // namespace pgiam::aws
