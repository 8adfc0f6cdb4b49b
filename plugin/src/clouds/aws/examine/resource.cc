#include "clouds/aws/examine/resource.h"

#include <algorithm>

#include "base/shell.h"
#include "base/text.h"

namespace pgiam::aws {
namespace {

// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html: those without service.
constexpr std::string_view kNotServing[] = {
    "stopped", "stopping", "starting", "creating", "deleting", "failed", "rebooting", "renaming",
    "restore-error", "storage-full", "insufficient-capacity", "incompatible-network",
    "incompatible-restore", "incompatible-parameters", "incompatible-option-group",
    "incompatible-credentials", "incompatible-create", "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable", "maintenance", "upgrading",
    // of proxies
    "suspended", "suspending", "reactivating", "insufficient-resource-limits"};
constexpr std::string_view kBeingSwitched = "configuring-iam-database-auth";

bool serves(const std::string& status) {
  return std::find(std::begin(kNotServing), std::end(kNotServing), status) == std::end(kNotServing);
}

std::string title_of(const Database& database) { return database.kind + " " + database.name; }

// "instance orders (db-ABC): available, port 5432, IAM authentication is on, CA rds-ca-rsa2048-g1"
std::string describe(const Database& database) {
  std::string text = title_of(database);
  if (!database.resource_id.empty()) text += " (" + database.resource_id + ")";
  text += ": " + (database.status.empty() ? std::string("of no known status") : database.status);
  if (database.port != 0) text += ", port " + std::to_string(database.port);
  if (database.takes_iam)
    text += *database.takes_iam ? ", IAM authentication is on" : ", IAM authentication is off";
  if (!database.ca.empty()) text += ", CA " + database.ca;
  if (!database.cluster.empty()) text += ", of the cluster " + database.cluster;
  return text;
}

std::string with_region(const RdsName& name) { return " --region " + shell_word(name.region); }

// The part of an `aws rds` command that says of what: an Aurora instance's setting is its
// cluster's.
struct Words {
  std::string verb, option, name;
};
Words words_of(const Database& database, bool of_setting) {
  if (database.kind == "proxy") return {"db-proxy", "--db-proxy-name", database.name};
  if (database.kind == "cluster") return {"db-cluster", "--db-cluster-identifier", database.name};
  if (of_setting && !database.cluster.empty())
    return {"db-cluster", "--db-cluster-identifier", database.cluster};
  return {"db-instance", "--db-instance-identifier", database.name};
}

std::string command(const char* verb, const Database& database, const RdsName& name,
                    const std::string& more, bool of_setting) {
  const Words words = words_of(database, of_setting);
  return std::string("aws rds ") + verb + words.verb + " " + words.option + " " +
         shell_word(words.name) + more + with_region(name);
}

std::optional<Check> object_to_address(const Database& database, const RdsName& name) {
  std::string host = name.host;
  if (const auto at = host.find(".rds-fips."); at != host.npos) host.replace(at, 10, ".rds.");
  const auto& addresses = database.addresses;
  if (addresses.empty() || std::find(addresses.begin(), addresses.end(), host) != addresses.end())
    return std::nullopt;
  return fault("endpoint",
               make_finding("wrong_endpoint",
                            "the endpoint of " + title_of(database) + " is " + addresses.front() +
                                ", not " + name.host +
                                ", which is another account's or is gone",
                            {"host=" + addresses.front()}, "RDS names this endpoint"),
               true, all_of({failures_of_name(), failures_of_way(), unexplained_refusals()}));
}

std::optional<Check> object_to_port(const Database& database, const Subject& subject) {
  const auto signing_port = parse_integer(subject.text("signing_port"));
  if (database.port == 0 || !signing_port || *signing_port == database.port) return std::nullopt;
  const std::string port = std::to_string(database.port);
  const bool is_dialled = subject.text("port") == subject.text("signing_port");
  const std::string of_token = "signing_port = " + port;
  return fault("endpoint",
               make_finding("wrong_port",
                            title_of(database) + " has port " + port + ", and " +
                                std::to_string(*signing_port) +
                                (is_dialled ? " is dialled" : " is what the token is for"),
                            {is_dialled ? "port=" + port : "PGIAM_SIGNING_PORT=" + port,
                             is_dialled ? of_token + ", where a tunnel has the port that is dialled"
                                        : of_token},
                            "RDS names this port"),
               true,
               is_dialled ? all_of({failures_of_way(), unexplained_refusals()})
                          : unexplained_refusals());
}

std::optional<Check> object_to_status(const Database& database, const RdsName& name) {
  if (serves(database.status)) return std::nullopt;
  const bool is_stopped = database.status == "stopped" && database.kind != "proxy";
  const std::string remedy =
      is_stopped ? command("start-", database, name, "", true)
                 : command("describe-", database, name, "", false) + ", until it is available";
  return fault("status",
               make_finding("instance_unavailable",
                            title_of(database) + " is not available: its status is \"" +
                                database.status + "\"",
                            {remedy}, "RDS gives its status"),
               true,
               all_of({failures_of_name(), failures_of_way(), {"starting_up", "server_error"}}));
}

Check iam_is_off(const Database& database, const RdsName& name, const std::string& sentence,
                 bool is_certain) {
  const bool is_proxy = database.kind == "proxy";
  const std::string remedy =
      is_proxy ? command("describe-", database, name, "", false) +
                     ", and set IAMAuth to REQUIRED with: aws rds modify-db-proxy"
               : command("modify-", database, name,
                         " --enable-iam-database-authentication --apply-immediately", true);
  return fault("iam_authentication",
               make_finding("iam_not_enabled", sentence, {remedy}, "RDS says so"), is_certain,
               all_of({unexplained_refusals(),
                       {"no_rds_iam", "not_in_proxy", "closed_at_password", "wrong_method"}}));
}

std::optional<Check> object_to_login(const Database& database, const RdsName& name,
                                     const std::string& user) {
  if (database.status == kBeingSwitched)
    return iam_is_off(database, name,
                      "IAM authentication is being switched on or off on " + title_of(database) +
                          " just now",
                      false);
  if (database.takes_iam == false)
    return iam_is_off(database, name,
                      "IAM authentication is off on " + title_of(database) +
                          (database.cluster.empty() ? "" : ", by its cluster " + database.cluster) +
                          (database.will_take_iam
                               ? ": it is to be switched on in the next maintenance window"
                               : ""),
                      true);
  bool names_all = !database.logins.empty();
  for (const ProxyLogin& login : database.logins) {
    if (login.user == user && !login.takes_iam)
      return iam_is_off(database, name,
                        "the proxy " + database.name + " takes no IAM authentication for \"" +
                            user + "\"",
                        true);
    names_all = names_all && !login.user.empty() && login.user != user;
  }
  if (!names_all) return std::nullopt;
  return fault("iam_authentication",
               make_finding("not_in_proxy",
                            "the proxy " + database.name + " has no entry for \"" + user +
                                "\" among its users",
                            {"aws rds modify-db-proxy --db-proxy-name " +
                             shell_word(database.name) + with_region(name) +
                             " --auth …, with a secret of " + shell_word(user) +
                             " and IAMAuth=REQUIRED"},
                            "RDS lists the proxy's users"),
               true, all_of({unexplained_refusals(), {"no_rds_iam", "not_in_proxy"}}));
}

Codes ruled_out(const Database& database, const Subject& subject) {
  Codes codes;
  if (database.takes_iam == true && database.status != kBeingSwitched) {
    codes.push_back("iam_not_enabled");
    const std::string_view user = subject.text("user");
    for (const ProxyLogin& login : database.logins)
      if (login.user == user && login.takes_iam) codes.push_back("not_in_proxy");
  }
  if (database.port != 0 && subject.text("signing_port") == std::to_string(database.port))
    codes.push_back("wrong_port");
  return codes;
}

}  // namespace

Resource examine_rds(Asker& asker, const Subject& subject) {
  Resource resource;
  resource.name = read_rds_name(subject.text("signing_host"), subject.text("region"));
  std::string asked;
  Check check;
  resource.database = find_database(asker, resource.name, check, asked);
  if (!resource.database) {
    check.asked = asked;
    resource.checks.push_back(std::move(check));
    return resource;
  }
  const Database& database = *resource.database;
  check = found("resource", describe(database), asked);
  check.rules_out = ruled_out(database, subject);
  check.facts = {{"resource_id", database.resource_id}};
  resource.checks.push_back(std::move(check));
  for (auto objection :
       {object_to_address(database, resource.name), object_to_port(database, subject),
        object_to_status(database, resource.name),
        object_to_login(database, resource.name, std::string(subject.text("user")))})
    if (objection) resource.checks.push_back(std::move(*objection));
  return resource;
}

}  // namespace pgiam::aws
