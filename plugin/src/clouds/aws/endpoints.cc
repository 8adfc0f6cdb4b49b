#include "clouds/aws/endpoints.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "clouds/aws/partitions.h"

namespace pgiam::aws {
namespace {

constexpr const char* kAnyUrl = "AWS_ENDPOINT_URL";
constexpr const char* kStsUrl = "AWS_ENDPOINT_URL_STS";
constexpr const char* kSsoUrl = "AWS_ENDPOINT_URL_SSO";
constexpr const char* kOidcUrl = "AWS_ENDPOINT_URL_SSO_OIDC";
constexpr const char* kSigninUrl = "AWS_ENDPOINT_URL_SIGNIN";
constexpr const char* kIgnoreUrls = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
constexpr const char* kUseFips = "AWS_USE_FIPS_ENDPOINT";
constexpr const char* kUseDualStack = "AWS_USE_DUALSTACK_ENDPOINT";
constexpr const char* kRegionalSts = "AWS_STS_REGIONAL_ENDPOINTS";
constexpr const char* kVariables[] = {kAnyUrl,     kStsUrl,  kSsoUrl,       kOidcUrl,    kSigninUrl,
                                      kIgnoreUrls, kUseFips, kUseDualStack, kRegionalSts};

constexpr ServiceNames kServices[] = {
    {"sts", kStsUrl, "sts", "STS"},
    {"portal.sso", kSsoUrl, "sso", "IAM Identity Center"},
    {"oidc", kOidcUrl, "sso_oidc", "IAM Identity Center"},
    {"signin", kSigninUrl, "signin", "AWS sign-in"},
};
const ServiceNames& names_of(Service service) {
  return kServices[static_cast<std::size_t>(service)];
}

// Those that there were before STS had regional endpoints.
constexpr std::string_view kLegacyStsRegions[] = {
    "ap-northeast-1", "ap-south-1",   "ap-southeast-1", "ap-southeast-2",
    "aws-global",     "ca-central-1", "eu-central-1",   "eu-north-1",
    "eu-west-1",      "eu-west-2",    "eu-west-3",      "sa-east-1",
    "us-east-1",      "us-east-2",    "us-west-1",      "us-west-2",
};

std::string host_of(Service service, std::string_view region, const EndpointSettings& settings) {
  const Partition& partition = partition_of(region);
  const std::string label = names_of(service).label, name(region);
  if (service == Service::kSignin && partition.signin_suffix != nullptr && !settings.fips &&
      !settings.dual_stack)
    return name + ".signin." + partition.signin_suffix;
  const bool fips_already =
      partition.always_fips && !settings.dual_stack && service != Service::kSignin;
  const bool fips_label = settings.fips && !fips_already;
  return label + (fips_label ? "-fips." : ".") + name + "." +
         (settings.dual_stack ? partition.dual_stack_suffix : partition.dns_suffix);
}

bool is_global_sts(Service service, std::string_view region, const EndpointSettings& settings) {
  if (service != Service::kSts || settings.fips || settings.dual_stack) return false;
  if (region.empty() || region == "aws-global") return true;
  return settings.legacy_sts &&
         std::find(std::begin(kLegacyStsRegions), std::end(kLegacyStsRegions), region) !=
             std::end(kLegacyStsRegions);
}

// The variable, else the profile's property.
std::string setting(const Environment& environment, const char* variable, const Section* profile,
                    std::string_view key) {
  if (const auto value = environment.get_nonblank(variable)) return std::string(trim(*value));
  return profile == nullptr ? "" : std::string(trim(property(*profile, key)));
}

bool switched_on(const Environment& environment, const char* variable, const Section* profile,
                 std::string_view key) {
  return parse_bool(setting(environment, variable, profile, key)).value_or(false);
}

std::string services_url(const Profiles& profiles, const Section& profile, const char* key) {
  const auto services = profiles.services.find(property(profile, "services"));
  if (services == profiles.services.end()) return "";
  const auto service = services->second.find(key);
  if (service == services->second.end()) return "";
  const auto url = service->second.nested.find("endpoint_url");
  return url == service->second.nested.end() ? "" : url->second;
}

void find_own_url(EndpointSettings& settings, const ServiceNames& names,
                  const Environment& environment, const Profiles& profiles,
                  const Section* profile) {
  for (const char* variable : {names.url_variable, kAnyUrl}) {
    const auto url = environment.get_nonblank(variable);
    if (!url) continue;
    settings.url = trim(*url);
    settings.url_from = variable;
    return;
  }
  if (profile == nullptr) return;
  settings.url = services_url(profiles, *profile, names.section_key);
  settings.url_from = "endpoint_url of the profile's services section";
  if (!settings.url.empty()) return;
  settings.url = property(*profile, "endpoint_url");
  settings.url_from = "endpoint_url of the profile";
}

}  // namespace

constinit const std::span<const char* const> kEndpointVariables = kVariables;

bool is_host_label(std::string_view region) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
  return !region.empty() && region.size() <= 63 && region.front() != '-' &&
         region.find_first_not_of(kLetters) == std::string_view::npos;
}

Result<ServiceEndpoint> own_endpoint(std::string_view region, const EndpointSettings& settings) {
  if (settings.fips || settings.dual_stack)
    return make_error(Status::kBadConfig,
                      settings.url_from + " names an endpoint, which cannot be had together with " +
                          (settings.fips ? "FIPS" : "dual-stack") + " endpoints",
                      settings.fips ? "unset it, or AWS_USE_FIPS_ENDPOINT"
                                    : "unset it, or AWS_USE_DUALSTACK_ENDPOINT");
  const auto url = parse_url(settings.url);
  if (!url || !url->query.empty())
    return make_error(Status::kBadConfig, settings.url_from + " is not the URL of an endpoint",
                      "write it as https://host or http://host:port");
  std::string text = url->text();
  if (text.ends_with('/')) text.pop_back();
  return ServiceEndpoint{text, region.empty() ? "us-east-1" : std::string(region)};
}

EndpointSettings read_endpoint_settings(Service service, const Environment& environment,
                                        const Profiles& profiles, const Section* profile) {
  return read_endpoint_settings(names_of(service), environment, profiles, profile);
}

EndpointSettings read_endpoint_settings(const ServiceNames& names, const Environment& environment,
                                        const Profiles& profiles, const Section* profile) {
  EndpointSettings settings;
  settings.fips = switched_on(environment, kUseFips, profile, "use_fips_endpoint");
  settings.dual_stack = switched_on(environment, kUseDualStack, profile, "use_dualstack_endpoint");
  if (settings.fips) settings.switches = "AWS_USE_FIPS_ENDPOINT (use_fips_endpoint)";
  if (settings.dual_stack)
    settings.switches += std::string(settings.fips ? " and " : "") +
                         "AWS_USE_DUALSTACK_ENDPOINT (use_dualstack_endpoint)";
  settings.legacy_sts = equals_ignore_case(
      setting(environment, kRegionalSts, profile, "sts_regional_endpoints"), "legacy");
  if (!switched_on(environment, kIgnoreUrls, profile, "ignore_configured_endpoint_urls"))
    find_own_url(settings, names, environment, profiles, profile);
  return settings;
}

Result<ServiceEndpoint> resolve_endpoint(Service service, std::string_view region,
                                         const EndpointSettings& settings) {
  if (!region.empty() && !is_host_label(region))
    return make_error(Status::kBadConfig, "\"" + std::string(region) + "\" is not an AWS region",
                      "check AWS_REGION, and region of the profile");
  if (!settings.url.empty()) return own_endpoint(region, settings);
  if (is_global_sts(service, region, settings))
    return ServiceEndpoint{"https://sts.amazonaws.com", "us-east-1"};
  if (region.empty())
    return make_error(Status::kBadConfig,
                      std::string("no region to ask ") + names_of(service).title + " in",
                      "set AWS_REGION, or region in the profile");
  return ServiceEndpoint{"https://" + host_of(service, region, settings), std::string(region),
                  settings.switches};
}

}  // namespace pgiam::aws
