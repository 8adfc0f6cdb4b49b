// docs.aws.amazon.com/AmazonRDS/latest/APIReference: DescribeDBInstances, DescribeDBClusters,
// DescribeDBProxies
#include "clouds/aws/examine/database.h"

#include <algorithm>

#include "base/shell.h"
#include "base/text.h"
#include "clouds/aws/target_kind.h"
#include "clouds/aws/targets/rds_endpoint.h"

namespace pgiam::aws {
namespace {

using Kind = RdsName::Kind;

constexpr long long kMostPort = 65'535;
constexpr std::size_t kMostOthers = 20;  // more would make a request of unusual length

std::optional<bool> flag(const XmlElement& element, std::string_view name) {
  const std::string_view text = element.text_of(name);
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

long long port_of(std::string_view text) {
  const auto port = parse_integer(text);
  return port && *port > 0 && *port <= kMostPort ? *port : 0;
}

void add_address(Database& database, std::string_view address) {
  if (!word(address).empty()) database.addresses.push_back(to_lower(address));
}

std::string id_or_nothing(std::string id, std::string_view prefix) {
  return id.starts_with(prefix) && id.size() <= 64 ? id : "";
}

// Of an instance or a cluster: what holds, and what the next maintenance window brings.
void read_iam(const XmlElement& element, Database& database) {
  constexpr const char* kIam = "IAMDatabaseAuthenticationEnabled";
  database.takes_iam = flag(element, kIam);
  database.will_take_iam = flag(element.child("PendingModifiedValues"), kIam) == true;
}

Database instance_of(const XmlElement& element) {
  Database database;
  database.kind = "instance";
  database.name = word_of(element, "DBInstanceIdentifier");
  database.arn = word_of(element, "DBInstanceArn");
  database.resource_id = id_or_nothing(word_of(element, "DbiResourceId"), "db-");
  database.status = word_of(element, "DBInstanceStatus");
  database.ca = word_of(element, "CACertificateIdentifier");
  database.cluster = word_of(element, "DBClusterIdentifier");
  add_address(database, element.child("Endpoint").text_of("Address"));
  database.port = port_of(element.child("Endpoint").text_of("Port"));
  read_iam(element, database);
  return database;
}

Database cluster_of(const XmlElement& element) {
  Database database;
  database.kind = "cluster";
  database.name = word_of(element, "DBClusterIdentifier");
  database.arn = word_of(element, "DBClusterArn");
  database.resource_id = id_or_nothing(word_of(element, "DbClusterResourceId"), "cluster-");
  database.status = word_of(element, "Status");
  database.ca = word_of(element.child("CertificateDetails"), "CAIdentifier");
  add_address(database, element.text_of("Endpoint"));
  add_address(database, element.text_of("ReaderEndpoint"));
  for (const XmlElement& custom : element.child("CustomEndpoints").children())
    add_address(database, custom.text());
  database.port = port_of(element.text_of("Port"));
  read_iam(element, database);
  return database;
}

Database proxy_of(const XmlElement& element) {
  Database database;
  database.kind = "proxy";
  database.name = word_of(element, "DBProxyName");
  database.arn = word_of(element, "DBProxyArn");
  const auto last = database.arn.rfind(':');
  if (last != std::string::npos)
    database.resource_id = id_or_nothing(database.arn.substr(last + 1), "prx-");
  database.status = word_of(element, "Status");
  add_address(database, element.text_of("Endpoint"));
  for (const XmlElement& login : element.child("Auth").children())
    database.logins.push_back(
        {std::string(login.text_of("UserName")), login.text_of("IAMAuth") != "DISABLED"});
  const bool by_default = element.text_of("DefaultAuthScheme") == "IAM_AUTH";
  const bool by_one = std::any_of(database.logins.begin(), database.logins.end(),
                                  [](const ProxyLogin& login) { return login.takes_iam; });
  database.takes_iam = by_default || by_one;
  if (by_default) database.logins.clear();  // it takes whomever the database has
  return database;
}

// What each kind is asked for by.
struct Way {
  const char* action;
  const char* parameter;
  const char* list;
  const char* option;  // of the AWS CLI
  const char* missing;
  Database (*read)(const XmlElement&);
  const char* noun;
};
constexpr Way kInstances{"DescribeDBInstances", "DBInstanceIdentifier",
                         "DBInstances",         "describe-db-instances --db-instance-identifier",
                         "DBInstanceNotFound",  instance_of,
                         "instance"};
constexpr Way kClusters{"DescribeDBClusters", "DBClusterIdentifier",
                        "DBClusters",         "describe-db-clusters --db-cluster-identifier",
                        "DBClusterNotFound",  cluster_of,
                        "cluster"};
constexpr Way kProxies{"DescribeDBProxies", "DBProxyName",
                       "DBProxies",         "describe-db-proxies --db-proxy-name",
                       "DBProxyNotFound",   proxy_of,
                       "proxy"};

const Way& way_of(Kind kind) {
  if (kind == Kind::kProxy) return kProxies;
  return kind == Kind::kInstance ? kInstances : kClusters;
}

void note(std::string& asked, const Asked& more) {
  if (!more.url.empty()) asked += (asked.empty() ? "" : ", ") + describe(more);
}

// All that an answer lists; nothing where it is no such answer.
std::optional<std::vector<Database>> read_list(const Asked& asked, const Way& way) {
  if (!asked.is_answered()) return std::nullopt;
  const auto tree = XmlTree::parse(asked.answer->body);
  if (!tree) return std::nullopt;
  const std::string action = way.action;
  const XmlElement list = tree->root().child(action + "Result").child(way.list);
  if (tree->root().name() != action + "Response" || !list) return std::nullopt;
  std::vector<Database> databases;
  for (const XmlElement& element : list.children()) {
    databases.push_back(way.read(element));
    if (databases.back().name.empty()) return std::nullopt;
  }
  return databases;
}

Check absent(const RdsName& name, const Way& way) {
  const std::string what = std::string(way.noun) + " " + name.identifier + " in " + name.region;
  return fault("resource",
               make_finding("no_such_instance",
                            "these credentials' account has no " + what +
                                ": it was deleted or renamed, or is another account's",
                            {command_to_describe(name),
                             "use credentials of the account that the " + std::string(way.noun) +
                                 " is in"},
                            std::string("rds:") + way.action + ": none of that name"),
               false, unexplained_refusals());
}

const Database* pick(const std::vector<Database>& databases, const RdsName& name) {
  for (const Database& database : databases) {
    const auto& addresses = database.addresses;
    const bool has_host =
        std::find(addresses.begin(), addresses.end(), name.host) != addresses.end();
    const bool has_name = equals_ignore_case(database.name, name.identifier);
    if (name.kind == Kind::kCustom ? has_host : has_name) return &database;
  }
  return nullptr;
}

std::optional<Database> describe_one(Asker& asker, const RdsName& name, Check& check,
                                     std::string& asked) {
  const Way& way = way_of(name.kind);
  Asker::Form form{{way.parameter, name.identifier}};
  if (name.kind == Kind::kCustom) form = {{"MaxRecords", "100"}};
  const Asked answer = asker.ask(Api::kRds, name.region, way.action, form);
  note(asked, answer);
  if (answer.code().starts_with(way.missing)) {
    check = absent(name, way);
    return std::nullopt;
  }
  const auto databases = read_list(answer, way);
  const Database* database = databases ? pick(*databases, name) : nullptr;
  if (database != nullptr) return *database;
  check = not_checked("resource", answer, "the " + std::string(way.noun) + " " + name.identifier,
                      command_to_describe(name));
  return std::nullopt;
}

// "endpoint" is one of a proxy, whose own name follows.
Kind kind_of(std::string_view id) {
  if (id == "endpoint" || id == "global") return Kind::kOther;
  switch (rds_endpoint_of(id)) {
    case RdsEndpoint::kProxy:
      return Kind::kProxy;
    case RdsEndpoint::kCustom:
      return Kind::kCustom;
    case RdsEndpoint::kCluster:
    case RdsEndpoint::kReader:
      return Kind::kCluster;
    case RdsEndpoint::kShardGroup:
    case RdsEndpoint::kGlobal:
      return Kind::kOther;
    case RdsEndpoint::kInstance:
      break;
  }
  return Kind::kInstance;
}

}  // namespace

RdsName read_rds_name(std::string_view host, std::string_view region) {
  RdsName name;
  name.host = to_lower(host);
  const auto labels = split(name.host, '.');
  name.identifier = labels[0];
  const auto told = kRdsTarget.recognise(name.host);
  name.region = told && !told->region.empty() ? told->region : std::string(region);
  const std::string_view id = labels.size() > 1 ? labels[1] : std::string_view();
  name.kind = kind_of(id);
  return name;
}

std::string command_to_describe(const RdsName& name) {
  const std::string region = " --region " + shell_word(name.region);
  if (name.kind == Kind::kOther)
    return "aws rds describe-db-proxy-endpoints" + region + " --db-proxy-endpoint-name " +
           shell_word(name.identifier);
  if (name.kind == Kind::kCustom)
    return "aws rds describe-db-cluster-endpoints" + region + " --db-cluster-endpoint-identifier " +
           shell_word(name.identifier);
  return std::string("aws rds ") + way_of(name.kind).option + " " + shell_word(name.identifier) +
         region;
}

std::optional<Database> find_database(Asker& asker, const RdsName& name, Check& check,
                                      std::string& asked) {
  if (name.kind == Kind::kOther) {
    check = not_checked("resource", "what " + name.host + " leads to was not checked: it is an "
                                    "endpoint of its own",
                        name.host.find(".endpoint.proxy-") != name.host.npos
                            ? command_to_describe(name)
                            : "");
    return std::nullopt;
  }
  auto database = describe_one(asker, name, check, asked);
  if (!database || database->cluster.empty()) return database;
  // Of Aurora it is the cluster that takes IAM authentication, and whose id a policy names.
  RdsName of_cluster = name;
  of_cluster.kind = Kind::kCluster;
  of_cluster.identifier = database->cluster;
  Check of_no_use;
  const auto cluster = describe_one(asker, of_cluster, of_no_use, asked);
  if (!cluster) {
    database->resource_id.clear();
    return database;
  }
  database->mistaken_id = database->resource_id;
  database->resource_id = cluster->resource_id;
  database->takes_iam = cluster->takes_iam;
  database->will_take_iam = cluster->will_take_iam;
  return database;
}

std::vector<OtherInstance> other_instances(Asker& asker, const RdsName& name,
                                           const Database& database) {
  std::vector<OtherInstance> others;
  if (!database.mistaken_id.empty()) others.push_back({database.name, database.mistaken_id});
  if (!others.empty()) return others;
  const Asked answer =
      asker.ask(Api::kRds, name.region, kInstances.action, {{"MaxRecords", "100"}});
  for (const Database& other : read_list(answer, kInstances).value_or(std::vector<Database>()))
    if (other.resource_id != database.resource_id && !other.resource_id.empty() &&
        others.size() < kMostOthers)
      others.push_back({other.name, other.resource_id});
  return others;
}

}  // namespace pgiam::aws
