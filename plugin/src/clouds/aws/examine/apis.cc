#include "clouds/aws/examine/apis.h"

#include "base/text.h"
#include "clouds/aws/partitions.h"
#include "clouds/aws/uri_encode.h"

namespace pgiam::aws {
namespace {

constexpr const char* kRdsUrl = "AWS_ENDPOINT_URL_RDS";
constexpr const char* kIamUrl = "AWS_ENDPOINT_URL_IAM";
constexpr const char* kDsqlUrl = "AWS_ENDPOINT_URL_DSQL";

struct ApiNames {
  ServiceNames names;
  const char* signing_name;
  const char* version;
};
constexpr ApiNames kApis[] = {
    {{"rds", kRdsUrl, "rds", "RDS"}, "rds", "2014-10-31"},
    {{"iam", kIamUrl, "iam", "IAM"}, "iam", "2010-05-08"},
    {{"dsql", kDsqlUrl, "dsql", "Aurora DSQL"}, "dsql", ""},
};
const ApiNames& names_of(Api api) { return kApis[static_cast<std::size_t>(api)]; }

// As botocore 1.43.11 resolves them from AWS's published rules; "" where there is none.
constexpr struct {
  std::string_view partition, region, plain, fips, dual_stack, both;
} kIamHosts[] = {
    {"aws", "us-east-1", "iam.amazonaws.com", "iam-fips.amazonaws.com", "iam.global.api.aws",
     "iam-fips.global.api.aws"},
    {"aws-cn", "cn-north-1", "iam.cn-north-1.amazonaws.com.cn", "",
     "iam.global.api.amazonwebservices.com.cn", ""},
    {"aws-us-gov", "us-gov-west-1", "iam.us-gov.amazonaws.com", "iam.us-gov.amazonaws.com",
     "iam.us-gov.api.aws", "iam.us-gov.api.aws"},
    {"aws-iso", "us-iso-east-1", "iam.us-iso-east-1.c2s.ic.gov", "", "", ""},
    {"aws-iso-b", "us-isob-east-1", "iam.us-isob-east-1.sc2s.sgov.gov", "", "", ""},
    {"aws-iso-e", "eu-isoe-west-1", "iam.eu-isoe-west-1.cloud.adc-e.uk", "", "", ""},
    {"aws-iso-f", "us-isof-south-1", "iam.us-isof-south-1.csp.hci.ic.gov", "", "", ""},
    {"aws-eusc", "eusc-de-east-1", "iam.eusc-de-east-1.amazonaws.eu", "", "", ""},
};

Error no_endpoint(Api api, const EndpointSettings& settings) {
  return make_error(Status::kBadConfig,
                    std::string(names_of(api).names.title) + " has no such endpoint" +
                        (settings.switches.empty() ? "" : " for " + settings.switches));
}

Result<ServiceEndpoint> endpoint_of_iam(std::string_view region, const EndpointSettings& settings) {
  for (const auto& row : kIamHosts) {
    if (row.partition != partition_of(region).name) continue;
    if (!settings.url.empty()) return own_endpoint(row.region, settings);
    const std::string_view host = settings.fips && settings.dual_stack ? row.both
                                  : settings.fips                      ? row.fips
                                  : settings.dual_stack                ? row.dual_stack
                                                                       : row.plain;
    if (host.empty()) break;
    return ServiceEndpoint{"https://" + std::string(host), std::string(row.region),
                           settings.switches};
  }
  return no_endpoint(Api::kIam, settings);
}

// Aurora DSQL has names of the dual-stack form alone.
std::string host_of(Api api, std::string_view region, const EndpointSettings& settings) {
  const Partition& partition = partition_of(region);
  const bool is_dual_stack = settings.dual_stack || api == Api::kDsql;
  const bool has_fips_label = settings.fips && (is_dual_stack || !partition.always_fips);
  return std::string(names_of(api).names.label) + (has_fips_label ? "-fips." : ".") +
         std::string(region) + "." +
         (is_dual_stack ? partition.dual_stack_suffix : partition.dns_suffix);
}

}  // namespace

Result<ServiceEndpoint> resolve_endpoint(Api api, std::string_view region,
                                         const EndpointSettings& settings) {
  if (!is_host_label(region))
    return make_error(Status::kBadConfig, "\"" + std::string(region) + "\" is not an AWS region");
  if (api == Api::kIam) return endpoint_of_iam(region, settings);
  if (!settings.url.empty()) return own_endpoint(region, settings);
  return ServiceEndpoint{"https://" + host_of(api, region, settings), std::string(region),
                         settings.switches};
}

Asked Asker::ask(Api api, std::string_view region, const std::string& action, const Form& form) {
  HttpRequest request;
  request.method = "POST";
  request.url = "/";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.body = "Action=" + action + "&Version=" + names_of(api).version;
  for (const auto& [name, value] : form) request.body += "&" + name + "=" + uri_encode(value);
  return send(api, region, action, request);
}

Asked Asker::get(Api api, std::string_view region, const std::string& action,
                 const std::string& path) {
  HttpRequest request;
  request.url = path;
  return send(api, region, action, request);
}

Asked Asker::send(Api api, std::string_view region, const std::string& action,
                  const HttpRequest& request) {
  Asked asked{std::string(names_of(api).signing_name) + ":" + action, "",
              make_error(Status::kNetwork, "")};
  if (calls_left_ == 0) {
    asked.answer = make_error(Status::kNotApplicable, "no more calls are made in one examination");
    return asked;
  }
  EndpointSettings settings =
      read_endpoint_settings(names_of(api).names, world_.environment, profiles_, profile_);
  auto endpoint = resolve_endpoint(api, region, settings);
  if (!endpoint) {
    asked.answer = endpoint.error();
    return asked;
  }
  const Client client = Client::at(world_, Runtime::of_process(), profile_, std::move(*endpoint),
                                   std::move(settings.url_from), names_of(api).signing_name);
  --calls_left_;
  asked.url = client.url();
  const auto make = [&]() -> Result<HttpRequest> {
    HttpRequest copy = request;
    copy.connect_timeout = Milliseconds{1500};
    return copy;
  };
  asked.answer = client.send({make, keys_, {}}, call_);
  return asked;
}

}  // namespace pgiam::aws
