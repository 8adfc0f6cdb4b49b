// AWS credentials, and the interface of those who find them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "clouds/provider.h"

namespace pgiam::aws {

struct Credentials : KeptSecret {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;    // empty for long-lived keys
  std::string account_id;  // "" where the source does not say

  std::string_view owner_id() const override { return access_key_id; }
  std::string owner() const override;
  std::vector<HandedOut> hand_out() const override;
};
using CredentialsPtr = std::shared_ptr<const Credentials>;

// What one of AWS's own sources gave: nothing else is kept under their keys.
inline CredentialsPtr as_credentials(const KeptSecretPtr& secret) {
  return std::static_pointer_cast<const Credentials>(secret);
}

// A source of credentials. A chain of sources is a source, too.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;
  // "aws.environment"
  virtual std::string_view name() const = 0;
  // kNotApplicable with the reason: nothing is set up here, ask the next one. Any other error: it
  // is set up and broken, and asking another would find another identity. Otherwise as
  // Provider::load.
  virtual Result<CredentialsPtr> load(const Call& call, Trace& trace) = 0;
};
using ProviderPtr = std::unique_ptr<CredentialsProvider>;

}  // namespace pgiam::aws
