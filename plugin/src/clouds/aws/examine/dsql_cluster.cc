// docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_GetCluster.html
#include <algorithm>

#include "base/shell.h"
#include "clouds/aws/examine/resource.h"
#include "clouds/aws/json.h"
#include "clouds/aws/target_kind.h"
#include "clouds/aws/uri_encode.h"

namespace pgiam::aws {
namespace {

// One that is idle or inactive wakes up where somebody connects.
constexpr std::string_view kServing[] = {"ACTIVE", "IDLE", "INACTIVE", "UPDATING"};

Codes refusals() {
  return all_of({unexplained_refusals(), {"starting_up", "server_error", "tls_failed"}});
}

Check absent(const std::string& id, const std::string& region, const std::string& command) {
  return fault("resource",
               make_finding("no_such_cluster",
                            "these credentials' account has no cluster " + id + " in " + region +
                                ": it was deleted, or is another account's",
                            {command}, "dsql:GetCluster: none of that name"),
               false, refusals());
}

Check unavailable(const std::string& id, const std::string& status, const std::string& command) {
  return fault("status",
               make_finding("cluster_unavailable",
                            "the cluster " + id + " takes no connections: its status is \"" +
                                status + "\"",
                            {command + ", until it is ACTIVE"}, "Aurora DSQL gives its status"),
               true, all_of({failures_of_name(), failures_of_way(), refusals()}));
}

}  // namespace

Resource examine_dsql(Asker& asker, const Subject& subject) {
  const std::string host(subject.text("signing_host"));
  const std::string id = word(host.substr(0, host.find('.')));
  const auto told = kDsqlTarget.recognise(host);
  const std::string region =
      told && !told->region.empty() ? told->region : std::string(subject.text("region"));
  const std::string command =
      "aws dsql get-cluster --identifier " + shell_word(id) + " --region " + shell_word(region);
  Resource resource;
  const Asked asked = asker.get(Api::kDsql, region, "GetCluster", "/cluster/" + uri_encode(id));
  if (asked.code() == "ResourceNotFoundException") {
    resource.checks.push_back(absent(id, region, command));
    resource.checks.back().asked = describe(asked);
    return resource;
  }
  const auto answer = asked.is_answered() ? Json::parse(asked.answer->body)
                                          : Result<Json>(make_error(Status::kBadResponse, ""));
  const std::string status = answer ? word(answer->text("status").value_or("")) : "";
  const auto arn = answer ? parse_arn(answer->text("arn").value_or("")) : std::nullopt;
  if (status.empty() || !arn) {
    resource.checks.push_back(not_checked("resource", asked, "the cluster " + id, command));
    return resource;
  }
  Database database;
  database.kind = "cluster";
  database.name = database.resource_id = id;
  database.arn = word(*answer->text("arn"));
  database.status = status;
  resource.checks.push_back(
      found("resource", "cluster " + id + ": " + status, describe(asked)));
  resource.checks.back().rules_out = {"wrong_port"};  // its tokens are for no port
  if (std::find(std::begin(kServing), std::end(kServing), status) == std::end(kServing))
    resource.checks.push_back(unavailable(id, status, command));
  resource.database = std::move(database);
  return resource;
}

}  // namespace pgiam::aws
