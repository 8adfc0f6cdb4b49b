// The services that are asked what a database is and who may log in to it: where they are, and how
// often they are asked.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clouds/aws/client.h"
#include "clouds/aws/service_error.h"

namespace pgiam::aws {

enum class Api { kRds, kIam, kDsql };

// Pure. IAM is one for a whole partition; its region is what signatures are for. kBadConfig where
// there is none.
Result<ServiceEndpoint> resolve_endpoint(Api api, std::string_view region,
                                         const EndpointSettings& settings);

struct Asked {
  std::string call;  // "rds:DescribeDBInstances", as a policy names it
  std::string url;   // who was asked, "" for nobody
  Result<HttpResponse> answer;

  bool is_answered() const { return answer.has_value() && answer->status == 200; }
  // What the service said of a refusal; "" where it said nothing.
  std::string code() const { return answer ? parse_service_error(*answer).code : ""; }
};

// In one person's name, and no more than a few times.
class Asker {
 public:
  Asker(const World& world, const Profiles& profiles, const std::string& profile,
        CredentialsPtr keys, const Call& call, int calls_left)
      : world_(world),
        profiles_(profiles),
        profile_(profiles.find(profile)),
        keys_(std::move(keys)),
        call_(call),
        calls_left_(calls_left) {}

  // By the query protocol: XML.
  using Form = std::vector<std::pair<std::string, std::string>>;
  Asked ask(Api api, std::string_view region, const std::string& action, const Form& form);
  // By REST: JSON.
  Asked get(Api api, std::string_view region, const std::string& action, const std::string& path);

  int calls_left() const { return calls_left_; }
  const Section* profile() const { return profile_; }

 private:
  Asked send(Api api, std::string_view region, const std::string& action,
             const HttpRequest& request);

  const World& world_;
  const Profiles& profiles_;
  const Section* const profile_;
  const CredentialsPtr keys_;
  const Call& call_;
  int calls_left_;
};

}  // namespace pgiam::aws
