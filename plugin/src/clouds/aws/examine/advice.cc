#include "clouds/aws/examine/advice.h"

#include "base/sql.h"
#include "clouds/aws/examine/kinds.h"
#include "clouds/aws/examine/last_identity.h"

namespace pgiam::aws {
namespace {

// What a role says that logs in with tokens: RDS's pg_hba.conf has a line for its members.
constexpr std::string_view kGroup = "rds_iam";

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

std::string in_quotes(std::string_view name) { return "\"" + std::string(name) + "\""; }

Error remedy_alone(std::string remedy) { return make_finding("", "", {std::move(remedy)}); }

class Adviser {
 public:
  Adviser(const World& world, const Subject& subject)
      : world_(world),
        subject_(subject),
        host_(subject.text("host")),
        user_(subject.text("user")) {}

  FailureAdvice advise() {
    advice_.facts = {{"example_host", "doctor.c000000000ab.us-east-1.rds.amazonaws.com"},
                     {"programs", "aws AWS"}};
    add_of_name();
    add_of_place();
    add_of_credentials();
    if (const ExaminedKind* kind = find_examined_kind(subject_.text("target")))
      kind->advise(subject_, advice_);
    return std::move(advice_);
  }

 private:
  void add(const char* what, Error finding) { advice_.on.emplace(what, std::move(finding)); }
  void add_remedy(const char* what, std::string remedy) { add(what, remedy_alone(remedy)); }

  // Of a name that is no endpoint's.
  void add_of_name() {
    if (subject_.text("target") != "none") return;
    if (contains(host_, ".rds.") || contains(host_, ".amazonaws."))
      add("host_misspelt",
          make_finding(
              "host_misspelt",
              host_ + " is nearly an endpoint's name: those end in .REGION.rds.amazonaws.com, "
                      "in China in .amazonaws.com.cn",
              {"see the spelling of the host, in the console or with: aws rds "
               "describe-db-instances"}));
    if (!contains(host_, "."))
      add("bare_name",
          make_finding("bare_name",
                       host_ + " is a bare name: an endpoint's whole name is wanted, " + host_ +
                           ".ID.REGION.rds.amazonaws.com",
                       {"see the endpoint's name: aws rds describe-db-instances "
                        "--db-instance-identifier " +
                        host_}));
  }

  // Of an instance or a cluster, wherever it is.
  void add_of_place() {
    const ExaminedKind& place = likeliest_kind(subject_.text("target"));
    for (const char* gone : {"instance_gone", "name_changed"}) add_remedy(gone, place.list);
    for (const char* down : {"instance_unavailable", "failing_over"}) add_remedy(down, place.state);
    add_remedy("certificate_expired",
               "the server has to be given a new certificate (RDS: rotate it)");
    add_remedy("wrong_method",
               "see the user's line of pg_hba.conf; on RDS, Kerberos is for members of rds_ad");
    if (user_.starts_with("arn:"))
      add("user_spelling",
          make_finding("user_spelling",
                       "the user is a role of the database, and no ARN of an IAM identity"));
  }

  // Of whom they were found to be.
  void add_of_credentials() {
    const auto key_id = subject_.credentials.find("access_key_id");
    if (key_id == subject_.credentials.end()) return;
    const auto who = LastIdentity::of_process().find(std::string(key_id->second.reveal()),
                                                     world_.clock.uptime());
    if (!who) return;
    const auto fact = [&](const char* name) { return who->facts.at(name); };
    add("no_permission",
        make_finding("no_permission", "", {},
                     "asked as " + fact("arn") + ", on " + fact("resource")));
    add_remedy("no_iam_grant",
               "AWS IAM GRANT " + sql_identifier(user_) + " TO '" + fact("grantee") + "';");
  }

  const World& world_;
  const Subject& subject_;
  const std::string host_, user_;
  FailureAdvice advice_;
};

}  // namespace

void advise_on_rds(const Subject& subject, FailureAdvice& advice) {
  const std::string_view user = subject.text("user");
  const std::string role = "the role " + in_quotes(user);
  const std::string grant = "GRANT " + std::string(kGroup) + " TO " + sql_identifier(user) + ";";
  const auto add = [&](const char* what, Error finding) {
    advice.on.emplace(what, std::move(finding));
  };
  advice.facts.emplace("group", kGroup);
  add("not_a_member", make_finding("no_rds_iam", role + " is not a member of rds_iam", {grant}));
  add("no_group",
      make_finding("not_rds",
                   "there is no role rds_iam: it is no instance of RDS, or no PostgreSQL of its",
                   {"see host and port: what answers there is another server"}));
  add("no_role", remedy_alone("CREATE USER " + sql_identifier(user) + "; " + grant));
  add("password_wanted",
      make_finding("no_rds_iam",
                   "the role is not a member of rds_iam (" + in_quotes(user) +
                       "), or does not exist, or IAM authentication is off on the instance"));
  add("password_wanted_of_member",
      make_finding("iam_not_enabled",
                   role + " is a member of rds_iam, and yet the server asked for a password: IAM "
                          "authentication is off on the instance, or a pooler answers",
                   {"switch IAM database authentication on for the instance, or connect to it "
                    "without a pooler"}));
  add("password_refused",
      make_finding("no_rds_iam", "the role logs in with tokens, and takes no password",
                   {"leave password_file out for this connection"}));
  if (!contains(subject.text("reason"), "Proxy"))
    add("pooler",
        make_finding("pooler", "", {},
                     "PostgreSQL's own errors name a place in its sources, this one does not"));
}

void advise_on_dsql(const Subject&, FailureAdvice& advice) {
  advice.on.emplace("role_is_there",
                    make_finding("", "DSQL links it to IAM by itself: AWS IAM GRANT"));
}

FailureAdvice advise(const World& world, const Subject& subject) {
  return Adviser(world, subject).advise();
}

}  // namespace pgiam::aws
