// Aurora DSQL clusters. docs.aws.amazon.com/aurora-dsql/latest/userguide/SECTION_authentication-token.html
#include "base/text.h"
#include "clouds/aws/target_kind.h"

namespace pgiam::aws {
namespace {

// ID.dsql.REGION.on.aws; "dsql-fips" and the "dsql-xyz" of private links in the service's place.
std::optional<NameFacts> recognise(std::string_view host) {
  constexpr std::string_view kSuffix = ".on.aws";
  if (!host.ends_with(kSuffix)) return std::nullopt;
  const auto labels = split(host.substr(0, host.size() - kSuffix.size()), '.');
  if (labels.size() != 3 || labels[0].empty()) return std::nullopt;
  if (labels[1] != "dsql" && !labels[1].starts_with("dsql-")) return std::nullopt;
  const bool region = looks_like_region(labels[2]);
  return NameFacts{region ? std::string(labels[2]) : "", "an Aurora DSQL endpoint"};
}

std::string authority(const Target& target) { return target.host; }

std::string query(std::string_view user) {
  return user == "admin" ? "Action=DbConnectAdmin" : "Action=DbConnect";
}

}  // namespace

const TargetKind kDsqlTarget = {"dsql", "aws.dsql", "dsql", recognise, authority, query};

}  // namespace pgiam::aws
