#include "clouds/aws/sts.h"

#include "base/sha256.h"
#include "base/text.h"
#include "clouds/aws/client.h"
#include "clouds/aws/region.h"
#include "clouds/aws/service_error.h"
#include "clouds/aws/uri_encode.h"
#include "clouds/aws/xml.h"

namespace pgiam::aws {
namespace {

class Form {
 public:
  explicit Form(const char* action)
      : text_("Action=" + std::string(action) + "&Version=2011-06-15") {}
  ~Form() { wipe(text_); }
  Form(const Form&) = delete;
  Form& operator=(const Form&) = delete;

  // Leaves out what is empty: nothing is asked for that was not asked of us.
  void add(const char* name, std::string_view value) {
    if (value.empty()) return;
    // No reallocation, which would leave the old bytes about.
    std::string longer;
    longer.reserve(text_.size() + 2 + std::string_view(name).size() + value.size() * 3);
    ((longer += text_) += '&') += name;
    longer += '=';
    append_uri_encoded(longer, value);
    wipe(text_);
    text_ = std::move(longer);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void add_role(Form& form, const Role& role, Time now) {
  form.add("RoleArn", role.arn);
  const auto seconds = std::chrono::floor<Seconds>(now).time_since_epoch().count();
  form.add("RoleSessionName",
           role.session_name.empty() ? "pgiam-" + std::to_string(seconds) : role.session_name);
}

HttpRequest post(const Form& form) {
  HttpRequest request;
  request.method = "POST";
  request.url = "/";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                     {"Accept", "*/*"}};
  request.body = form.text();
  return request;
}

// "arn:aws:sts::123456789012:assumed-role/…" → "123456789012"
std::string account_of(const std::string& arn) {
  const auto parts = split(arn, ':');
  return parts.size() > 5 ? std::string(parts[4]) : "";
}

Result<CredentialsPtr> read_credentials(HttpResponse& response, const char* provider,
                                        const std::string& what, const std::string& url,
                                        Time now) {
  const WipeAtExit wipe_body(response.body);
  auto id = xml_text(response.body, "AccessKeyId"),
       secret = xml_text(response.body, "SecretAccessKey"),
       token = xml_text(response.body, "SessionToken"),
       expiration = xml_text(response.body, "Expiration");
  const auto expires_at = parse_rfc3339(expiration.value_or(""));
  const bool whole = id && secret && token && expires_at && !id->empty() && !secret->empty() && !token->empty();
  auto credentials = std::make_shared<Credentials>();
  if (whole) {
    credentials->access_key_id = *id;
    credentials->secret_access_key = Secret(*secret);
    credentials->session_token = Secret(*token);
    credentials->expires_at = expires_at;
    credentials->account_id = account_of(xml_text(response.body, "Arn").value_or(""));
    credentials->provider = provider;
  }
  if (secret) wipe(*secret);
  if (token) wipe(*token);
  if (!whole)
    return make_error(Status::kBadResponse,
                      what + ": the answer of " + url + " holds no whole credentials");
  if (*expires_at <= earliest_time(response, now))
    return make_error(Status::kBadResponse, what + ": STS gave credentials that expired at " +
                                                *expiration + "; is this machine's clock right?");
  return CredentialsPtr(credentials);
}

Result<Client> make_client(const ProviderContext& context, const Profiles& profiles,
                           const Role& role) {
  const std::string region = service_region(context, profiles);
  if (region.empty() && !role.arn.starts_with("arn:aws:"))
    return make_error(Status::kBadConfig, "no region to ask STS in for " + role.arn,
                      "set AWS_REGION, or region in the profile");
  return Client::make(context.world, context.runtime, profiles, profiles.find(context.profile),
                      Service::kSts, region);
}

std::string in_profile(const Role& role) {
  return role.profile.empty() ? "" : " (profile " + role.profile + ")";
}

// What to set anew, where a person set it.
std::string where_keys_are_set(const Credentials& signer, const Profiles& profiles) {
  if (signer.provider == "aws.environment")
    return "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN";
  for (const auto& [name, section] : profiles.profiles)
    if (const auto id = section.find("aws_access_key_id");
        id != section.end() && trim(id->second.value.reveal()) == signer.access_key_id)
      return "the keys of profile \"" + name + "\", " + id->second.where;
  return "what " + signer.provider + " gives";
}

Result<Secret> read_token(const World& world, const std::string& file, const Call& call) {
  auto text = world.files.read(file, call);
  if (!text) {
    Error error = text.error();
    error.message = "the web identity token: " + error.message;
    if (error.hint.empty())
      error.hint = error.message.ends_with("Permission denied")
                       ? "in Kubernetes, set fsGroup in the pod's securityContext, so that its user may "
                         "read the token"
                       : "AWS_WEB_IDENTITY_TOKEN_FILE or the profile names its file";
    return error;
  }
  const WipeAtExit wipe_text(*text);
  if (trim(*text).empty())
    return make_error(Status::kNoCredentials, "the web identity token file " + file + " is empty");
  return Secret(trim(*text));
}

Error offline(const Client& client, const Role& role) {
  return make_error(Status::kNetwork, "would ask " + client.url() + " for role " + role.arn,
                    "pgiam explain --resolve asks");
}

}  // namespace

Result<CredentialsPtr> sts_assume_role(const ProviderContext& context, const Profiles& profiles,
                                       const Role& role, const CredentialsPtr& signer,
                                       const Secret& code, const Call& call) {
  const auto client = make_client(context, profiles, role);
  if (!client) return client.error();
  if (call.offline) return offline(*client, role);
  const Clock& clock = context.world.clock;
  const auto make = [&]() -> Result<HttpRequest> {
    Form form("AssumeRole");
    add_role(form, role, clock.now());
    if (role.duration) form.add("DurationSeconds", std::to_string(role.duration->count()));
    form.add("ExternalId", role.external_id);
    form.add("SerialNumber", role.mfa_serial);
    form.add("TokenCode", code.reveal());
    return post(form);
  };
  auto response = client->send({make, signer, {}}, call);
  if (!response) return response.error();
  const std::string what = "assuming role " + role.arn + in_profile(role);
  if (response->status == 200)
    return read_credentials(*response, "aws.assume_role", what, client->url(), clock.now());

  Error error = describe_refusal(*response, what);
  const std::string told = parse_service_error(*response).code;
  if (told == "AccessDenied")
    error.hint = "the trust policy of " + role.arn + " must let " + mask(signer->access_key_id) +
                 " (" + signer->provider +
                 ") assume it, and that one's own policies sts:AssumeRole" +
                 (role.external_id.empty()
                      ? "; where it demands an external id, set external_id" + in_profile(role)
                      : "; the external_id" + in_profile(role) + " must be the one that it demands");
  const std::string key = mask(signer->access_key_id) + " of " + signer->provider;
  if (told.starts_with("ExpiredToken"))
    error.hint =
        "the credentials of " + signer->provider + " that assume it have expired: renew them";
  if (told == "InvalidClientTokenId")
    error.hint = "STS knows no access key " + key + " (deleted, switched off, mistyped, or " +
                 (signer->session_token.empty() ? "temporary and without its session token"
                                                : "with a session token of another key") +
                 "): set " + where_keys_are_set(*signer, profiles);
  if (told == "SignatureDoesNotMatch")
    error.hint = "the secret key does not belong to the access key " + key + ": set " +
                 where_keys_are_set(*signer, profiles);
  if (role.duration && error.message.find("DurationSeconds") != std::string::npos)
    error.hint = "duration_seconds = " + std::to_string(role.duration->count()) + in_profile(role) +
                 " is more than the role gives: lower it, or raise the role's maximum session "
                 "duration (a role assumed with a role: 3600 at most)";
  return error;
}

Result<CredentialsPtr> sts_assume_role_with_web_identity(const ProviderContext& context,
                                                         const Profiles& profiles, const Role& role,
                                                         const std::string& token_file,
                                                         const Call& call) {
  const auto client = make_client(context, profiles, role);
  if (!client) return client.error();
  if (call.offline) return offline(*client, role);
  const World& world = context.world;
  Sha256Digest sent{};
  const auto make = [&]() -> Result<HttpRequest> {
    auto token = read_token(world, token_file, call);
    if (!token) return token.error();
    sent = sha256(token->reveal());
    Form form("AssumeRoleWithWebIdentity");
    add_role(form, role, world.clock.now());
    form.add("WebIdentityToken", token->reveal());
    return post(form);
  };
  const ServiceRequest request{make, nullptr, {"IDPCommunicationError"}};
  auto response = client->send(request, call);
  // A token that was replaced while we asked may be why the old one was refused.
  if (response && parse_service_error(*response).code == "InvalidIdentityToken")
    if (const auto token = read_token(world, token_file, call); token && sha256(token->reveal()) != sent)
      response = client->send(request, call);
  if (!response) return response.error();
  const std::string what = "assuming role " + role.arn + " with the token in " + token_file;
  if (response->status == 200)
    return read_credentials(*response, "aws.web_identity", what, client->url(), world.clock.now());

  Error error = describe_refusal(*response, what);
  const std::string told = parse_service_error(*response).code;
  if (told == "AccessDenied")
    error.hint =
        "the trust policy of " + role.arn + " must let this token's issuer and subject assume it";
  if (told == "ExpiredTokenException")
    error.hint = "the token in " + token_file + " has expired: whoever writes the file has stopped";
  return error;
}

bool is_refusal_of_signer(const Error& error) {
  return error.remote.starts_with("InvalidClientTokenId") ||
         error.remote.starts_with("ExpiredToken");
}

bool is_wrong_mfa_code(const Error& error) {
  return error.status == Status::kDenied &&
         error.message.find("MultiFactorAuthentication failed") != std::string::npos;
}

}  // namespace pgiam::aws
