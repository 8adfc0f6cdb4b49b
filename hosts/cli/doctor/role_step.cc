#include "role_step.h"

#include <cctype>

#include "../report.h"
#include "../spelling.h"
#include "admin_login.h"
#include "base/sql.h"

namespace pgiam::cli::doctor {
namespace {

// Without blanks at the ends, in lower case.
std::string plainly(const std::string& name) {
  const auto first = name.find_first_not_of(" \t\r\n"), last = name.find_last_not_of(" \t\r\n");
  if (first == name.npos) return "";
  std::string plain = name.substr(first, last - first + 1);
  for (char& c : plain) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return plain;
}

std::string spelt_otherwise(const std::string& name, const std::vector<std::string>& others) {
  for (const std::string& other : others)
    if (plainly(other) == plainly(name)) return other;
  return "";
}

std::string in_quotes(const std::string& name) { return "\"" + name + "\""; }

std::string as_value(const std::string& user) {
  return user.find_first_of(" '\\") == user.npos ? "user=" + user : "user='" + user + "'";
}

class Look {
 public:
  Look(const Case& host, const RoleOnServer& role)
      : role_(role),
        user_(host.params.user),
        advice_(host.advice),
        group_(host.advice.fact("group")),
        evidence_("the server's catalogue, asked as " + in_quotes(role.asked_as) + " at " +
                  role.asked_at) {}

  // What is wrong with the role; nullopt: nothing.
  std::optional<Verdict> objection() const {
    if (!role_.is_there) return absent();
    if (!role_.may_log_in)
      return make("no_login",
                  "the role " + in_quotes(user_) + " is there, but may not log in (NOLOGIN)",
                  {"ALTER ROLE " + sql_identifier(user_) + " LOGIN;"});
    if (group_.empty() || role_.is_member) return std::nullopt;
    const Cause* known = advice_.on(role_.has_group ? "not_a_member" : "no_group");
    if (!known) return std::nullopt;
    return make(known->code.c_str(),
                known->sentence + (role_.has_group ? "" : " (" + role_.asked_at + ")"),
                known->commands);
  }

  std::string description() const {
    std::string membership;
    if (role_.is_member)
      membership = ", and is a member of " + group_ + (role_.by.empty() ? "" : " by " + role_.by);
    if (const Cause* known = advice_.on("role_is_there")) membership = "; " + known->sentence;
    return in_quotes(user_) + " is there, may log in" + membership + "\nasked as " +
           in_quotes(role_.asked_as) + " at " + role_.asked_at;
  }

  // The server takes the role for one that logs in by password, and it is none.
  Verdict password_wanted() const {
    const Cause* known = advice_.on("password_wanted_of_member");
    Verdict verdict = known ? make(known->code.c_str(), known->sentence, known->commands)
                            : make("pooler",
                                   "the role " + in_quotes(user_) +
                                       " is as it must be, and yet the server asked for a "
                                       "password: a pooler answers",
                                   {"connect to the database itself"});
    verdict.is_certain = false;
    return verdict;
  }

 private:
  Verdict make(const char* code, const std::string& sentence,
               std::vector<std::string> remedies) const {
    Verdict verdict{code, "refused: " + sentence, std::move(remedies), kExitDenied};
    verdict.evidence = evidence_;
    verdict.is_certain = true;
    return verdict;
  }

  Verdict absent() const {
    const std::string there_is_none = "there is no role " + in_quotes(user_);
    if (const std::string other = spelt_otherwise(user_, role_.others); !other.empty())
      return make("user_spelling",
                  there_is_none + ", but " + in_quotes(other) +
                      ": case and blanks count in the name of a role",
                  {as_value(other)});
    std::vector<std::string> remedies =
        advice_.commands("no_role", {"CREATE USER " + sql_identifier(user_) + ";"});
    const std::string near = nearest(user_, role_.others);
    if (near.empty()) return make("no_role", there_is_none, std::move(remedies));
    remedies.insert(remedies.begin(), as_value(near));
    return make("no_role", there_is_none + "; near to it there is " + in_quotes(near),
                std::move(remedies));
  }

  const RoleOnServer& role_;
  const std::string& user_;
  const Advice& advice_;
  const std::string group_;
  const std::string evidence_;
};

void rule_out_role(const Case& host, std::vector<Cause>& causes) {
  std::erase_if(causes,
                [&](const Cause& cause) { return host.advice.is_of_the_role(cause.code); });
}

// The role is as it must be: what speaks of it goes, and the next cause comes first.
void rule_out(const Look& look, const Case& host, Verdict& verdict) {
  rule_out_role(host, verdict.causes);
  if (!host.advice.is_of_the_role(verdict.code)) return;
  std::vector<Cause> causes = std::move(verdict.causes);
  if (host.first_request == 5 || host.first_request == 10 || causes.empty()) {
    verdict = look.password_wanted();
  } else {
    const Cause& likeliest = causes.front();
    verdict = {likeliest.code, most_likely(likeliest), likeliest.commands, kExitDenied};
  }
  verdict.causes = std::move(causes);
}

}  // namespace

Finding ask_about_role(const Case& host, const std::string& admin_conninfo,
                       std::optional<Verdict>& verdict) {
  if (host.offline) return skipped("--offline: nobody was asked about the role");
  if (!host.address || !host.connection) return not_reached();
  if (milliseconds_left(host.deadline) == 0)
    return skipped("no time is left to ask about the role");
  const RoleOnServer role = ask_for_role(host, admin_conninfo);
  if (!role.why_not.empty())
    return skipped("nobody was asked about the role: --admin does not get in as " +
                   in_quotes(role.asked_as) + ": " + role.why_not);
  const Look look(host, role);
  std::optional<Verdict> objection = look.objection();
  const bool was_refused = verdict && verdict->exit_status == kExitDenied && !verdict->is_certain;
  if (!objection) {
    if (was_refused) rule_out(look, host, *verdict);
    return ok(look.description());
  }
  if (names_another_place(admin_conninfo)) objection->is_certain = false;
  const std::string detail = objection->sentence + "\n" + objection->evidence;
  if (!was_refused) return warning(detail);
  objection->causes = std::move(verdict->causes);
  rule_out_role(host, objection->causes);
  verdict = objection;
  return {Outcome::kFailed, detail, std::move(objection)};
}

}  // namespace pgiam::cli::doctor
