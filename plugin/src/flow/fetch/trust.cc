#include "flow/fetch/trust.h"

#include <algorithm>

namespace pgiam {
namespace {

constexpr std::size_t kMostUsers = 512;
// Who was let in before may have been overtaken by a second revocation.
constexpr int kFetchesForStranger = 1, kFetchesForKnown = 3;

}  // namespace

const Trust::Record* Trust::find(std::string_view user) const {
  const auto found = records_.find(user);
  return found == records_.end() ? nullptr : &found->second;
}

Trust::Record& Trust::record_of(std::string_view user) {
  if (const auto found = records_.find(user); found != records_.end()) return found->second;
  if (records_.size() >= kMostUsers) records_.clear();
  return records_[std::string(user)];
}

void Trust::accepted(std::string_view user) {
  record_of(user).fetches_left = kFetchesForKnown;
}

void Trust::refused(std::string_view user, std::uint64_t generation) {
  record_of(user).refused_generation = generation;
  last_refused_ = std::max(last_refused_, generation);
}

bool Trust::is_refused(std::string_view user, std::uint64_t generation) const {
  if (generation > last_refused_) return false;
  const Record* record = find(user);
  return record != nullptr && record->refused_generation == generation;
}

bool Trust::may_fetch_for(std::string_view user) const {
  const Record* record = find(user);
  return record == nullptr || record->fetches_left > 0;
}

void Trust::fetching_for(std::string_view user) { --record_of(user).fetches_left; }

void Trust::renewed() {
  for (auto& [user, record] : records_)
    record.fetches_left = std::max(record.fetches_left, kFetchesForStranger);
}

}  // namespace pgiam
