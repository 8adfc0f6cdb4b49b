// pgiam setup sql: what an administrator runs in the database so that a user may come with tokens.
#include <algorithm>

#include "base/sql.h"
#include "commands.h"
#include "report.h"

namespace pgiam::cli {
namespace {

// PostgreSQL cuts longer names, and a token is for the whole of it.
constexpr std::size_t kLongestName = 63;

// What each word of --grant allows on a schema and on what is in it. "" where that is nothing.
struct Grant {
  const char* name;
  const char* schema;
  const char* tables;
  const char* sequences;
  const char* routines;
};
constexpr Grant kGrants[] = {
    {"read", "USAGE", "SELECT", "SELECT", ""},
    {"write", "USAGE", "SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT", ""},
    {"all", "ALL PRIVILEGES", "ALL PRIVILEGES", "ALL PRIVILEGES", "ALL PRIVILEGES"},
};

// Read alike whether standard_conforming_strings is on or off.
std::string literal(const std::string& value) {
  std::string text = value.find('\\') == value.npos ? "'" : "E'";
  for (char c : value) text.append(c == '\'' || c == '\\' ? 2 : 1, c);
  return text + '\'';
}

// A dollar quote that `body` does not end.
std::string dollar_quoted(const std::string& body) {
  std::string tag = "$do$";
  while (body.find(tag) != body.npos) tag.insert(3, "_");
  return tag + body + tag;
}

std::string checked_name(const std::string& what, const std::string& name) {
  if (name.empty()) throw UsageError(what + " has no name", "pgiam help setup sql");
  if (name.size() > kLongestName)
    throw UsageError(what + " " + name + " has a name of more than 63 bytes",
                     "PostgreSQL would cut it: give it a shorter one");
  return name;
}

std::string create_user(const std::string& user) {
  return "DO " +
         dollar_quoted("\nBEGIN\n  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = " +
                       literal(user) + ") THEN\n    CREATE USER " + sql_identifier(user) +
                       ";\n  END IF;\nEND\n") +
         ";\n";
}

const Grant& find_grant(const std::string& name) {
  for (const Grant& grant : kGrants)
    if (grant.name == name) return grant;
  throw UsageError("--grant " + name + " is not read, write or all", "pgiam help setup sql");
}

std::string grant_in_schema(const Grant& grant, const std::string& schema, const std::string& user,
                            const std::vector<std::string>& owners) {
  const std::string to = " TO " + sql_identifier(user) + ";\n";
  const std::string in = " IN SCHEMA " + sql_identifier(schema);
  std::string sql =
      std::string("GRANT ") + grant.schema + " ON SCHEMA " + sql_identifier(schema) + to;
  const std::pair<const char*, std::string> kinds[] = {
      {"TABLES", grant.tables}, {"SEQUENCES", grant.sequences}, {"ROUTINES", grant.routines}};
  for (const auto& [kind, privileges] : kinds) {
    if (privileges.empty()) continue;
    const std::string what = "GRANT " + privileges + " ON ";
    sql += what + "ALL " + kind + in + to;
    if (owners.empty()) sql += "ALTER DEFAULT PRIVILEGES" + in + " " + what + kind + to;
    for (const std::string& owner : owners)
      sql += "ALTER DEFAULT PRIVILEGES FOR ROLE " + sql_identifier(owner) + in + " " + what + kind +
             to;
  }
  return sql;
}

std::string grants(const Arguments& arguments, const std::string& user) {
  const Grant& grant = find_grant(arguments.value("grant"));
  std::vector<std::string> schemas = arguments.values("schema");
  if (schemas.empty()) schemas.push_back("public");
  const std::vector<std::string> owners = arguments.values("owner");
  for (const std::string& owner : owners) checked_name("--owner", owner);
  std::string sql =
      owners.empty() ? "-- For tables to come: those of whoever runs this. Of others: --owner ROLE\n"
                     : "";
  for (const std::string& schema : schemas)
    sql += grant_in_schema(grant, checked_name("--schema", schema), user, owners);
  return sql;
}

int run(const Arguments& arguments) {
  if (!arguments.has("user"))
    throw UsageError("no user is named", "pgiam setup sql --user NAME --create");
  if (!arguments.has("grant") && (arguments.has("schema") || arguments.has("owner")))
    throw UsageError("--schema and --owner say where to grant, but not what",
                     "add --grant read, write or all");
  const std::string user = checked_name("--user", arguments.value("user"));

  std::string sql =
      "-- Run by an administrator, in the database that it is for: psql -v ON_ERROR_STOP=1 -f FILE\n"
      "-- It may be run again. Once the user has rds_iam, RDS no longer accepts its password.\n"
      "BEGIN;\n";
  if (arguments.has("create")) sql += create_user(user);
  sql += "GRANT rds_iam TO " + sql_identifier(user) + ";\n";
  if (arguments.has("dbname"))
    sql += "GRANT CONNECT ON DATABASE " +
           sql_identifier(checked_name("--dbname", arguments.value("dbname"))) + " TO " +
           sql_identifier(user) + ";\n";
  if (arguments.has("grant")) sql += grants(arguments, user);
  print_line(sql + "COMMIT;");
  return kExitOk;
}

}  // namespace

Command setup_sql_command() {
  return {
      .name = "setup sql",
      .purpose = "the SQL that lets a database user come with tokens",
      .flags = {{"user", "NAME", "the database user, just as it is spelt in the database"},
                {"create", nullptr, "create it, if it is not there"},
                {"grant", "WHAT", "read, write or all: what it may do with tables, now and to come"},
                {"schema", "NAME", "of which schema; may be repeated [public]", true},
                {"owner", "ROLE",
                 "who makes the tables to come; may be repeated [who runs the SQL]", true},
                {"dbname", "NAME", "let it connect to this database, where not everybody may"}},
      .notes = "It prints and runs nothing: pgiam setup sql … | psql -v ON_ERROR_STOP=1 …\n\n"
               "read   SELECT on tables, views and sequences\n"
               "write  also INSERT, UPDATE, DELETE, and the next value of sequences\n"
               "all    all privileges, also on the schema and its functions\n\n"
               "The other half: pgiam help setup policy",
      .run = run};
}

}  // namespace pgiam::cli
