// The credential service of a container: Amazon ECS, EKS Pod Identity, and whatever speaks like
// them. docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
#include <algorithm>

#include "base/address.h"
#include "base/text.h"
#include "base/url.h"
#include "clouds/aws/client.h"
#include "clouds/aws/credentials_answer.h"
#include "clouds/aws/provider.h"
#include "clouds/aws/service_error.h"

namespace pgiam::aws {
namespace {

constexpr const char* kRelative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr const char* kFull = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr const char* kToken = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
constexpr const char* kTokenFile = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
constexpr const char* kVariables[] = {kRelative, kFull, kToken, kTokenFile};

constexpr std::string_view kEcs = "169.254.170.2";
constexpr std::string_view kEks = "169.254.170.23", kEksIPv6 = "fd00:ec2::23";

constexpr int kAttempts = 3;
constexpr std::size_t kLongestAnswer = 64 * 1024;
constexpr AnswerForm kForm{kContainerInfo, "the container's credential service", "Token", true};

bool is_eks(std::string_view host) {
  return same_address(host, kEks) || same_address(host, kEksIPv6);
}

// Where a credential may go in the clear: it stays on the machine.
bool may_be_asked_in_the_clear(std::string_view address) {
  return is_loopback(address) || same_address(address, kEcs) || is_eks(address);
}

class ContainerProvider : public CredentialsProvider {
 public:
  explicit ContainerProvider(const ProviderContext& context)
      : context_(context), world_(context.world) {}

  std::string_view name() const override { return kContainerInfo.name; }

  Result<CredentialsPtr> load(const Call& call, Trace&) override {
    const auto url = service_url();
    if (!url) return url.error();
    if (call.offline)
      return make_error(Status::kNetwork,
                        "would ask the container's credential service at " + url->authority());
    auto request = make_request(*url, call);
    if (!request) return request.error();
    auto answer = ask(*request, call);
    for (HttpHeader& header : request->headers) wipe(header.value);
    if (!answer) return explain(std::move(answer).error(), *url);
    auto credentials = read_credentials(*answer, kForm);
    if (!credentials) return credentials.error();
    extend_if_expired(**credentials, kForm.who, call.now, context_.runtime, world_.log);
    return CredentialsPtr(*credentials);
  }

 private:
  Result<Url> service_url() const {
    if (const auto path = world_.environment.get_nonblank(kRelative)) {
      const auto url = parse_url("http://" + std::string(kEcs) + std::string(trim(*path)));
      if (!trim(*path).starts_with('/') || !url)
        return make_error(Status::kBadConfig, std::string(kRelative) + " is not a path",
                          "it starts with a slash; Amazon ECS sets it");
      return *url;
    }
    const auto full = world_.environment.get_nonblank(kFull);
    if (!full) return not_set_up(std::string(kRelative) + " and " + kFull + " are not set");
    const auto url = parse_url(trim(*full));
    if (!url)
      return make_error(Status::kBadConfig, std::string(kFull) + " is not an http or https URL",
                        "write it as http://127.0.0.1:PORT/PATH");
    if (!url->https() && is_numeric_address(url->host) && !may_be_asked_in_the_clear(url->host))
      return make_error(Status::kBadConfig,
                        std::string(kFull) + " names " + url->host +
                            ", to which credentials may not be sent in the clear",
                        "use https, a loopback address, or the address of Amazon ECS or EKS");
    return *url;
  }

  Result<HttpRequest> make_request(const Url& url, const Call& call) const {
    HttpRequest request;
    request.url = url.text();
    request.headers = {{"Accept", "application/json"}};
    request.connect_timeout = Milliseconds{2000};
    request.timeout = Milliseconds{5000};
    request.answer_limit = kLongestAnswer;
    if (!url.https()) {
      request.use_proxy = false;
      request.address_allowed = may_be_asked_in_the_clear;
    } else {
      const auto profiles = context_.files.read(call);
      if (!profiles) return profiles.error();
      request.ca_bundle = read_ca_bundle(world_.environment, (*profiles)->find(context_.profile));
    }
    auto token = authorization(call);
    if (!token) return token.error();
    if (!token->empty()) request.headers.push_back({"Authorization", std::string(token->reveal())});
    return request;
  }

  // Read at each attempt to load: it is replaced when it nears its end.
  Result<Secret> authorization(const Call& call) const {
    std::string text;
    const WipeAtExit wipe_text(text);
    std::string from = kToken;
    if (const auto path = world_.environment.get_nonblank(kTokenFile)) {
      from = *path;
      auto content = world_.files.read(*path, call);
      if (!content && is_interruption(content.error())) return content.error();
      if (!content)
        return make_error(Status::kBadConfig,
                          std::string(kTokenFile) + ": " + content.error().message,
                          "check that the token is mounted into this container");
      text = std::move(*content);
    } else {
      text = world_.environment.get(kToken).value_or("");
    }
    const std::string_view token = trim(text);
    if (token.find_first_of("\r\n") != std::string_view::npos)
      return make_error(Status::kBadConfig,
                        "the authorization token in " + from + " has more than one line");
    return Secret(token);
  }

  Result<Json> ask(const HttpRequest& request, const Call& call) const {
    for (int number = 1;; ++number) {
      auto answer = ask_once(request, call);
      if (answer || !answer.error().retryable || number == kAttempts) return answer;
      const Milliseconds pause =
          backoff(Failure::kTransient, number, context_.runtime.random(), std::nullopt);
      if (pause >= call.deadline - world_.clock.uptime()) return answer;
      if (!context_.runtime.pause(pause, call.stop))
        return cancelled();
    }
  }

  Result<Json> ask_once(const HttpRequest& request, const Call& call) const {
    auto response = send_http(world_, request, call);
    if (!response) return response.error();
    const WipeAtExit wipe_body(response->body);
    if (response->status != 200) {
      Error error = describe_refusal(*response, std::string(kForm.who) + " gave no credentials");
      if (response->status == 401 || response->status == 403)
        error.hint = std::string("check ") + kTokenFile + " or " + kToken;
      return error;
    }
    auto answer = Json::parse(response->body);
    if (answer) return answer;
    Error error = answer.error();
    error.message = "the answer of " + std::string(kForm.who) + " is " + error.message;
    error.retryable = true;
    return error;
  }

  static Error explain(Error error, const Url& url) {
    if (is_eks(url.host))
      error.hint =
          "check that the EKS Pod Identity agent runs on this node, and that the service "
          "account has a pod identity association";
    else if (error.hint.empty() && error.status != Status::kCancelled)
      error.hint = std::string("check ") + kRelative + " and " + kFull;
    return error;
  }

  const ProviderContext context_;
  const World& world_;
};

}  // namespace

constinit const ProviderInfo kContainerInfo{"aws.container", kVariables};

ProviderPtr make_container_provider(const ProviderContext& context) {
  return std::make_unique<ContainerProvider>(context);
}

}  // namespace pgiam::aws
