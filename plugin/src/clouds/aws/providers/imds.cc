// The role of an Amazon EC2 instance, from its metadata service.
// docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
#include "clouds/aws/imds.h"

#include "base/redact.h"
#include "base/text.h"
#include "clouds/aws/credentials_answer.h"
#include "clouds/aws/service_error.h"
#include "clouds/aws/uri_encode.h"

namespace pgiam::aws {
namespace {

// The newer paths tell the account as well; older services do not know them.
constexpr const char* kExtended = "/latest/meta-data/iam/security-credentials-extended/";
constexpr const char* kLegacy = "/latest/meta-data/iam/security-credentials/";

constexpr AnswerForm kForm{kImdsInfo, "the instance metadata service", "Token", true};

Error refused(const HttpResponse& response) {
  return describe_refusal(response, std::string(kForm.who) + " gave no credentials");
}

class ImdsProvider : public CredentialsProvider {
 public:
  explicit ImdsProvider(const ProviderContext& context) : context_(context) {}

  std::string_view name() const override { return kImdsInfo.name; }

  Result<CredentialsPtr> load(const Call& call, Trace&) override {
    const auto settings = read_imds_settings(context_, call);
    if (!settings) return settings.error();
    if (call.offline)
      return make_error(Status::kNetwork,
                        "would ask the instance metadata service at " + settings->endpoint);
    Imds imds(context_, *settings);
    const Call limited = imds.limit(call);

    for (int number = 1;; ++number) {
      auto loaded = ask_and_read(imds, settings->role, limited);
      // Spoilt on the way or still being written: the next may be whole.
      const bool spoilt = !loaded && loaded.error().status == Status::kBadResponse;
      if (!spoilt || number >= settings->attempts) return loaded;
    }
  }

 private:
  Result<CredentialsPtr> ask_and_read(Imds& imds, const std::string& given,
                                      const Call& call) const {
    const std::string known = imds.facts().role;
    auto response = ask(imds, given.empty() ? known : given, call);
    const bool gone = response && response->status == 404;
    if (gone && given.empty() && !known.empty()) {
      // Another role has taken the place of the one we knew.
      imds.remember([](ImdsFacts& facts) { facts.role.clear(); });
      response = ask(imds, "", call);
    }
    if (!response) return response.error();
    if (response->status == 404 && !given.empty())
      return make_error(Status::kNoCredentials, "this instance has no instance profile " + given,
                        "check AWS_EC2_INSTANCE_PROFILE_NAME");
    return read(*response, call.now);
  }

  // The credentials of `role`, or of the instance's one where it is "".
  static Result<HttpResponse> ask(Imds& imds, std::string role, const Call& call) {
    if (role.empty()) {
      auto listed = list_role(imds, call);
      if (!listed) return listed.error();
      role = std::move(*listed);
    }
    return get_either(imds, uri_encode(role), call);
  }

  static Result<std::string> list_role(Imds& imds, const Call& call) {
    const auto response = get_either(imds, "", call);
    if (!response) return response.error();
    if (response->status != 200 && response->status != 404) return refused(*response);
    // One role to an instance; the answer may end with a new line or a slash.
    std::string_view line = trim(response->body);
    line = trim(line.substr(0, line.find('\n')));
    while (line.ends_with('/')) line.remove_suffix(1);
    if (response->status == 404 || line.empty()) {
      Error error = not_applicable("this instance has no role");
      error.hint = "attach an instance profile to it: aws ec2 associate-iam-instance-profile";
      return error;
    }
    imds.remember([&](ImdsFacts& facts) { facts.role = line; });
    return std::string(line);
  }

  // By the newer path, or the older one where it is known or found to be the only one: 404 says so,
  // and imitations of the service have other words for it.
  static Result<HttpResponse> get_either(Imds& imds, const std::string& rest, const Call& call) {
    if (const auto extended = imds.facts().extended; extended != false) {
      auto response = imds.get(kExtended + rest, call);
      if (!response) return response;
      if (response->status == 200)
        imds.remember([](ImdsFacts& facts) { facts.extended = true; });
      const bool turned_down = response->status / 100 == 4;
      if (response->status != 404 && (extended || !turned_down)) return response;
    }
    auto response = imds.get(kLegacy + rest, call);
    if (response && response->status == 200)
      imds.remember([](ImdsFacts& facts) { facts.extended = false; });
    return response;
  }

  Result<CredentialsPtr> read(HttpResponse& response, Time now) const {
    const WipeAtExit wipe_body(response.body);
    if (response.status != 200) return refused(response);
    const auto answer = Json::parse(response.body);
    if (!answer) {
      Error error = answer.error();
      error.message = "the answer of " + std::string(kForm.who) + " is " + error.message;
      return error;
    }
    if (!answer->no_text({"Code"}).empty())
      return make_error(Status::kBadResponse,
                        "the answer of " + std::string(kForm.who) + " has a malformed Code");
    const std::string code(answer->text("Code").value_or("Success"));
    if (!equals_ignore_case(code, "Success")) return denied(*answer, code);
    const auto credentials = read_credentials(*answer, kForm);
    if (!credentials) return credentials.error();
    extend_if_expired(**credentials, kForm.who, now, context_.runtime, context_.world.log);
    return CredentialsPtr(*credentials);
  }

  static Error denied(const Json& answer, const std::string& told) {
    constexpr std::size_t kLongest = 500;
    const std::string code = redact_message(told, "", kLongest);
    const std::string message = redact_message(answer.text("Message").value_or(told), "", kLongest);
    Error error =
        make_error(Status::kNoCredentials, "this instance cannot take its role: " + message,
                   "check the role's trust policy: it must trust ec2.amazonaws.com");
    error.remote = code;
    return error;
  }

  const ProviderContext context_;
};

}  // namespace

// What it reads is declared beside imds.cc, which reads it.
constinit const ProviderInfo kImdsInfo{"aws.imds"};

ProviderPtr make_imds_provider(const ProviderContext& context) {
  return std::make_unique<ImdsProvider>(context);
}

}  // namespace pgiam::aws
