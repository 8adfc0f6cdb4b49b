// pgiam token: one token on stdout.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "commands.h"
#include "connection.h"
#include "library.h"
#include "report.h"
#include "times.h"

namespace pgiam::cli {
namespace {

namespace json = boost::json;

// Null where the time is unknown.
json::value time_of(std::int64_t unix_ms) {
  if (unix_ms == 0) return nullptr;
  return json::value(rfc3339(unix_ms));
}

std::string describe(const Reply& reply) {
  const char* sslmode = reply.param("sslmode");
  return json::serialize(json::object{
      {"token", reply.param("password")},
      {"sslmode", sslmode ? json::value(sslmode) : json::value()},
      {"expires_at", time_of(reply.number(PGIAM_REPLY_TOKEN_EXPIRES_AT))},
      {"credentials_expire_at", time_of(reply.number(PGIAM_REPLY_CREDENTIALS_EXPIRES_AT))},
      {"signing_host", reply.text(PGIAM_REPLY_SIGNING_HOST)},
      {"signing_port", reply.number(PGIAM_REPLY_SIGNING_PORT)},
      {"region", reply.text(PGIAM_REPLY_REGION)},
      {"provider", reply.text(PGIAM_REPLY_PROVIDER)},
      {"from_cache", reply.number(PGIAM_REPLY_FROM_CACHE) != 0}});
}

int run(const Arguments& arguments) {
  Context context = make_context(arguments, Asking::kOnTerminal);
  const Reply reply = demand_token(context, Connection(arguments).request());
  print_line(arguments.has("json") ? describe(reply) : reply.param("password"));
  return kExitOk;
}

}  // namespace

Command token_command() {
  return {
      .name = "token",
      .purpose = "one token on standard output",
      .word = kConninfo,
      .flags = {{"json", nullptr, "as a JSON object, with its expiry and where it came from"}},
      .takes_connection = true,
      .takes_options = true,
      .notes =
          "A token is the password of one user at one endpoint for 15 minutes. RDS for MySQL and\n"
          "MariaDB take the same tokens: pgiam token --host … --port 3306 --user …",
      .run = run};
}

}  // namespace pgiam::cli
