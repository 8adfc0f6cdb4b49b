// pgiam setup policy: the IAM policy that lets somebody log in as a database user. What has to be
// allowed the library knows; what only the owner of the database knows is filled in here.
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "commands.h"
#include "library.h"
#include "report.h"

namespace pgiam::cli {
namespace {

namespace json = boost::json;

bool is_all(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == text.npos;
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kAlphanumerics =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool looks_like_resource_id(std::string_view text) {
  for (std::string_view kind : {"db-", "cluster-", "prx-"})
    if (text.starts_with(kind)) return is_all(text.substr(kind.size()), kAlphanumerics);
  return false;
}

constexpr const char* kWhereNothingIsSaid = "rds";

// What else is to be done, for each kind of endpoint that wants something.
constexpr struct {
  std::string_view target;
  const char* line;
} kWhatElse[] = {
    {"rds",
     "switch it on: aws rds modify-db-instance --db-instance-identifier NAME "
     "--enable-iam-database-authentication --apply-immediately"},
    {"rds",
     "(a cluster: modify-db-cluster --db-cluster-identifier; a proxy: modify-db-proxy with "
     "IAMAuth=REQUIRED)"},
    {"rds", "in the database: pgiam setup sql --user NAME --create"},
    {"dsql", "in the database: AWS IAM GRANT \"USER\" TO 'arn:…:role/ROLE';"},
};

// What has to be allowed at the endpoint, or in the region, of the flags; a star of the library's
// stands for what only the flags tell.
struct Permission {
  std::string action, resource;
  std::string target = {};    // the library's word for the kind of endpoint
  std::string any_user = {};  // what the resource ends with then
};

Permission permission_of(Context& context, const Arguments& arguments, const std::string& user) {
  const bool has_host = arguments.has("host");
  Request request(has_host ? arguments.value("host") : "instance.invalid");
  request.user(user);
  if (!has_host) request.option("target", kWhereNothingIsSaid);
  if (arguments.has("region")) request.option("region", arguments.value("region"));
  const json::value told =
      json::parse(context.explain(request).value().text(PGIAM_REPLY_EXPLANATION));
  const json::value &target = told.at("target"), &permission = told.at("permission");
  if (target == "none")
    throw UsageError(has_host ? arguments.value("host") + " is not the name of a known kind of endpoint"
                              : std::string(told.at("reason").as_string()),
                     "pgiam setup policy --region eu-west-1 …");
  if (permission.is_object())
    return {permission.at("action").as_string().c_str(),
            permission.at("resource").as_string().c_str(), target.as_string().c_str()};
  const json::value& region = told.at("region");
  if (region.is_string())
    throw UsageError("\"" + std::string(region.as_string()) + "\" is no region",
                     "e.g. --region eu-west-1");
  throw UsageError("the region is not known", "name the endpoint, --host HOST, or --region NAME");
}

// Every user; as a name, the library spells it as names with a star are spelt in policies.
constexpr const char* kAnyUser = "*";
constexpr std::string_view kStarInName = "${*}";

// The first star of the library's, or npos.
std::size_t find_star(std::string_view resource) {
  std::size_t at = resource.find('*');
  while (at != resource.npos && at >= 2 && resource.substr(at - 2).starts_with(kStarInName))
    at = resource.find('*', at + 1);
  return at;
}

std::string fill(std::string resource, const std::string& word) {
  if (const std::size_t star = find_star(resource); star != resource.npos)
    resource.replace(star, 1, word);
  return resource;
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
    return {kAnyUser};
  }
  if (users.empty()) throw UsageError("no database user is named", "--user NAME");
  return users;
}

// One for each action, in the order in which the actions come.
class Statements {
 public:
  void add(const std::string& action, std::string resource) {
    auto& resources = of(action);
    if (std::find(resources.begin(), resources.end(), resource) == resources.end())
      resources.push_back(std::move(resource));
  }

  json::array list() const {
    json::array list;
    for (const auto& [action, resources] : actions_)
      list.push_back(json::object{{"Effect", "Allow"},
                                  {"Action", action},
                                  {"Resource", json::array(resources.begin(), resources.end())}});
    return list;
  }

 private:
  std::vector<std::string>& of(const std::string& action) {
    for (auto& [known, resources] : actions_)
      if (known == action) return resources;
    return actions_.emplace_back(action, std::vector<std::string>()).second;
  }

  std::vector<std::pair<std::string, std::vector<std::string>>> actions_;
};

// For each user, with all but the database's own id filled in.
std::vector<Permission> find_permissions(const Arguments& arguments) {
  Context context = make_context(arguments);
  std::vector<Permission> permissions;
  for (const std::string& user : find_users(arguments)) {
    Permission permission = permission_of(context, arguments, user);
    permission.resource = fill(permission.resource, find_account(arguments));
    if (user == kAnyUser && arguments.has("any-user") &&
        permission.resource.ends_with(kStarInName)) {
      permission.resource.resize(permission.resource.size() - kStarInName.size());
      permission.any_user = kAnyUser;
    }
    permissions.push_back(std::move(permission));
  }
  return permissions;
}

json::array find_statements(const Arguments& arguments,
                            const std::vector<Permission>& permissions) {
  Statements statements;
  // Kinds of endpoints whose name is not their id have a star left.
  const bool has_id = find_star(permissions.front().resource) != std::string::npos;
  for (const std::string& id : has_id ? find_resources(arguments) : std::vector<std::string>{""})
    for (const Permission& permission : permissions)
      statements.add(permission.action, fill(permission.resource, id) + permission.any_user);
  return statements.list();
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

void tell_what_else(std::string_view target) {
  remark("attach it: aws iam put-role-policy --role-name ROLE --policy-name pgiam "
         "--policy-document file://FILE");
  for (const auto& step : kWhatElse)
    if (step.target == target) remark(step.line);
}

int run(const Arguments& arguments) {
  const std::vector<Permission> permissions = find_permissions(arguments);
  const json::object policy{{"Version", "2012-10-17"},
                            {"Statement", find_statements(arguments, permissions)}};
  std::string text;
  print_indented(policy, "", text);
  print_line(text);
  tell_what_else(permissions.front().target);
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
