// What is fetched and kept for whoever connects, as far as all but its own cloud know it: a secret
// with an end, an owner and a source.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace pgiam {

// A part of a secret, for those who want it rather than a password made of it. Borrowed from it.
struct HandedOut {
  const char* key = "";  // "access_key_id": the cloud's word
  const char* value = "";
  bool secret = false;
};

class KeptSecret {
 public:
  KeptSecret() = default;
  KeptSecret(const KeptSecret&) = default;
  KeptSecret& operator=(const KeptSecret&) = default;
  virtual ~KeptSecret() = default;

  std::optional<Time> expires_at;  // nothing: it does not expire
  std::string provider;            // where it came from, "aws.sso"
  // False: the source repeats what it was given, and asking it ahead of time is in vain.
  bool renewable = true;

  // Which secret this is, for comparing: another one of the same owner has another. Never shown.
  virtual std::string_view owner_id() const = 0;
  // The same for people, masked.
  virtual std::string owner() const = 0;
  virtual std::vector<HandedOut> hand_out() const = 0;
};

// Shared and never changed: many threads make passwords of the same one.
using KeptSecretPtr = std::shared_ptr<const KeptSecret>;

}  // namespace pgiam
