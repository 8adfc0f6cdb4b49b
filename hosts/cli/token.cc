// pgiam token: one token on stdout, or a whole URL with it.
#include <boost/json/serialize.hpp>

#include "bridge_json.h"
#include "commands.h"
#include "connection.h"
#include "connection_url.h"
#include "library.h"
#include "report.h"

namespace pgiam::cli {
namespace {

int run(const Arguments& arguments) {
  if (arguments.has("json") && arguments.has("uri"))
    throw UsageError("--json and --uri are two forms of the answer", "pgiam help token");
  Context context = make_context(arguments, Asking::kOnTerminal);
  const Connection connection(arguments);
  if (arguments.has("uri")) {
    const Reply reply = demand_token(context, connection.request_to_send());
    print_line(url_of(connection, reply).view());
    return kExitOk;
  }
  const Reply reply = demand_token(context, connection.request());
  print_line(arguments.has("json") ? boost::json::serialize(describe(reply.get()))
                                  : reply.param("password"));
  return kExitOk;
}

}  // namespace

Command token_command() {
  return {
      .name = "token",
      .purpose = "one token on standard output",
      .word = kConninfo,
      .flags = {{"json", nullptr, "as a JSON object, with its expiry and where it came from"},
                {"uri", nullptr, "the connection as a URL, with the token percent-encoded in it"}},
      .takes_connection = true,
      .takes_options = true,
      .notes =
          "A token is the password of one user at one endpoint for 15 minutes. RDS for MySQL and\n"
          "MariaDB take the same tokens: pgiam token --host … --port 3306 --user …",
      .run = run};
}

}  // namespace pgiam::cli
