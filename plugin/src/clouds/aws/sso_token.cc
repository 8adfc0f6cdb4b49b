#include "clouds/aws/aws_folder.h"
#include "clouds/aws/client.h"
#include "clouds/aws/service_error.h"
#include "clouds/aws/sso.h"

namespace pgiam::aws {
namespace {

// A token that dies sooner is refreshed where that is possible, as botocore does.
constexpr Seconds kRefreshAhead{900};

// The token file, as the AWS CLI writes it.
class TokenFile {
 public:
  // One that is missing or spoilt is empty: signing in anew is the cure for both.
  static Result<TokenFile> read(const World& world, const std::string& path, const Call& call) {
    TokenFile file;
    auto text = world.files.read(path, call);
    if (!text && is_interruption(text.error())) return text.error();
    if (!text) return file;
    const WipeAtExit wipe_text(*text);
    if (auto parsed = Json::parse(*text)) file.json_ = std::move(*parsed);
    return file;
  }

  std::string_view token() const { return json_.text("accessToken").value_or(""); }
  std::optional<Time> expires_at() const {
    return parse_rfc3339(json_.text("expiresAt").value_or(""));
  }
  bool lives(Time now, Milliseconds least, const Secret& refused) const {
    return !token().empty() && token() != refused.reveal() && expires_at() &&
           *expires_at() - now > least;
  }
  bool refreshable(Time now) const {
    const auto registered = parse_rfc3339(json_.text("registrationExpiresAt").value_or(""));
    return json_.text("refreshToken") && json_.text("clientId") && json_.text("clientSecret") &&
           registered && *registered > now;
  }
  Json& json() { return json_; }

 private:
  Json json_;
};

std::string describe(const SsoConfig& config) {
  return "IAM Identity Center " +
         (config.session.empty() ? config.start_url : "session " + config.session);
}

Error nothing_usable(TokenFile& file, const SsoConfig& config, const Secret& refused) {
  const auto wrong =
      file.json().no_text({"accessToken", "expiresAt", "refreshToken", "clientId", "clientSecret",
                           "registrationExpiresAt"});
  if (!wrong.empty())
    return sso_login_required(config, "the sign-in to " + describe(config) + " has a malformed " +
                                          std::string(wrong));
  if (file.token().empty())
    return sso_login_required(config, "nobody is signed in to " + describe(config));
  if (file.token() == refused.reveal())
    return sso_login_required(config, describe(config) + " does not accept the sign-in any more");
  const auto expired = file.expires_at();
  return sso_login_required(config, "the sign-in to " + describe(config) + " has expired" +
                                        (expired ? " at " + rfc3339(*expired) : ""));
}

Result<Client> make_client(const ProviderContext& context, const Profiles& profiles,
                           const SsoConfig& config) {
  return Client::make(context.world, context.runtime, profiles, profiles.find(context.profile),
                      Service::kSsoOidc, config.region);
}

// Asks for a new token and puts it into `file`, where all else stays as it is.
Result<void> refresh(const ProviderContext& context, const Profiles& profiles,
                     const SsoConfig& config, TokenFile& file, const Call& call) {
  const World& world = context.world;
  const auto client = make_client(context, profiles, config);
  if (!client) return client.error();
  Json& json = file.json();
  const auto make = [&]() -> Result<HttpRequest> {
    Json body;
    for (const char* name : {"clientId", "clientSecret"}) body.set(name, *json.text(name));
    body.set("grantType", "refresh_token");
    body.set("refreshToken", *json.text("refreshToken"));
    return post_json("/token", body);
  };
  auto response = client->send({make, nullptr, {}}, call);
  if (!response) return response.error();
  const WipeAtExit wipe_body(response->body);
  const std::string what = "refreshing the sign-in to " + describe(config);
  if (response->status != 200) {
    Error error = describe_refusal(*response, what);
    if (error.status == Status::kDenied) {
      error.status = Status::kLoginRequired;
      error = to_sign_in(config, std::move(error));
    }
    return error;
  }
  const auto answer = Json::parse(response->body);
  if (!answer || !answer->text("accessToken") || !answer->integer("expiresIn") ||
      !answer->no_text({"refreshToken"}).empty())
    return make_error(Status::kBadResponse, what + ": the answer holds no token");
  json.set("accessToken", *answer->text("accessToken"));
  json.set("expiresAt", rfc3339(world.clock.now() + Seconds{*answer->integer("expiresIn")}));
  if (const auto next = answer->text("refreshToken")) json.set("refreshToken", *next);
  return {};
}

}  // namespace

Result<Secret> sso_access_token(const ProviderContext& context, const Profiles& profiles,
                                const SsoConfig& config, const Secret& refused, const Call& call) {
  const World& world = context.world;
  const std::string path = sso_token_path(world.environment, config);
  const auto token_of = [](const TokenFile& file) { return Secret(file.token()); };
  {
    auto read = TokenFile::read(world, path, call);
    if (!read) return read.error();
    TokenFile& file = *read;
    const bool refreshable = !config.session.empty() && file.refreshable(call.now);
    const Milliseconds least = refreshable && !call.offline ? kRefreshAhead : Seconds{0};
    if (file.lives(call.now, least, refused)) return token_of(file);
    if (!refreshable) return nothing_usable(file, config, refused);
    if (call.offline) {
      const auto client = make_client(context, profiles, config);
      if (!client) return client.error();
      return make_error(Status::kNetwork, "would refresh the sign-in to " + describe(config) +
                                              " at " + client->url());
    }
  }

  // One refresh for all: a refresh token that is used twice may take the whole session with it.
  const auto lock = lock_file(world, path, call, call.deadline - world.clock.uptime());
  auto read = TokenFile::read(world, path, call);
  if (!read) return read.error();
  TokenFile& file = *read;
  if (file.lives(call.now, kRefreshAhead, refused)) return token_of(file);
  const bool lives = file.lives(call.now, Seconds{0}, refused);
  if (!lock && lock.error().status != Status::kBadConfig) {
    if (lives && lock.error().status == Status::kTimeout) return token_of(file);
    return lock.error();
  }
  if (auto refreshed = refresh(context, profiles, config, file, call); !refreshed) {
    if (!lives) return refreshed.error();
    world.log.write(LogLevel::kWarn, "aws.sso", refreshed.error().message);
    return token_of(file);
  }
  if (auto written = world.files.replace(path, file.json().serialize().reveal()); !written)
    world.log.write(LogLevel::kWarn, "aws.sso", written.error().message);
  return token_of(file);
}

}  // namespace pgiam::aws
