#include "resolved_params.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include "file_stamp.h"
#include "quick_reject.h"

namespace pgiam::libpq {

using host::FileStamp;
using host::Parameters;
using host::probe;
using host::RealLibpq;
using host::ResolvedHost;
using host::ResolvedParams;

namespace {

bool may_want_token(const ResolvedHost& entry) {
  return entry.is_dialled() && !certainly_wins(entry.password.view());
}

// Whether the library has to be asked.
bool may_want_token(const ResolvedParams& params) {
  return std::any_of(params.hosts.begin(), params.hosts.end(),
                     [](const ResolvedHost& entry) { return may_want_token(entry); });
}

bool has_password(const ResolvedParams& params) {
  return std::any_of(params.hosts.begin(), params.hosts.end(),
                     [](const ResolvedHost& entry) { return !entry.password.empty(); });
}

// The cache key: everything but files that libpq's answer depends on.
host::SecretText key_of(const RealLibpq& libpq, const Parameters& given) {
  host::SecretText key;
  key.reserve(512);
  const auto append = [&](const char* text) { key.append({text, strlen(text) + 1}); };
  for (std::size_t i = 0; given.keywords()[i]; ++i) {
    if (!given.values()[i]) continue;
    append(given.keywords()[i]);
    append(given.values()[i]);
  }
  const struct {
    const RealLibpq* libpq;
    std::size_t expand_dbname, user;
  } rest = {&libpq, given.expand_dbname() != 0, geteuid()};
  key.append({reinterpret_cast<const char*>(&rest), sizeof rest});
  for (char** variable = environ; variable && *variable; ++variable)
    if (strncmp(*variable, "PG", 2) == 0 || strncmp(*variable, "HOME=", 5) == 0) append(*variable);
  return key;
}

std::int64_t seconds_since_boot() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec;
}

struct CacheEntry {
  CacheEntry(host::SecretText key, const std::string& password_file, const FileStamp& stamp,
             std::shared_ptr<const ResolvedParams> params)
      : key(std::move(key)),
        password_file(password_file),
        stamp(stamp),
        params(std::move(params)) {}

  host::SecretText key;
  std::string password_file;
  FileStamp stamp;
  std::shared_ptr<const ResolvedParams> params;  // nullptr: nothing for us, unless a password matters
  mutable std::atomic<std::int64_t> looked_at = seconds_since_boot();

  bool is_valid() const { return file_is_as_it_was() && (params || !given_password_matters()); }
  // Looks once a second at most, as the plugin does at its files.
  bool file_is_as_it_was() const {
    const std::int64_t now = seconds_since_boot();
    if (looked_at.load(std::memory_order_relaxed) == now) return true;
    if (FileStamp(password_file.c_str()) != stamp) return false;
    looked_at.store(now, std::memory_order_relaxed);
    return true;
  }
};

// The latest few. One thread at a time uses it; another one does without rather than wait, since the
// child of a fork may inherit the lock taken.
class Cache {
 public:
  std::shared_ptr<const CacheEntry> find(std::string_view key) {
    const TryLock lock(is_taken_);
    if (!lock.is_held) return nullptr;
    for (const auto& entry : all_)
      if (entry && entry->key.view() == key) return entry;
    return nullptr;
  }

  void keep(std::shared_ptr<const CacheEntry> entry) {
    const TryLock lock(is_taken_);
    if (!lock.is_held) return;
    all_[next_].swap(entry);  // the old one is freed after the unlock
    next_ = (next_ + 1) % all_.size();
    has_any_.store(true, std::memory_order_relaxed);
  }

  bool has_any() const { return has_any_.load(std::memory_order_relaxed); }

 private:
  struct TryLock {
    explicit TryLock(std::atomic_flag& is_taken)
        : is_taken(is_taken), is_held(!is_taken.test_and_set(std::memory_order_acquire)) {}
    ~TryLock() {
      if (is_held) is_taken.clear(std::memory_order_release);
    }
    std::atomic_flag& is_taken;
    const bool is_held;
  };

  std::atomic<bool> has_any_ = false;
  std::atomic_flag is_taken_;
  std::array<std::shared_ptr<const CacheEntry>, 32> all_;
  std::size_t next_ = 0;
};

// Made by whoever comes first, without a lock that the child of a fork could inherit locked; kept
// to the very end of the process, as other threads may still connect then.
Cache& cache() {
  static std::atomic<Cache*> kept = nullptr;
  if (Cache* all = kept.load(std::memory_order_acquire)) return *all;
  auto mine = std::make_unique<Cache>();
  Cache* first = nullptr;
  return kept.compare_exchange_strong(first, mine.get()) ? *mine.release() : *first;
}

bool may_be_kept(const ResolvedParams& params, const FileStamp& stamp) {
  return params.service.empty() && !params.password_file_is_unsafe &&
         !params.options.hold_secrets() && !stamp.is_fresh();
}

}  // namespace

std::shared_ptr<const ResolvedParams> resolve_params(const RealLibpq& libpq,
                                                     const Parameters& given) {
  host::SecretText key;
  if (cache().has_any()) {
    key = key_of(libpq, given);
    const std::shared_ptr<const CacheEntry> known = cache().find(key.view());
    if (known && known->is_valid()) return known->params;
  }
  if (quick_reject(libpq, given)) return nullptr;

  if (key.empty()) key = key_of(libpq, given);
  std::shared_ptr<const ResolvedParams> params = probe(libpq, given);
  if (!params) return nullptr;
  const bool is_for_us = may_want_token(*params);
  const char* passfile = params->options.find("passfile");
  const std::string file = passfile ? passfile : "";
  const FileStamp stamp(file.c_str());
  if (may_be_kept(*params, stamp) && !(is_for_us && has_password(*params))) {
    cache().keep(std::make_shared<const CacheEntry>(std::move(key), file, stamp,
                                                    is_for_us ? params : nullptr));
  }
  return is_for_us ? params : nullptr;
}

}  // namespace pgiam::libpq
