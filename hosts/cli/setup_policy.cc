// pgiam setup policy: the IAM policy that lets somebody log in as a database user.
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "commands.h"
#include "library.h"
#include "partition.h"
#include "report.h"

namespace pgiam::cli {
namespace {

namespace json = boost::json;

using host::partition_of;

bool is_all(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == text.npos;
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kAlphanumerics =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

// "eu-west-1", "us-isob-east-1": words, the last a number.
bool looks_like_region(std::string_view text) {
  const auto dash = text.rfind('-');
  return dash != text.npos && text.find('-') < dash && is_all(text.substr(dash + 1), kDigits) &&
         is_all(text.substr(0, 1), kLetters) &&
         text.substr(0, dash).find_first_not_of(std::string(kLetters) + '-') == text.npos;
}

bool looks_like_resource_id(std::string_view text) {
  for (std::string_view kind : {"db-", "cluster-", "prx-"})
    if (text.starts_with(kind)) return is_all(text.substr(kind.size()), kAlphanumerics);
  return false;
}

// '*' and '?' are wildcards in a Resource, and '$' begins a variable: IAM user guide, "IAM policy
// elements: Variables and tags", has a spelling for each of them.
std::string in_resource(const std::string& user) {
  std::string text;
  for (char c : user)
    text += c == '*' || c == '?' || c == '$' ? std::string("${") + c + '}' : std::string(1, c);
  return text;
}

// Where the policy is for, as far as the endpoint's name or the flags tell.
struct Place {
  std::string region;
  bool is_dsql = false;
  std::string cluster;  // of DSQL
};

Place find_place(const Arguments& arguments) {
  Place place;
  if (arguments.has("host")) {
    Context context = make_context(arguments);
    const std::string& host = arguments.value("host");
    const json::value told = json::parse(
        context.explain(Request(host).user("somebody")).value().text(PGIAM_REPLY_EXPLANATION));
    const json::value& region = told.at("region");
    if (region.is_string()) place.region = region.as_string().c_str();
    place.is_dsql = told.at("target") == "dsql";
    place.cluster = host.substr(0, host.find('.'));
    if (told.at("target") == "none")
      throw UsageError(host + " is not the name of a known kind of endpoint",
                       "pgiam setup policy --region eu-west-1 …");
  }
  if (arguments.has("region")) place.region = arguments.value("region");
  if (place.region.empty())
    throw UsageError("the region is not known", "name the endpoint, --host HOST, or --region NAME");
  if (!looks_like_region(place.region))
    throw UsageError("\"" + place.region + "\" is no region", "e.g. --region eu-west-1");
  return place;
}

std::string find_account(const Arguments& arguments) {
  constexpr const char* kHowToFind =
      "aws sts get-caller-identity --query Account --output text, then --account NUMBER";
  if (!arguments.has("account")) throw UsageError("the account is not known", kHowToFind);
  const std::string& account = arguments.value("account");
  if (account.size() != 12 || !is_all(account, kDigits))
    throw UsageError("\"" + account + "\" is no account, which is a number of 12 digits",
                     kHowToFind);
  return account;
}

std::vector<std::string> find_resources(const Arguments& arguments) {
  constexpr const char* kHowToFind =
      "aws rds describe-db-instances --query 'DBInstances[].[DBInstanceIdentifier,DbiResourceId]'\n"
      "  (a cluster: describe-db-clusters, DbClusterResourceId; a proxy: the end of its ARN)";
  std::vector<std::string> ids = arguments.values("resource-id");
  if (arguments.has("any-resource")) {
    if (!ids.empty())
      throw UsageError("--any-resource goes with no --resource-id", "pgiam help setup policy");
    return {"*"};
  }
  if (ids.empty()) throw UsageError("no database is named: --resource-id db-…", kHowToFind);
  for (const std::string& id : ids) {
    if (!looks_like_resource_id(id))
      throw UsageError("\"" + id + "\" is no resource id: that is db-…, cluster-… or prx-…",
                       kHowToFind);
  }
  return ids;
}

std::vector<std::string> find_users(const Arguments& arguments) {
  std::vector<std::string> users = arguments.values("user");
  if (arguments.has("any-user")) {
    if (!users.empty())
      throw UsageError("--any-user goes with no --user", "pgiam help setup policy");
    return {"*"};
  }
  if (users.empty()) throw UsageError("no database user is named", "--user NAME");
  std::transform(users.begin(), users.end(), users.begin(), in_resource);
  return users;
}

json::object statement(const char* action, json::array resources) {
  return {{"Effect", "Allow"}, {"Action", action}, {"Resource", std::move(resources)}};
}

json::array rds_statements(const Arguments& arguments, const std::string& region) {
  const std::string start = "arn:" + partition_of(region) + ":rds-db:" + region + ":" +
                            find_account(arguments) + ":dbuser:";
  json::array resources;
  const std::vector<std::string> users = find_users(arguments);
  for (const std::string& id : find_resources(arguments))
    for (const std::string& user : users) resources.emplace_back(start + id + "/" + user);
  return {statement("rds-db:connect", std::move(resources))};
}

// A DSQL policy lets in to a cluster; who may be which user is said in the database.
json::array dsql_statements(const Arguments& arguments, const Place& place) {
  const std::string cluster = "arn:" + partition_of(place.region) + ":dsql:" + place.region + ":" +
                              find_account(arguments) + ":cluster/" + place.cluster;
  const std::vector<std::string> users = find_users(arguments);
  const bool admin = std::find(users.begin(), users.end(), "admin") != users.end();
  const bool others = static_cast<std::size_t>(std::count(users.begin(), users.end(), "admin")) <
                      users.size();
  json::array statements;
  if (others) statements.push_back(statement("dsql:DbConnect", {cluster}));
  if (admin) statements.push_back(statement("dsql:DbConnectAdmin", {cluster}));
  return statements;
}

// As people are used to read policies.
void print_indented(const json::value& value, const std::string& margin, std::string& out) {
  const std::string inner = margin + "  ";
  const char* separator = "\n";
  if (value.is_object()) {
    out += '{';
    for (const auto& [key, member] : value.as_object()) {
      out += separator + inner + json::serialize(json::value(key)) + ": ";
      print_indented(member, inner, out);
      separator = ",\n";
    }
    out += "\n" + margin + '}';
  } else if (value.is_array()) {
    out += '[';
    for (const json::value& member : value.as_array()) {
      out += separator + inner;
      print_indented(member, inner, out);
      separator = ",\n";
    }
    out += "\n" + margin + ']';
  } else {
    out += json::serialize(value);
  }
}

void tell_what_else(const Place& place) {
  remark("attach it: aws iam put-role-policy --role-name ROLE --policy-name pgiam "
         "--policy-document file://FILE");
  if (place.is_dsql) {
    remark("in the database: AWS IAM GRANT \"USER\" TO 'arn:…:role/ROLE';");
    return;
  }
  remark("switch it on: aws rds modify-db-instance --db-instance-identifier NAME "
         "--enable-iam-database-authentication --apply-immediately");
  remark("(a cluster: modify-db-cluster --db-cluster-identifier; a proxy: modify-db-proxy with "
         "IAMAuth=REQUIRED)");
  remark("in the database: pgiam setup sql --user NAME --create");
}

int run(const Arguments& arguments) {
  const Place place = find_place(arguments);
  const json::object policy{
      {"Version", "2012-10-17"},
      {"Statement", place.is_dsql ? dsql_statements(arguments, place)
                                  : rds_statements(arguments, place.region)}};
  std::string text;
  print_indented(policy, "", text);
  print_line(text);
  tell_what_else(place);
  return kExitOk;
}

}  // namespace

Command setup_policy_command() {
  return {.name = "setup policy",
          .purpose = "the IAM policy that lets somebody log in",
          .flags = {{"user", "NAME", "the database user; may be repeated", true},
                    {"resource-id", "ID",
                     "of an instance, db-…, a cluster, cluster-…, or a proxy, prx-…; may be repeated",
                     true},
                    {"account", "NUMBER", "the account that the database is in"},
                    {"host", "HOST", "its endpoint, whose name tells the region"},
                    {"region", "NAME", "its region, where no endpoint tells it"},
                    {"any-user", nullptr, "every user of the database"},
                    {"any-resource", nullptr, "every database of the account in this region"}},
          .notes = "The policy goes to standard output, what else is to be done to standard error.\n"
                   "Of an Aurora DSQL endpoint the cluster is known by its name.",
          .run = run};
}

}  // namespace pgiam::cli
