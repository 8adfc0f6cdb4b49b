// Aurora DSQL clusters. docs.aws.amazon.com/aurora-dsql/latest/userguide/SECTION_authentication-token.html
#include "base/sql.h"
#include "base/text.h"
#include "clouds/aws/ca_bundle.h"
#include "clouds/aws/partitions.h"
#include "clouds/aws/target_kind.h"

namespace pgiam::aws {
namespace {

// ID.dsql.REGION.on.aws; "dsql-fips" and the "dsql-xyz" of private links in the service's place.
std::optional<NameFacts> recognise(std::string_view host) {
  const auto name = name_below(host, "on.aws");
  if (!name) return std::nullopt;
  const auto labels = split(*name, '.');
  if (labels.size() != 3 || labels[0].empty()) return std::nullopt;
  if (labels[1] != "dsql" && !labels[1].starts_with("dsql-")) return std::nullopt;
  const bool region = looks_like_region(labels[2]);
  return NameFacts{region ? std::string(labels[2]) : "", "an Aurora DSQL endpoint"};
}

std::string authority(const Target& target) { return target.host; }

bool is_admin(std::string_view user) { return user == "admin"; }

std::string query(std::string_view user) {
  return is_admin(user) ? "Action=DbConnectAdmin" : "Action=DbConnect";
}

// Lets in to the cluster; who may be which user is said in the database.
// docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html
Permission permission(std::string_view host, std::string_view region, std::string_view user) {
  return {is_admin(user) ? "dsql:DbConnectAdmin" : "dsql:DbConnect",
          arn("dsql", region, "cluster/" + std::string(host.substr(0, host.find('.'))))};
}

const CaKind& ca(std::string_view) { return kPublicCa; }

OwnCauses causes(const RefusedLogin& login, const Permission& missing) {
  const std::string allow = missing.action + " on " + missing.resource;
  const std::string grant = "AWS IAM GRANT " + sql_identifier(login.user) + " TO 'its ARN'";
  OwnCauses causes;
  causes.no_permission =
      make_finding("no_permission", "the IAM policy does not allow " + allow, {"allow " + allow});
  causes.no_role = make_finding(
      "no_iam_grant", "the role is not linked to this IAM identity: " + grant, {grant + ";"});
  return causes;
}

}  // namespace

constinit const TargetKind kDsqlTarget = {
    .kind = "dsql",
    .name = "aws.dsql",
    .service = "dsql",
    .recognise = recognise,
    .authority = authority,
    .query = query,
    .permission = permission,
    .ca = ca,
    .causes = causes,
};

}  // namespace pgiam::aws
