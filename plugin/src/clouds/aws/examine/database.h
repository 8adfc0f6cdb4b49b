// What RDS, or Aurora DSQL, says of the database that a host names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clouds/aws/examine/findings.h"

namespace pgiam::aws {

struct ProxyLogin {
  std::string user;  // "" where only its secret tells
  bool takes_iam = false;
};

struct Database {
  std::string kind;  // "instance", "cluster", "proxy"
  std::string name;
  std::string arn, resource_id;  // "db-…", "cluster-…", "prx-…"
  std::string mistaken_id;       // of the same database, but not what a policy names
  std::string status, ca;
  std::vector<std::string> addresses;  // lower case; none: not known
  long long port = 0;                  // 0: not known
  std::optional<bool> takes_iam;
  bool will_take_iam = false;          // a change that waits for the maintenance window
  std::string cluster;                 // that an Aurora instance is of
  std::vector<ProxyLogin> logins;      // of a proxy
};

// What a name of RDS's says of itself.
struct RdsName {
  enum class Kind { kInstance, kCluster, kCustom, kProxy, kOther };
  Kind kind = Kind::kInstance;
  std::string host, identifier, region;
};
RdsName read_rds_name(std::string_view host, std::string_view region);

// By one or two calls; where it finds nothing, `check` says why. `asked` grows by whom it asked.
std::optional<Database> find_database(Asker& asker, const RdsName& name, Check& check,
                                      std::string& asked);

// The resource ids of the other instances, as far as one call tells, and their names.
struct OtherInstance {
  std::string name, resource_id;
};
std::vector<OtherInstance> other_instances(Asker& asker, const RdsName& name,
                                           const Database& database);

// "aws rds describe-db-instances …"
std::string command_to_describe(const RdsName& name);

}  // namespace pgiam::aws
