// RDS instances, Aurora clusters and RDS Proxies: their names, and what their tokens ask for.
// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html
#include <algorithm>
#include <iterator>

#include "base/shell.h"
#include "base/sql.h"
#include "base/text.h"
#include "clouds/aws/ca_bundle.h"
#include "clouds/aws/partitions.h"
#include "clouds/aws/target_kind.h"
#include "clouds/aws/targets/rds_endpoint.h"
#include "clouds/aws/uri_encode.h"

namespace pgiam::aws {
namespace {

bool is_service(std::string_view label) { return label == "rds" || label == "rds-fips"; }

// The second label says what the endpoint is: "cluster-ro-c9akciq32xyz". The longer prefix first.
constexpr struct {
  std::string_view prefix;
  RdsEndpoint endpoint;
  std::string_view description;
} kEndpoints[] = {
    {"proxy-", RdsEndpoint::kProxy, "an RDS Proxy endpoint"},
    {"cluster-ro-", RdsEndpoint::kReader, "an Aurora reader endpoint"},
    {"cluster-custom-", RdsEndpoint::kCustom, "an Aurora custom endpoint"},
    {"cluster-", RdsEndpoint::kCluster, "an Aurora cluster endpoint"},
    {"shardgrp-", RdsEndpoint::kShardGroup, "an Aurora Limitless endpoint"},
    {"global-", RdsEndpoint::kGlobal, "an Aurora global endpoint"},
    {"", RdsEndpoint::kInstance, "an RDS instance endpoint"},
};

const auto& endpoint_of(std::string_view id) {
  return *std::find_if(std::begin(kEndpoints), std::end(kEndpoints),
                       [&](const auto& known) { return id.starts_with(known.prefix); });
}

std::string describe(std::string_view id) { return std::string(endpoint_of(id).description); }

// NAME.ID.REGION.rds, or NAME.ID.rds.REGION as China and the ISO partitions have it; proxies may
// have further labels. A name of the first form without a region ("global.rds") is ours, too.
std::optional<NameFacts> recognise_labels(const std::vector<std::string_view>& labels) {
  const auto n = labels.size();
  if (std::any_of(labels.begin(), labels.end(), [](auto label) { return label.empty(); }))
    return std::nullopt;
  const std::string_view id = n > 1 ? labels[n >= 5 ? n - 3 : 1] : std::string_view{};
  if (n >= 3 && is_service(labels[n - 2]) && looks_like_region(labels[n - 1]))
    return NameFacts{std::string(labels[n - 1]), describe(id)};
  if (n < 2 || !is_service(labels[n - 1])) return std::nullopt;
  if (n >= 3 && looks_like_region(labels[n - 2]))
    return NameFacts{std::string(labels[n - 2]), describe(id)};
  if (looks_like_region(labels[0])) return std::nullopt;  // REGION.rds: the service's own API
  return NameFacts{"", describe(id)};
}

std::optional<NameFacts> recognise(std::string_view host) {
  for (const Partition& partition : partitions())
    if (const auto name = name_below(host, partition.dns_suffix))
      return recognise_labels(split(*name, '.'));
  return std::nullopt;
}

std::string authority(const Target& target) {
  std::string text;
  text.reserve(target.host.size() + 6);
  return text.append(target.host).append(1, ':').append(std::to_string(target.port));
}

std::string query(std::string_view user) {
  constexpr std::string_view kStart = "Action=connect&DBUser=";
  std::string text;
  text.reserve(kStart.size() + 3 * user.size());
  text += kStart;
  append_uri_encoded(text, user);
  return text;
}

// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
Permission permission(std::string_view, std::string_view region, std::string_view user) {
  return {"rds-db:connect", arn("rds-db", region, "dbuser:*/" + in_resource(user))};
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

bool is_proxy(std::string_view host) { return contains(host, ".proxy-"); }

const CaKind& ca(std::string_view host) { return is_proxy(host) ? kPublicCa : kRdsCa; }

// ---- What may be behind a refusal

Error no_permission(const RefusedLogin& login, const Permission& missing) {
  const std::string& host = login.target.host;
  return make_finding(
      "no_permission",
      "the IAM policy does not allow " + missing.action + " on " + missing.resource +
          (is_proxy(host) ? " (or on the proxy's own resource id, prx-…, in place of *)"
                          : " (or on the instance's own resource id in place of *)"),
      {"pgiam setup policy --user " + shell_word(login.user) + " --host " + host +
       " --account … --resource-id …"},
      login.pam_refused ? "the server asked IAM, and IAM said no" : "");
}

Error not_in_proxy(std::string_view user) {
  const std::string command = "aws rds describe-db-proxies";
  return make_finding("not_in_proxy",
                      "the proxy has no secret for \"" + std::string(user) +
                          "\", or does not take IAM authentication for it: " + command +
                          " shows its Auth list",
                      {command});
}

Error no_rds_iam(const RefusedLogin& login) {
  const std::string grant = "GRANT rds_iam TO " + sql_identifier(login.user);
  const bool looked_up = !login.words.empty() && !login.pam_refused;
  return make_finding(
      "no_rds_iam", "the role is not a member of rds_iam, or does not exist: " + grant,
      {grant + ";"},
      looked_up ? "the server looked a password up, where it asks IAM about members" : "");
}

OwnCauses causes(const RefusedLogin& login, const Permission& missing) {
  const bool asked_iam =
      login.pam_refused || contains(login.words, "IAM authentication failed for");
  const bool of_proxy = is_proxy(login.target.host);
  OwnCauses causes;
  causes.no_permission = no_permission(login, missing);
  causes.role_is_likelier = !asked_iam;
  if (of_proxy) {
    causes.no_role = not_in_proxy(login.user);
    return causes;
  }
  if (!asked_iam) causes.no_role = no_rds_iam(login);
  causes.iam_is_off =
      make_finding("iam_not_enabled", "IAM database authentication is not enabled on the instance",
                   {"aws rds modify-db-instance --enable-iam-database-authentication …"});
  return causes;
}

}  // namespace

RdsEndpoint rds_endpoint_of(std::string_view id) { return endpoint_of(id).endpoint; }

constinit const TargetKind kRdsTarget = {
    .kind = "rds",
    .name = "aws.rds",
    .service = "rds-db",
    .recognise = recognise,
    .authority = authority,
    .query = query,
    .permission = permission,
    .ca = ca,
    .causes = causes,
};

}  // namespace pgiam::aws
