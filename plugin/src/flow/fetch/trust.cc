#include "flow/fetch/trust.h"

#include <algorithm>

#include "flow/fetch/renewal_times.h"

namespace pgiam {
namespace {

constexpr std::size_t kMostUsers = 512;
constexpr Milliseconds kAtOnce{0}, kWhenRenewed = Milliseconds::max();
// A secret that does not expire is never renewed, but may have been replaced at its source since.
constexpr Milliseconds kPauseWithoutRenewal{600'000};

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
  Record& record = record_of(user);
  record.next_fetch = kAtOnce;
  record.failures = 0;
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

bool Trust::may_fetch_for(std::string_view user, Milliseconds uptime) const {
  const Record* record = find(user);
  return record == nullptr || uptime >= record->next_fetch;
}

void Trust::fetched_for(std::string_view user, bool is_renewed, Milliseconds uptime) {
  Record& record = record_of(user);
  record.next_fetch = is_renewed ? kWhenRenewed : uptime + kPauseWithoutRenewal;
  record.failures = 0;
}

void Trust::failed_for(std::string_view user, Milliseconds uptime, double unit) {
  Record& record = record_of(user);
  // For this user it is as if the secret had expired.
  record.next_fetch = uptime + pause_when_dead(++record.failures, Status::kNetwork, unit);
}

void Trust::renewed() {
  for (auto& [user, record] : records_) record.next_fetch = kAtOnce;
}

}  // namespace pgiam
