#include "clouds/aws/client.h"

#include <algorithm>

#include "base/text.h"
#include "clouds/aws/service_error.h"
#include "clouds/aws/sigv4.h"

namespace pgiam::aws {
namespace {

const char* signing_name(Service service) {
  switch (service) {
    case Service::kSts:
      return "sts";
    case Service::kSso:
      return "awsssoportal";
    case Service::kSsoOidc:
      return "sso-oauth";
    case Service::kSignin:
      return "signin";
  }
  return "";
}

// The codes with which services say that a signature's time was wrong.
constexpr std::string_view kSkewCodes[] = {
    "RequestTimeTooSkewed",  "RequestExpired", "RequestInTheFuture",
    "SignatureDoesNotMatch", "AuthFailure",    "InvalidSignatureException",
};

// AWS takes signatures whose time is no farther from its own.
constexpr Seconds kSignatureLife{900};

bool is_skew_code(std::string_view code) {
  return std::find(std::begin(kSkewCodes), std::end(kSkewCodes), code) != std::end(kSkewCodes);
}

struct Assessment {
  Failure failure = Failure::kFinal;
  bool skewed = false;
  std::optional<Milliseconds> retry_after;
};

Assessment assess(const Result<HttpResponse>& result, const ServiceRequest& request) {
  if (!result) return {result.error().retryable ? Failure::kTransient : Failure::kFinal, false, {}};
  if (classify(result->status, "") == Failure::kNone) return {Failure::kNone, false, {}};
  const std::string code = parse_service_error(*result).code;
  const auto& also = request.also_transient;
  const bool transient = std::find(also.begin(), also.end(), code) != also.end();
  return {transient ? Failure::kTransient : classify(result->status, code), is_skew_code(code),
          asked_pause(*result)};
}

constexpr const char* kCaBundle = "AWS_CA_BUNDLE";
constexpr const char* kCaBundleOfOthers = "REQUESTS_CA_BUNDLE";
constexpr const char* kVariables[] = {kCaBundle, kCaBundleOfOthers};

constexpr struct {
  const char* code;  // of adapters/curl_http.cc
  const char* hint;
} kHints[] = {
    {"unknown_host", "check the network connection, the name server and the region"},
    {"untrusted_certificate",
     "behind a proxy that inspects TLS, set AWS_CA_BUNDLE to the file with its CA certificate"},
    {"no_ca_certificates", "install the package ca-certificates, or set AWS_CA_BUNDLE"},
    {"unreadable_ca_bundle",
     "check AWS_CA_BUNDLE, or ca_bundle of the profile: a PEM file is needed"},
};

}  // namespace

constinit const std::span<const char* const> kCaBundleVariables = kVariables;

Result<HttpResponse> send_http(const World& world, const HttpRequest& request, const Call& call) {
  auto response = world.http.send(request, call);
  if (response) return response;
  Error error = std::move(response).error();
  for (const auto& [code, hint] : kHints)
    if (error.code == code) error.hint = hint;
  return error;
}

HttpRequest post_json(std::string path, const Json& body) {
  HttpRequest request;
  request.method = "POST";
  request.url = std::move(path);
  request.headers = {{"Content-Type", "application/json"}};
  request.body = body.serialize().reveal();
  return request;
}

Time earliest_time(const HttpResponse& answer, Time now) {
  const auto told = answer.verified ? parse_http_date(answer.header("Date")) : std::nullopt;
  return told ? std::min(*told, now) : now;
}

std::string read_ca_bundle(const Environment& environment, const Section* profile) {
  if (const auto path = environment.get_nonblank(kCaBundle)) return std::string(trim(*path));
  if (profile != nullptr)
    if (const auto path = trim(property(*profile, "ca_bundle")); !path.empty())
      return std::string(path);
  return std::string(trim(environment.get_nonblank(kCaBundleOfOthers).value_or("")));
}

Result<Client> Client::make(const World& world, Runtime& runtime, const Profiles& profiles,
                            const Section* profile, Service service, std::string_view region) {
  Client client(world, runtime, signing_name(service));
  EndpointSettings settings =
      read_endpoint_settings(service, world.environment, profiles, profile);
  auto endpoint = resolve_endpoint(service, region, settings);
  client.url_from_ = std::move(settings.url_from);
  if (!endpoint) return endpoint.error();
  const auto attempts = read_max_attempts(world.environment, profile);
  if (!attempts) return attempts.error();
  client.endpoint_ = std::move(*endpoint);
  client.ca_bundle_ = read_ca_bundle(world.environment, profile);
  client.max_attempts_ = *attempts;
  return client;
}

Client Client::at(const World& world, Runtime& runtime, const Section* profile,
                  ServiceEndpoint endpoint, std::string url_from, const char* signing_name) {
  Client client(world, runtime, signing_name);
  client.endpoint_ = std::move(endpoint);
  client.url_from_ = std::move(url_from);
  client.ca_bundle_ = read_ca_bundle(world.environment, profile);
  return client;
}

// Not every region has all of them.
Error Client::without_such_endpoint(Error error) const {
  error.message += ", a name made by " + endpoint_.switches;
  error.hint = "switch that off: not every service has such an endpoint in every region";
  return error;
}

// Left over from a local stack, as often as not.
Error Client::at_endpoint_of_users(Error error) const {
  error.message += ", which " + url_from_ + " names";
  if (error.status != Status::kCancelled && error.hint.empty())
    error.hint = "see whether " + url_from_ + " is meant";
  return error;
}

Result<HttpResponse> Client::attempt(const ServiceRequest& request, const Call& call) const {
  auto http = request.make();
  if (!http) return http.error();
  http->url = endpoint_.url + http->url;
  http->ca_bundle = ca_bundle_;
  std::optional<Time> signed_at;
  if (request.signer) {
    signed_at = runtime_.skew.correct(world_.clock.now());
    const SigningKey key(*request.signer, *signed_at, endpoint_.signing_region,
                         signing_name_);
    sign_headers(*http, *request.signer, key, *signed_at);
  }
  auto response = send_http(world_, *http, call);
  if (!response && response.error().code == "unknown_host" && !endpoint_.switches.empty())
    response = without_such_endpoint(std::move(response).error());
  else if (!response && !url_from_.empty())
    response = at_endpoint_of_users(std::move(response).error());
  wipe(http->body);
  for (HttpHeader& header : http->headers) wipe(header.value);
  if (response && response->verified) learn_time(*response, signed_at);
  return response;
}

void Client::learn_time(const HttpResponse& answer, std::optional<Time> signed_at) const {
  const std::string_view date = answer.header("Date");
  // Who accepts a signature proves its time right, whatever the Date says.
  if (const auto told = parse_http_date(date); told && signed_at && answer.status < 300)
    if (*told - *signed_at > kSignatureLife || *signed_at - *told > kSignatureLife) return;
  const bool known = runtime_.skew.matters();
  runtime_.skew.learn(date, world_.clock.now());
  if (const auto warning = runtime_.skew.warning(); warning && !known)
    world_.log.write(LogLevel::kWarn, "aws", warning->message);
}

Result<HttpResponse> Client::send(const ServiceRequest& request, const Call& call) const {
  Failure last_failure = Failure::kNone;
  for (int number = 1;; ++number) {
    const Milliseconds skew = runtime_.skew.value();
    auto result = attempt(request, call);
    Assessment assessment = assess(result, request);
    if (assessment.failure == Failure::kNone) {
      runtime_.retries.give_back(last_failure);
      return result;
    }
    // What was learnt from the refusal itself makes the next signature right.
    const bool corrected = assessment.skewed && request.signer &&
                           runtime_.skew.correct(Time{}) != Time{} && runtime_.skew.value() != skew;
    if (corrected) assessment.failure = Failure::kTransient;
    if (assessment.failure == Failure::kFinal || number >= max_attempts_) return result;
    if (!runtime_.retries.take(assessment.failure)) return result;

    last_failure = assessment.failure;
    const Milliseconds pause =
        corrected ? Milliseconds{0}
                  : backoff(assessment.failure, number, runtime_.random(), assessment.retry_after);
    // The failure at hand says more than a time-out would.
    if (pause >= call.deadline - world_.clock.uptime()) return result;
    world_.log.write(LogLevel::kInfo, "aws",
                     std::string(signing_name_) +
                         " did not answer as it should; again in " + std::to_string(pause.count()) +
                         " ms");
    if (!runtime_.pause(pause, call.stop)) return cancelled();
  }
}

}  // namespace pgiam::aws
