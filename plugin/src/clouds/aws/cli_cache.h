// The AWS CLI's cache of role credentials, ~/.aws/cli/cache: what one process fetched serves the
// next, be it ours, the CLI, or the other way round. The names and the form of the files are
// botocore's (credentials.py: AssumeRoleCredentialFetcher, SSOCredentialFetcher).
#pragma once

#include <functional>
#include <string>

#include "clouds/aws/provider.h"
#include "clouds/aws/role_chain.h"

namespace pgiam::aws {

std::string cache_name_of_role(const Role& role);
// `session` is the name of an sso-session; "" for a profile that has only a start URL.
std::string cache_name_of_sso(const std::string& session, const std::string& start_url,
                              const std::string& account, const std::string& role);

using FetchCredentials = std::function<Result<CredentialsPtr>()>;

// Those of that name, if they live long enough and are not the ones that the call wants replaced;
// else `fetch`, for which one process at a time goes and the others wait. Just `fetch` where the
// option cache does not say "shared" or there is no home. A cache that cannot be written only costs
// the next process a fetch.
Result<CredentialsPtr> through_cli_cache(const ProviderContext& context, const std::string& name,
                                         const char* provider, const Call& call,
                                         const FetchCredentials& fetch);

}  // namespace pgiam::aws
