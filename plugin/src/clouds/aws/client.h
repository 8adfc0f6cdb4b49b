// One way to ask an AWS service: its endpoint, certificates, signature, retries and clock.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clouds/aws/endpoints.h"
#include "clouds/aws/json.h"
#include "clouds/aws/provider.h"
#include "clouds/aws/runtime.h"
#include "clouds/aws/credentials.h"
#include "ports/http.h"

namespace pgiam::aws {

struct ServiceRequest {
  // Makes the request anew for each attempt; its URL is path and query ("/", "/token"). An error
  // ends it all.
  std::function<Result<HttpRequest>()> make;
  CredentialsPtr signer;  // null: not signed
  // Codes that are worth another attempt with this request, besides the general ones.
  std::vector<std::string_view> also_transient;
};

// Any thread.
class Client {
 public:
  // By the settings of the variables and of `profile` (null: there is none).
  static Result<Client> make(const World& world, Runtime& runtime, const Profiles& profiles,
                             const Section* profile, Service service, std::string_view region);

  // Of a service that is none of the credentials' own, at an endpoint that is known. `url_from`: who
  // named it, "" for nobody; `signing_name` lives for ever.
  static Client at(const World& world, Runtime& runtime, const Section* profile,
                   ServiceEndpoint endpoint, std::string url_from, const char* signing_name);
  // Fewer, where the settings would have more.
  void limit_attempts(int most) { max_attempts_ = max_attempts_ < most ? max_attempts_ : most; }

  // The last attempt's answer, whatever its status, or why there was none. Learns the clock's skew,
  // and signs again where only that was wrong.
  Result<HttpResponse> send(const ServiceRequest& request, const Call& call) const;

  const std::string& url() const { return endpoint_.url; }

 private:
  Client(const World& world, Runtime& runtime, const char* signing_name)
      : world_(world), runtime_(runtime), signing_name_(signing_name) {}

  Result<HttpResponse> attempt(const ServiceRequest& request, const Call& call) const;
  Error without_such_endpoint(Error error) const;
  Error at_endpoint_of_users(Error error) const;
  void learn_time(const HttpResponse& answer, std::optional<Time> signed_at) const;

  const World& world_;
  Runtime& runtime_;
  const char* signing_name_;
  ServiceEndpoint endpoint_;
  std::string ca_bundle_;
  std::string url_from_;  // the user's own endpoint, "" where it is AWS's
  int max_attempts_ = 1;
};

// For ServiceRequest::make.
HttpRequest post_json(std::string path, const Json& body);

// By what to judge whether something that this answer brings has expired: our clock or, where that
// is earlier, AWS's own. A wrong one of either must not refuse what is good.
Time earliest_time(const HttpResponse& answer, Time now);

// As Http::send; its errors name the settings by which AWS's users mend them.
Result<HttpResponse> send_http(const World& world, const HttpRequest& request, const Call& call);

// What read_ca_bundle reads.
extern const std::span<const char* const> kCaBundleVariables;

// AWS_CA_BUNDLE, else the profile's ca_bundle, else REQUESTS_CA_BUNDLE, else "": the system's.
std::string read_ca_bundle(const Environment& environment, const Section* profile);

}  // namespace pgiam::aws
