#include "clouds/aws/examine/last_identity.h"

namespace pgiam::aws {
namespace {

constexpr Milliseconds kLife{60'000};

}  // namespace

LastIdentity& LastIdentity::of_process() {
  static LastIdentity last;
  return last;
}

void LastIdentity::keep(const std::string& key_id, const Check& check, Milliseconds now) {
  const std::lock_guard lock(mutex_);
  key_id_ = check.outcome == Check::Outcome::kOk ? key_id : "";
  check_ = check;
  until_ = now + kLife;
}

std::optional<Check> LastIdentity::find(const std::string& key_id, Milliseconds now) const {
  const std::lock_guard lock(mutex_);
  if (key_id.empty() || key_id != key_id_ || now >= until_) return std::nullopt;
  return check_;
}

}  // namespace pgiam::aws
