// RDS instances, Aurora clusters and RDS Proxies: their names, and what their tokens ask for.
// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html
#include <algorithm>

#include "base/text.h"
#include "clouds/aws/partitions.h"
#include "clouds/aws/target_kind.h"
#include "clouds/aws/uri_encode.h"

namespace pgiam::aws {
namespace {

bool is_service(std::string_view label) { return label == "rds" || label == "rds-fips"; }

// The second label says what the endpoint is: "cluster-ro-c9akciq32xyz".
std::string describe(std::string_view id) {
  constexpr struct {
    std::string_view prefix, description;
  } kKinds[] = {
      {"proxy-", "an RDS Proxy endpoint"},
      {"cluster-ro-", "an Aurora reader endpoint"},
      {"cluster-custom-", "an Aurora custom endpoint"},
      {"cluster-", "an Aurora cluster endpoint"},
      {"shardgrp-", "an Aurora Limitless endpoint"},
      {"global-", "an Aurora global endpoint"},
  };
  for (const auto& kind : kKinds)
    if (id.starts_with(kind.prefix)) return std::string(kind.description);
  return "an RDS instance endpoint";
}

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

}  // namespace

constinit const TargetKind kRdsTarget = {
    .kind = "rds",
    .name = "aws.rds",
    .service = "rds-db",
    .recognise = recognise,
    .authority = authority,
    .query = query,
    .permission = permission,
};

}  // namespace pgiam::aws
