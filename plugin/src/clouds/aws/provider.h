// What AWS providers are made of, and the order in which they are asked.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/options.h"
#include "clouds/aws/runtime.h"
#include "clouds/aws/shared_files.h"
#include "clouds/aws/credentials.h"
#include "ports/world.h"

namespace pgiam::aws {

// What a provider may need to know. Providers keep it by value; what it refers to outlives them.
struct ProviderContext {
  const World& world;
  const SharedFiles& files;
  Runtime& runtime;
  Settings settings;
  std::string profile;         // the one to use
  bool profile_given = false;  // by our own option: it then beats the environment's keys
};

// What a provider is called, and what it reads that decides who the credentials are. Each stands in
// the provider's file, and identity_key() is made of all: a variable that is read without being
// declared, here or beside the helper that reads it, would leave somebody else's credentials in the
// cache when it changes.
struct ProviderInfo {
  const char* name;  // "aws.environment"
  std::span<const char* const> variables = {};
  std::span<const Option* const> options = {};
};

using MakeProvider = ProviderPtr (*)(const ProviderContext&);

// Each in the file of its name in providers/.
extern const ProviderInfo kEnvironmentInfo, kProfileInfo, kWebIdentityInfo, kContainerInfo,
    kImdsInfo, kAssumeRoleInfo, kSsoInfo, kLoginInfo, kProcessInfo;
ProviderPtr make_environment_provider(const ProviderContext&);
ProviderPtr make_profile_provider(const ProviderContext&);
ProviderPtr make_web_identity_provider(const ProviderContext&);
ProviderPtr make_container_provider(const ProviderContext&);
ProviderPtr make_imds_provider(const ProviderContext&);

// The role of our own options, assumed with what `base` gives, which is kept by itself: who asks for
// another role, or for none, shares it.
std::shared_ptr<Provider> make_role_provider(const ProviderContext&, SecretSource base);

// All of the tables in providers.cc, each once.
std::vector<const ProviderInfo*> all_providers();

// The whole search, in the order of the table in providers.cc, but for the role of our own options.
ProviderPtr make_default_chain(const ProviderContext& context);

// The first that applies. Its own trace has a line for every one that was asked.
ProviderPtr make_chain(const Clock& clock, std::vector<ProviderPtr> providers);

// Asks, and adds a line about it to the trace.
Result<CredentialsPtr> ask_and_trace(const Clock& clock, std::string_view provider, Trace& trace,
                                     const std::function<Result<CredentialsPtr>()>& ask);

inline Error not_applicable(std::string reason) {
  return make_error(Status::kNotApplicable, std::move(reason));
}
// Nor can it be the one that was meant, where no credentials are found.
inline Error not_set_up(std::string reason) {
  Error error = not_applicable(std::move(reason));
  error.code = "not_set_up";
  return error;
}

}  // namespace pgiam::aws
