// Where the AWS services that hand out credentials are: partition and region to URL, and all the
// settings that say otherwise.
// docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "clouds/aws/shared_files.h"
#include "ports/environment.h"

namespace pgiam::aws {

// What read_endpoint_settings reads.
extern const std::span<const char* const> kEndpointVariables;

enum class Service { kSts, kSso, kSsoOidc, kSignin };

// What a service is called where a person may say something of its endpoint.
struct ServiceNames {
  const char* label;         // of the host name
  const char* url_variable;  // names an endpoint for this service alone
  const char* section_key;   // in a services section
  const char* title;
};

struct EndpointSettings {
  bool fips = false;
  bool dual_stack = false;
  bool legacy_sts = false;  // the old regions ask STS's global endpoint
  std::string url;          // an endpoint of the user's own; "": none
  std::string url_from;     // who named it: "AWS_ENDPOINT_URL", for errors
  std::string switches;     // that are on and change the name, for errors; "" for none
};

// From the variables, else the profile (null: there is none) and its services section.
EndpointSettings read_endpoint_settings(const ServiceNames& names, const Environment& environment,
                                        const Profiles& profiles, const Section* profile);
EndpointSettings read_endpoint_settings(Service service, const Environment& environment,
                                        const Profiles& profiles, const Section* profile);

struct ServiceEndpoint {
  std::string url;  // "https://sts.eu-west-1.amazonaws.com": a path is appended to it
  std::string signing_region;
  std::string switches = {};  // that made the name
};

// The user's own, `settings.url`; kBadConfig where that is none.
Result<ServiceEndpoint> own_endpoint(std::string_view region, const EndpointSettings& settings);
// It becomes part of a host name, so nothing else may hide in it.
bool is_host_label(std::string_view region);

// Pure. STS can do without a region, and is then the global endpoint; for the others a missing or
// impossible region is kBadConfig.
Result<ServiceEndpoint> resolve_endpoint(Service service, std::string_view region,
                                         const EndpointSettings& settings);

}  // namespace pgiam::aws
