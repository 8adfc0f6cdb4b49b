// pgiam token: one token on stdout.
#include <boost/json/serialize.hpp>

#include "bridge_json.h"
#include "commands.h"
#include "connection.h"
#include "library.h"
#include "report.h"

namespace pgiam::cli {
namespace {

int run(const Arguments& arguments) {
  Context context = make_context(arguments, Asking::kOnTerminal);
  const Reply reply = demand_token(context, Connection(arguments).request());
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
      .flags = {{"json", nullptr, "as a JSON object, with its expiry and where it came from"}},
      .takes_connection = true,
      .takes_options = true,
      .notes =
          "A token is the password of one user at one endpoint for 15 minutes. RDS for MySQL and\n"
          "MariaDB take the same tokens: pgiam token --host … --port 3306 --user …",
      .run = run};
}

}  // namespace pgiam::cli
