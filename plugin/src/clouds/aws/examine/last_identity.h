// Whose the credentials were when that was asked last, so that who asks about a connection step by
// step needs not ask it anew for each.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "clouds/examine/examiner.h"

namespace pgiam::aws {

class LastIdentity {
 public:
  static LastIdentity& of_process();

  void keep(const std::string& key_id, const Check& check, Milliseconds now);
  // Of these credentials; nothing where they were not asked about within a minute.
  std::optional<Check> find(const std::string& key_id, Milliseconds now) const;

 private:
  mutable std::mutex mutex_;
  std::string key_id_;
  Check check_;
  Milliseconds until_{0};
};

}  // namespace pgiam::aws
