// The session of `aws login`: short-lived credentials in ~/.aws/login/cache, renewed with a refresh
// token that is bound to a key (DPoP).
// docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html
#include "base/redact.h"
#include "base/sha256.h"
#include "base/shell.h"
#include "base/text.h"
#include "clouds/aws/aws_folder.h"
#include "clouds/aws/client.h"
#include "clouds/aws/dpop.h"
#include "clouds/aws/profile_source.h"
#include "clouds/aws/region.h"
#include "clouds/aws/service_error.h"

namespace pgiam::aws {
namespace {

constexpr const char* kCacheDirectory = "AWS_LOGIN_CACHE_DIRECTORY";
constexpr const char* kVariables[] = {kCacheDirectory};
// Credentials that die sooner are renewed, as the SDKs do.
constexpr Seconds kRefreshAhead{300};

Error to_sign_in(const ProfileView& view, Error error, std::string_view lead = "run: ") {
  return with_commands(std::move(error), {"aws login --profile " + shell_word(view.name)}, lead);
}

Error login_required(const ProfileView& view, const std::string& why) {
  return to_sign_in(view, make_error(Status::kLoginRequired, why));
}

std::string cache_path(const ProfileView& view) {
  const std::string session(trim(property(view.section, "login_session")));
  const std::string file = hex(bytes_of(sha256(session))) + ".json";
  const Environment& environment = view.context.world.environment;
  if (const auto folder = environment.get_nonblank(kCacheDirectory))
    return *folder + "/" + file;
  return aws_folder_file(environment, "login/cache/" + file);
}

Result<Json> read_session(const ProfileView& view, const std::string& path, const Call& call) {
  auto text = view.context.world.files.read(path, call);
  const std::string whose = "the session of profile \"" + view.name + "\"";
  if (!text && text.error().status != Status::kNoCredentials) return text.error();
  if (!text) return login_required(view, whose + " does not exist: nobody has logged in");
  const WipeAtExit wipe_text(*text);
  auto session = Json::parse(*text);
  if (!session) return login_required(view, whose + " cannot be read: " + session.error().message);
  for (const char* name : {"refreshToken", "clientId", "dpopKey"})
    if (session->text(name).value_or("").empty())
      return login_required(view, whose + " has no " + name);
  const auto token = session->object("accessToken");
  if (!token) return login_required(view, whose + " has no accessToken");
  for (const char* name : {"accessKeyId", "secretAccessKey", "sessionToken"})
    if (token->text(name).value_or("").empty())
      return login_required(view, whose + " has no " + name);
  if (const auto wrong = token->no_text({"accountId", "expiresAt"}); !wrong.empty())
    return login_required(view, whose + " has a malformed " + std::string(wrong));
  return session;
}

CredentialsPtr credentials_of(const Json& session) {
  const Json token = *session.object("accessToken");
  auto credentials = std::make_shared<Credentials>();
  credentials->access_key_id = *token.text("accessKeyId");
  credentials->secret_access_key = Secret(*token.text("secretAccessKey"));
  credentials->session_token = Secret(*token.text("sessionToken"));
  credentials->account_id = token.text("accountId").value_or("");
  // Unknown means that nothing is to be relied on: it has expired.
  credentials->expires_at = parse_rfc3339(token.text("expiresAt").value_or("")).value_or(Time{});
  credentials->provider = kLoginInfo.name;
  return credentials;
}

bool lives(const CredentialsPtr& credentials, Milliseconds least, const Call& call) {
  return *credentials->expires_at - call.now > least && credentials->access_key_id != call.replaces;
}

// The profile's own region: the session lives there.
std::string session_region(const ProfileView& view) {
  const std::string_view own = property(view.section, "region");
  return own.empty() ? service_region(view.context, view.profiles) : std::string(own);
}

Error refused(const ProfileView& view, const HttpResponse& response) {
  const std::string what = "renewing the session of profile \"" + view.name + "\"";
  Error error = describe_refusal(response, what);
  const auto body = Json::parse(response.body);
  const std::string reason = redact(body ? body->text("error").value_or("") : "", 100);
  if (!reason.empty() && error.remote.find(reason) == std::string::npos)
    error.remote = reason + ", " + error.remote;
  if (reason == "TOKEN_EXPIRED" || reason == "USER_CREDENTIALS_CHANGED") {
    error.status = Status::kLoginRequired;
    error = to_sign_in(view, std::move(error));
  } else if (reason == "INSUFFICIENT_PERMISSIONS") {
    const std::string permission = "the user needs the permission signin:CreateOAuth2Token";
    error = to_sign_in(view, std::move(error), permission + "; then run: ");
    error.commands.insert(error.commands.begin(), permission);
  } else if (error.status == Status::kDenied) {
    error.status = Status::kLoginRequired;  // whatever the reason, it takes a new session
    error = to_sign_in(view, std::move(error));
  }
  return error;
}

Result<Client> make_client(const ProfileView& view) {
  return Client::make(view.context.world, view.context.runtime, view.profiles,
                      view.profiles.find(view.context.profile), Service::kSignin,
                      session_region(view));
}

// Puts the answer into `session`, where all that we do not know stays as it is.
Result<void> renew(const ProfileView& view, Json& session, const Call& call) {
  const World& world = view.context.world;
  const auto client = make_client(view);
  if (!client) return client.error();
  const auto key = Es256Key::from_pem(*session.text("dpopKey"));
  if (!key)
    return login_required(view, "the key of profile \"" + view.name +
                                    "\"'s session is unusable: " + key.error().message);
  const auto make = [&]() -> Result<HttpRequest> {
    Json body;
    body.set("clientId", *session.text("clientId"));
    body.set("grantType", "refresh_token");
    body.set("refreshToken", *session.text("refreshToken"));
    HttpRequest request = post_json("/v1/token", body);
    const Time now = view.context.runtime.skew.correct(world.clock.now());
    request.headers.push_back(
        {"DPoP", dpop_proof(*key, client->url() + request.url, now, random_uuid())});
    return request;
  };
  auto response = client->send({make, nullptr, {}}, call);
  if (!response) return response.error();
  const WipeAtExit wipe_body(response->body);
  if (response->status != 200) return refused(view, *response);

  const auto answer = Json::parse(response->body);
  const auto fresh = answer ? answer->object("accessToken") : std::nullopt;
  const auto expires_in = answer ? answer->integer("expiresIn") : std::nullopt;
  const auto next = answer ? answer->text("refreshToken") : std::nullopt;
  if (!fresh || !expires_in || !next || !fresh->text("accessKeyId") ||
      !fresh->text("secretAccessKey") || !fresh->text("sessionToken"))
    return make_error(Status::kBadResponse, "renewing the session of profile \"" + view.name +
                                                "\": the answer is not whole");
  Json token = *session.object("accessToken");
  for (const char* name : {"accessKeyId", "secretAccessKey", "sessionToken"})
    token.set(name, *fresh->text(name));
  token.set("expiresAt", rfc3339(world.clock.now() + Seconds{*expires_in}));
  session.set("accessToken", token);
  session.set("refreshToken", *next);
  return {};
}

}  // namespace

constinit const ProviderInfo kLoginInfo{"aws.login", kVariables};

Result<CredentialsPtr> load_login(const ProfileView& view, const Call& call, Trace&) {
  const World& world = view.context.world;
  const std::string path = cache_path(view);
  {
    const auto session = read_session(view, path, call);
    if (!session) return session.error();
    const auto kept = credentials_of(*session);
    if (lives(kept, kRefreshAhead, call)) return kept;
    if (call.offline && lives(kept, Seconds{0}, call)) return kept;
    if (call.offline) {
      const auto client = make_client(view);
      if (!client) return client.error();
      return make_error(Status::kNetwork, "would renew the session of profile \"" + view.name +
                                              "\" at " + client->url());
    }
  }

  // One renewal for all: the refresh token is good for one.
  const auto lock = lock_file(world, path, call, call.deadline - world.clock.uptime());
  auto session = read_session(view, path, call);
  if (!session) return session.error();
  const auto kept = credentials_of(*session);
  if (lives(kept, kRefreshAhead, call)) return kept;
  const bool still_lives = lives(kept, Seconds{0}, call);
  if (!lock) return still_lives ? Result<CredentialsPtr>(kept) : lock.error();
  if (auto renewed = renew(view, *session, call); !renewed) {
    if (!still_lives) return renewed.error();
    world.log.write(LogLevel::kWarn, kLoginInfo.name, renewed.error().message);
    return kept;
  }
  // Unwritten, the session is lost with the next renewal; what it gave is good all the same.
  if (auto written = world.files.replace(path, session->serialize().reveal()); !written)
    world.log.write(LogLevel::kError, kLoginInfo.name,
                    written.error().message + "; log in anew when it has expired");
  return credentials_of(*session);
}

}  // namespace pgiam::aws
