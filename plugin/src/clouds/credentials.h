// Credentials, and the one small interface that finds them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/call.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace pgiam {

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;            // empty for long-lived keys
  std::optional<Time> expires_at;  // nothing: they do not expire
  std::string account_id;          // "" where the source does not say
  std::string provider;            // where they came from, "aws.sso"
  // False: the source repeats what it was given, and asking it ahead of time is in vain.
  bool renewable = true;
};

// Shared and never changed: many threads sign with the same ones.
using CredentialsPtr = std::shared_ptr<const Credentials>;

// One step of the search, for errors and `explain`.
struct Attempt {
  enum class Outcome { kSkipped, kFailed, kWon };
  std::string provider;
  Outcome outcome = Outcome::kSkipped;
  std::string detail;  // why skipped, how failed; never a secret
  Milliseconds took{0};
};
using Trace = std::vector<Attempt>;

// A source of credentials. A chain and a cache of sources are sources, too.
class Provider {
 public:
  virtual ~Provider() = default;
  // "aws.environment"
  virtual std::string_view name() const = 0;
  // kNotApplicable with the reason: nothing is set up here, ask the next one. Any other error: it
  // is set up and broken, and asking another would find another identity. May block until the
  // call's deadline; any thread. In an offline call a source that needs the network fails with
  // kNetwork and says what it would have asked. `trace` gets a line for each source asked.
  virtual Result<CredentialsPtr> load(const Call& call, Trace& trace) = 0;
};
using ProviderPtr = std::unique_ptr<Provider>;

}  // namespace pgiam
