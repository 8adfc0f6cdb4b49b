// Credentials in the JSON form that credential processes, containers and instances share.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "clouds/aws/json.h"
#include "clouds/aws/runtime.h"
#include "clouds/aws/provider.h"
#include "ports/log.h"

namespace pgiam::aws {

struct AnswerForm {
  const ProviderInfo& provider;
  std::string_view who;           // for errors: "the instance metadata service"
  std::string_view token_member;  // "Token" or "SessionToken"
  bool temporary;                 // token and expiry must be there
};

// kBadResponse names the member that is missing or malformed, never its value.
Result<std::shared_ptr<Credentials>> read_credentials(const Json& answer, const AnswerForm& form);

// A service that hands out credentials which have expired extends them on its side while it has
// trouble to renew them: they are used, and it is asked again in five to ten minutes.
void extend_if_expired(Credentials& credentials, std::string_view who, Time now, Runtime& runtime,
                       Log& log);

}  // namespace pgiam::aws
