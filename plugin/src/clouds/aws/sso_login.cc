// The device authorization grant (RFC 8628), as IAM Identity Center speaks it.
// docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference
#include <algorithm>

#include "base/address.h"
#include "base/url.h"
#include "clouds/aws/aws_folder.h"
#include "clouds/aws/client.h"
#include "clouds/aws/service_error.h"
#include "clouds/aws/sso.h"

namespace pgiam::aws {
namespace {

constexpr const char* kGrant = "urn:ietf:params:oauth:grant-type:device_code";
constexpr Seconds kSlowDown{5};    // RFC 8628, section 3.5
constexpr Seconds kLongest{3600};  // whatever the service says

// What a person is shown, and perhaps a browser: it may hold no escape sequence, and lead nowhere else.
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}
bool is_page(std::string_view text) {
  const auto url = parse_url(text);
  return url && is_ascii(text) && (url->https() || is_loopback(url->host));
}

class DeviceLogin {
 public:
  DeviceLogin(const ProviderContext& context, const SsoConfig& config, const Client& client,
              const Call& call)
      : world_(context.world),
        runtime_(context.runtime),
        config_(config),
        client_(client),
        call_(call) {}

  // The token file's content.
  Result<Json> run() {
    if (auto done = register_client(); !done) return done.error();
    if (auto done = start(); !done) return done.error();
    PromptRequest prompt = prompt_;
    if (auto shown = world_.prompt.ask(prompt, call_); !shown) return shown.error();
    auto token = poll();
    prompt.kind = PromptRequest::Kind::kClose;
    static_cast<void>(world_.prompt.ask(prompt, call_));
    return token;
  }

 private:
  Result<HttpResponse> post(const char* path, const Json& body) {
    const auto make = [&]() -> Result<HttpRequest> { return post_json(path, body); };
    return client_.send({make, nullptr, {}}, call_);
  }
  Result<Json> expect(Result<HttpResponse> response, const std::string& what) {
    if (!response) return response.error();
    const WipeAtExit wipe_body(response->body);
    if (response->status != 200) return describe_refusal(*response, what);
    auto answer = Json::parse(response->body);
    if (!answer) return make_error(Status::kBadResponse, what + ": " + answer.error().message);
    return answer;
  }

  Result<void> register_client() {
    const std::string what = "registering with IAM Identity Center in " + config_.region;
    const auto seconds = std::chrono::floor<Seconds>(world_.clock.now()).time_since_epoch().count();
    Json body;
    body.set("clientName", "pgiam-" + std::to_string(seconds));
    body.set("clientType", "public");
    if (!config_.scopes.empty()) body.set("scopes", config_.scopes);
    auto answer = expect(post("/client/register", body), what);
    if (!answer) return answer.error();
    const auto id = answer->text("clientId"), secret = answer->text("clientSecret");
    const auto expires = answer->integer("clientSecretExpiresAt");
    if (!id || !secret || !expires)
      return make_error(Status::kBadResponse, what + ": the answer is not whole");
    client_id_ = *id;
    client_secret_ = Secret(*secret);
    registration_expires_at_ = Time{Seconds{*expires}};
    return {};
  }

  Result<void> start() {
    const std::string what = "starting the sign-in to " + config_.start_url;
    Json body;
    body.set("clientId", client_id_);
    body.set("clientSecret", client_secret_.reveal());
    body.set("startUrl", config_.start_url);
    auto answer = expect(post("/device_authorization", body), what);
    if (!answer) return answer.error();
    const auto text = [&](const char* name) {
      return std::string(answer->text(name).value_or(""));
    };
    device_code_ = Secret(answer->text("deviceCode").value_or(""));
    const auto no_number = [&](const char* name) {
      return answer->has(name) && !answer->integer(name);
    };
    if (device_code_.empty() || text("verificationUri").empty() || no_number("interval") ||
        no_number("expiresIn") ||
        !answer->no_text({"verificationUriComplete", "userCode"}).empty())
      return make_error(Status::kBadResponse, what + ": the answer is not whole");
    const std::string page = text("verificationUri"), complete = text("verificationUriComplete");
    if (!is_page(page) || (!complete.empty() && !is_page(complete)))
      return make_error(Status::kBadResponse, what + ": the answer names no https page to open");
    if (!is_ascii(text("userCode")))
      return make_error(Status::kBadResponse, what + ": the answer's code cannot be typed");
    interval_ = std::max(Seconds{1}, Seconds{answer->integer("interval").value_or(5)});
    const Seconds life{answer->integer("expiresIn").value_or(600)};
    call_.deadline = world_.clock.uptime() + std::clamp<Milliseconds>(life, Seconds{1}, kLongest);

    prompt_.kind = PromptRequest::Kind::kDeviceLogin;
    prompt_.id = ++runtime_.prompts;
    prompt_.expires_in = call_.deadline - world_.clock.uptime();
    prompt_.title = "Sign in to AWS (profile " + config_.profile + ")";
    prompt_.subject = config_.session.empty() ? config_.start_url : config_.session;
    prompt_.url = page;
    prompt_.url_complete = complete;
    prompt_.user_code = text("userCode");
    return {};
  }

  Result<Json> poll() {
    const std::string what = "signing in to " + config_.start_url;
    Json body;
    body.set("clientId", client_id_);
    body.set("clientSecret", client_secret_.reveal());
    body.set("grantType", kGrant);
    body.set("deviceCode", device_code_.reveal());
    for (;;) {
      if (interval_ >= call_.deadline - world_.clock.uptime()) return late();
      if (!runtime_.pause(interval_, call_.stop))
        return cancelled();
      auto response = post("/token", body);
      if (!response && response.error().retryable) {
        interval_ *= 2;
        continue;
      }
      if (!response) return response.error();
      const std::string code = response->status == 200 ? "" : parse_service_error(*response).code;
      if (code == "AuthorizationPendingException" || code == "authorization_pending") continue;
      if (code == "SlowDownException" || code == "slow_down") {
        interval_ += kSlowDown;
        continue;
      }
      if (code == "ExpiredTokenException" || code == "expired_token") return late();
      if (code == "AccessDeniedException" || code == "access_denied")
        return make_error(Status::kLoginDeclined, "the sign-in was refused in the browser");
      const auto answer = expect(std::move(response), what);
      if (!answer) return answer.error();
      return token_file(*answer, what);
    }
  }
  Error late() const {
    return to_sign_in(config_, make_error(Status::kLoginDeclined,
                                          "nobody signed in while the code was good"));
  }

  Result<Json> token_file(const Json& answer, const std::string& what) const {
    const auto token = answer.text("accessToken");
    const auto expires_in = answer.integer("expiresIn");
    if (!token || !expires_in || !answer.no_text({"refreshToken"}).empty())
      return make_error(Status::kBadResponse, what + ": the answer holds no token");
    Json file;
    file.set("startUrl", config_.start_url);
    file.set("region", config_.region);
    file.set("accessToken", *token);
    file.set("expiresAt", rfc3339(world_.clock.now() + Seconds{*expires_in}));
    file.set("clientId", client_id_);
    file.set("clientSecret", client_secret_.reveal());
    file.set("registrationExpiresAt", rfc3339(registration_expires_at_));
    if (const auto refresh = answer.text("refreshToken")) file.set("refreshToken", *refresh);
    return file;
  }

  const World& world_;
  Runtime& runtime_;
  const SsoConfig& config_;
  const Client& client_;
  Call call_;
  std::string client_id_;
  Secret client_secret_, device_code_;
  Time registration_expires_at_{};
  Seconds interval_{5};
  PromptRequest prompt_;
};

}  // namespace

Result<void> sso_login(const ProviderContext& context, const Profiles& profiles,
                       const SsoConfig& config, const Call& call) {
  const World& world = context.world;
  const std::string path = sso_token_path(world.environment, config);
  if (path.empty())
    return make_error(Status::kBadConfig, "no home folder to keep the sign-in in", "set HOME");
  const auto client = Client::make(world, context.runtime, profiles, profiles.find(context.profile),
                                   Service::kSsoOidc, config.region);
  if (!client) return client.error();

  // Somebody who is signing in already does it for us, too.
  const FileStamp before = world.files.stamp(path);
  const auto lock = lock_file(world, path + ".login", call, call.deadline - world.clock.uptime());
  if (!lock) return lock.error();
  if (world.files.stamp(path) != before) return {};
  auto file = DeviceLogin(context, config, *client, call).run();
  if (!file) return file.error();
  return world.files.replace(path, file->serialize().reveal());
}

}  // namespace pgiam::aws
