#include "flow/features.h"

namespace pgiam {

std::span<const char* const> features() {
  static constexpr const char* kFeatures[] = {
      "target:aws.rds",
      "target:aws.dsql",
      "provider:aws.environment",
      "provider:aws.profile",
      "provider:aws.assume_role",
      "provider:aws.web_identity",
      "provider:aws.sso",
      "provider:aws.login",
      "provider:aws.process",
      "provider:aws.container",
      "provider:aws.imds",
      "provider:password_file",
      "provider:pgpass",
      "prompt:mfa-code",
      "prompt:device-login",
  };
  return kFeatures;
}

}  // namespace pgiam
