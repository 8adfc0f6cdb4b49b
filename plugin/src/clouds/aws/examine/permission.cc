// docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
#include "clouds/aws/examine/permission.h"

#include <algorithm>

#include "base/redact.h"
#include "base/shell.h"
#include "base/text.h"

namespace pgiam::aws {
namespace {

struct Decision {
  std::string resource;  // an ARN
  bool is_allowed = false, is_denied = false;  // neither: nothing allows it
  bool is_beyond_boundary = false, is_beyond_organization = false;
  std::string policies;   // that matched
  bool is_certain = true;  // no value of a condition is missing
};

struct PermissionQuestion {
  std::string principal, action, region, user;
  std::vector<std::string> resources;
  Codes explains;  // what a "no" is the reason for
};

std::string fact(const Check& check, const char* name) {
  const auto found = check.facts.find(name);
  return found == check.facts.end() ? "" : found->second;
}

// A session does not tell the path of its role; the profile may.
std::string with_path(const std::string& principal, const Section* profile) {
  const std::string_view role =
      profile == nullptr ? std::string_view() : trim(property(*profile, "role_arn"));
  const auto name = principal.substr(principal.rfind('/') + 1);
  const auto at = principal.find(":role/");
  const bool is_that_role = at != principal.npos && role.ends_with("/" + name) &&
                            role.starts_with(principal.substr(0, at + 6));
  return is_that_role ? word(role) : principal;
}

std::string dbuser(const Arn& arn, const std::string& resource_id, const std::string& user) {
  return "arn:" + arn.partition + ":rds-db:" + arn.region + ":" + arn.account + ":dbuser:" +
         resource_id + "/" + user;
}

std::string names_of_policies(const XmlElement& matched) {
  std::vector<std::string> names;
  for (const XmlElement& statement : matched.children())
    if (std::string name = word_of(statement, "SourcePolicyId"); !name.empty() && names.size() < 3)
      names.push_back(redact_message(name, "", 150));
  return join_words(names);
}

std::optional<std::vector<Decision>> read_decisions(const Asked& asked) {
  if (!asked.is_answered()) return std::nullopt;
  const auto tree = XmlTree::parse(asked.answer->body);
  if (!tree) return std::nullopt;
  std::vector<Decision> decisions;
  const XmlElement result = tree->root().child("SimulatePrincipalPolicyResult");
  for (const XmlElement& element : result.child("EvaluationResults").children()) {
    const std::string_view told = element.text_of("EvalDecision");
    if (told != "allowed" && told != "explicitDeny" && told != "implicitDeny") return std::nullopt;
    Decision decision;
    decision.resource = element.text_of("EvalResourceName");
    decision.is_allowed = told == "allowed";
    decision.is_denied = told == "explicitDeny";
    decision.policies = names_of_policies(element.child("MatchedStatements"));
    decision.is_beyond_boundary = element.child("PermissionsBoundaryDecisionDetail")
                                      .text_of("AllowedByPermissionsBoundary") == "false";
    decision.is_beyond_organization = element.child("OrganizationsDecisionDetail")
                                          .text_of("AllowedByOrganizations") == "false";
    decision.is_certain = element.child("MissingContextValues").children().empty();
    decisions.push_back(std::move(decision));
  }
  if (decisions.empty()) return std::nullopt;
  return decisions;
}

Asked simulate(Asker& asker, const PermissionQuestion& question) {
  Asker::Form form{{"PolicySourceArn", question.principal},
                   {"ActionNames.member.1", question.action}};
  for (std::size_t i = 0; i < question.resources.size(); ++i)
    form.emplace_back("ResourceArns.member." + std::to_string(i + 1), question.resources[i]);
  return asker.ask(Api::kIam, question.region, "SimulatePrincipalPolicy", form);
}

std::string command_to_simulate(const PermissionQuestion& question) {
  return "aws iam simulate-principal-policy --policy-source-arn " + shell_word(question.principal) +
         " --action-names " + question.action + " --resource-arns " +
         shell_word(question.resources.front());
}

Check refused(const PermissionQuestion& question, const char* code, const std::string& sentence,
              std::vector<std::string> commands, const Decision& decision) {
  const std::string said = decision.is_denied ? "explicitDeny" : "implicitDeny";
  return fault("permission",
               make_finding(code, sentence, std::move(commands),
                            "iam:SimulatePrincipalPolicy: " + said),
               decision.is_certain, question.explains);
}

std::string command_to_allow(const PermissionQuestion& question, const Subject& subject,
                             const Resource& resource) {
  const auto arn = parse_arn(question.resources.front());
  std::string command = "pgiam setup policy --user " + shell_word(question.user) + " --host " +
                        shell_word(subject.text("signing_host"));
  if (arn) command += " --account " + arn->account;
  if (resource.name.host.empty()) return command;  // its name tells all that is to be told
  return command + " --resource-id " + shell_word(resource.database->resource_id);
}

// The instance whose id a policy allows in place of this one's; nothing where there is none, or it
// cannot be told.
std::optional<OtherInstance> allowed_instead(Asker& asker, const PermissionQuestion& question,
                                             const Resource& resource) {
  const int needed = resource.database->mistaken_id.empty() ? 2 : 1;
  if (resource.name.host.empty() || asker.calls_left() < needed) return std::nullopt;
  const auto others = other_instances(asker, resource.name, *resource.database);
  const auto arn = parse_arn(question.resources.front());
  if (others.empty() || !arn) return std::nullopt;
  PermissionQuestion of_others = question;
  of_others.resources.clear();
  for (const OtherInstance& other : others)
    of_others.resources.push_back(dbuser(*arn, other.resource_id, question.user));
  const auto decisions =
      read_decisions(simulate(asker, of_others)).value_or(std::vector<Decision>());
  for (std::size_t i = 0; i < others.size(); ++i)
    for (const Decision& decision : decisions)
      if (decision.resource == of_others.resources[i] && decision.is_allowed) return others[i];
  return std::nullopt;
}

Check judge(Asker& asker, const PermissionQuestion& question, const Subject& subject,
            const Resource& resource, const Decision& decision) {
  const std::string& arn = question.resources.front();
  const std::string what = question.action + " on " + arn;
  if (decision.is_denied)
    return refused(question, "explicit_deny",
                   "a policy denies " + what + " to " + question.principal +
                       (decision.policies.empty() ? "" : " (" + decision.policies + ")") +
                       ": a deny wins over all that is allowed",
                   {"take the Deny out, or except this ARN from it"}, decision);
  if (decision.is_beyond_organization)
    return refused(question, "no_permission",
                   "a policy of the organization (SCP) does not allow " + what,
                   {"let the organization's policies allow " + what}, decision);
  if (decision.is_beyond_boundary)
    return refused(question, "no_permission",
                   "the permissions boundary of " + question.principal + " does not allow " + what,
                   {"let the boundary allow " + what}, decision);
  const std::string allow = command_to_allow(question, subject, resource);
  if (const auto other = allowed_instead(asker, question, resource))
    return refused(question, "wrong_resource_id",
                   "the policy of " + question.principal +
                       " names another resource id: it allows " + other->resource_id + " (" + other->name + "), and this is " +
                       resource.database->resource_id + ": " + arn + " is missing",
                   {allow}, decision);
  return refused(question, "no_permission",
                 "no policy of " + question.principal + " allows " + what, {allow}, decision);
}

std::string why_not(const std::string& principal) {
  if (principal.empty()) return "whose these credentials are is not known";
  if (principal.ends_with(":root")) return "these are an account's root credentials";
  if (principal.find(":user/") == principal.npos && principal.find(":role/") == principal.npos)
    return "these are credentials of a federated user";
  return "";
}

PermissionQuestion question_of(const Asker& asker, const Subject& subject, const Resource& resource,
                     const Check& who) {
  PermissionQuestion question;
  question.principal = with_path(fact(who, "grantee"), asker.profile());
  question.action = subject.text("permission.action");
  question.region = subject.text("region");
  question.user = subject.text("user");
  question.explains = unexplained_refusals();
  // Aurora DSQL says no with a SQLSTATE that is none of a refusal's.
  if (resource.name.host.empty()) question.explains.push_back("server_error");
  const auto arn = resource.database ? parse_arn(resource.database->arn) : std::nullopt;
  if (resource.name.host.empty())  // Aurora DSQL: its name tells the rest of its ARN
    question.resources = {arn ? resource.database->arn : fact(who, "resource")};
  else if (arn && !resource.database->resource_id.empty())
    question.resources = {dbuser(*arn, resource.database->resource_id, question.user)};
  return question;
}

}  // namespace

Check examine_permission(Asker& asker, const Subject& subject, const Resource& resource,
                         const Check& who) {
  const PermissionQuestion question = question_of(asker, subject, resource, who);
  const std::string what = "whether a policy allows " + question.action + " was not checked: ";
  if (const std::string why = why_not(question.principal); !why.empty())
    return not_checked("permission", what + why, "");
  if (question.resources.empty() || question.resources.front().empty())
    return not_checked("permission", what + "the database's resource id is not known",
                       command_to_describe(resource.name));
  const Asked asked = simulate(asker, question);
  const auto decisions = read_decisions(asked);
  const std::string command = command_to_simulate(question);
  Check check;
  if (asked.code() == "NoSuchEntity") {
    check = not_checked("permission",
                        what + "IAM knows no " + question.principal +
                            " (a session does not tell its role's path)",
                        command);
  } else if (!decisions || decisions->front().resource != question.resources.front()) {
    check = not_checked("permission", asked, "whether a policy allows " + question.action, command);
  } else if (decisions->front().is_allowed) {
    check = found("permission",
                  question.principal + " may " + question.action + " on " +
                      question.resources.front(),
                  "");
    check.rules_out = {"no_permission"};
  } else {
    check = judge(asker, question, subject, resource, decisions->front());
  }
  check.facts["resource"] = question.resources.front();
  check.asked = describe(asked);
  return check;
}

}  // namespace pgiam::aws
