// A role that IAM Identity Center hands out to whoever has signed in.
#include "clouds/aws/sso.h"
#include "base/shell.h"
#include "clouds/aws/cli_cache.h"
#include "clouds/aws/client.h"
#include "clouds/aws/service_error.h"
#include "clouds/aws/uri_encode.h"

namespace pgiam::aws {
namespace {

Result<HttpResponse> ask_portal(const ProviderContext& context, const Profiles& profiles,
                                const SsoConfig& config, const Secret& token, const Call& call) {
  const auto client = Client::make(context.world, context.runtime, profiles,
                                   profiles.find(context.profile), Service::kSso, config.region);
  if (!client) return client.error();
  if (call.offline)
    return make_error(Status::kNetwork, "would ask " + client->url() + " for role " + config.role +
                                            " in account " + config.account);
  const auto make = [&]() -> Result<HttpRequest> {
    HttpRequest request;
    request.url = "/federation/credentials?role_name=" + uri_encode(config.role) +
                  "&account_id=" + uri_encode(config.account);
    request.headers = {{"x-amz-sso_bearer_token", std::string(token.reveal())}};
    return request;
  };
  return client->send({make, nullptr, {}}, call);
}

std::string describe(const SsoConfig& config) {
  return "getting role " + config.role + " in account " + config.account + " (profile " +
         config.profile + ")";
}

Result<CredentialsPtr> read_role(HttpResponse& response, const SsoConfig& config, Time now) {
  const WipeAtExit wipe_body(response.body);
  const std::string what = describe(config);
  if (response.status != 200) {
    Error error = describe_refusal(response, what);
    if (error.status == Status::kDenied)
      error.hint = "ask who runs IAM Identity Center to assign " + config.role + " in account " +
                   config.account + " to you, or correct the profile";
    return error;
  }
  const auto answer = Json::parse(response.body);
  const auto role = answer ? answer->object("roleCredentials") : std::nullopt;
  const auto text = [&](const char* name) {
    return role ? role->text(name).value_or("") : std::string_view();
  };
  const auto expiration = role ? role->integer("expiration") : std::nullopt;
  if (text("accessKeyId").empty() || text("secretAccessKey").empty() ||
      text("sessionToken").empty() || !expiration)
    return make_error(Status::kBadResponse, what + ": the answer holds no whole credentials");
  auto credentials = std::make_shared<Credentials>();
  credentials->access_key_id = text("accessKeyId");
  credentials->secret_access_key = Secret(text("secretAccessKey"));
  credentials->session_token = Secret(text("sessionToken"));
  credentials->expires_at = Time{Milliseconds{*expiration}};
  credentials->account_id = config.account;
  credentials->provider = kSsoInfo.name;
  if (*credentials->expires_at <= earliest_time(response, now))
    return make_error(Status::kBadResponse,
                      what + ": the credentials had expired when they came, at " +
                          rfc3339(*credentials->expires_at) + "; is this machine's clock right?");
  return CredentialsPtr(credentials);
}

Result<CredentialsPtr> fetch_role(const ProviderContext& context, const Profiles& profiles,
                                  const SsoConfig& config, const Call& call) {
  Secret refused;
  for (;;) {
    const auto token = sso_access_token(context, profiles, config, refused, call);
    if (!token) return token.error();
    auto response = ask_portal(context, profiles, config, *token, call);
    if (!response) return response.error();
    if (response->status != 401) return read_role(*response, config, context.world.clock.now());
    // Revoked, perhaps; a refreshed or newer one may still do, but only one.
    if (!refused.empty())
      return sso_login_required(config, describe(config) + ": the sign-in is not accepted");
    refused = *token;
  }
}

}  // namespace

constinit const ProviderInfo kSsoInfo{"aws.sso"};

Result<CredentialsPtr> load_sso(const ProfileView& view, const Call& call, Trace&) {
  const auto config = read_sso_config(view);
  if (!config) return config.error();
  if (config->account.empty() || config->role.empty())
    return with_commands(
        make_error(Status::kBadConfig,
                   "profile \"" + view.name + "\" has " +
                       (config->account.empty() ? "no sso_account_id" : "no sso_role_name")),
        {"aws configure sso --profile " + shell_word(view.name)});
  const std::string name =
      cache_name_of_sso(config->session, config->start_url, config->account, config->role);
  const auto load = [&](const Call& quiet) {
    return through_cli_cache(view.context, name, kSsoInfo.name, quiet, [&] {
      return fetch_role(view.context, view.profiles, *config, quiet);
    });
  };
  auto loaded = load(call);
  if (loaded || loaded.error().status != Status::kLoginRequired || !call.may_prompt) return loaded;
  // With no lock held, so that only those wait for the person who may ask one.
  const Clock& clock = view.context.world.clock;
  const Milliseconds begun = clock.uptime();
  if (auto signed_in = sso_login(view.context, view.profiles, *config, call); !signed_in)
    return signed_in.error();
  Call after = call;
  after.deadline += clock.uptime() - begun;  // the time that a person takes is theirs
  after.now = clock.now();
  return load(after);
}

}  // namespace pgiam::aws
