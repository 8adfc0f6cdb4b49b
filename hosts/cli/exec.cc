// pgiam exec: runs a program with the libpq hook preloaded, or with one token in its PGPASSWORD.
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "commands.h"
#include "connection.h"
#include "library.h"
#include "plugin.h"
#include "preload.h"
#include "reach.h"
#include "report.h"

namespace pgiam::cli {
namespace {

// As shells have it.
constexpr int kExitCannotRun = 126;
constexpr int kExitNotFound = 127;

void preload_hook(bool with_filter) {
  if (with_filter) preload(filter_file());
  preload(hook_file());
}

// The client will send the token, so what it needs for that goes along.
void put_token_into_environment(const Arguments& arguments) {
  Context context = make_context(arguments, Asking::kOnTerminal);
  const Connection connection(arguments.value("pgpassword"), arguments);
  const Reply reply = demand_token(context, connection.request_to_send());
  set_variable("PGPASSWORD", reply.param("password"));
  if (const char* sslmode = reply.param("sslmode")) set_variable("PGSSLMODE", sslmode);
  if (const char* bundle = reply.param("sslrootcert")) set_variable("PGSSLROOTCERT", bundle);
}

int become(const std::vector<std::string>& program) {
  std::vector<char*> words;
  for (const std::string& word : program) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words.front(), words.data());
  const int error = errno;
  remark("cannot run " + program.front() + ": " + std::strerror(error));
  return error == ENOENT ? kExitNotFound : kExitCannotRun;
}

int run(const Arguments& arguments) {
  if (arguments.program.empty())
    throw UsageError("no program to run is given", "pgiam exec -- psql \"host=… user=…\"");
  if (arguments.has("pgpassword")) {
    if (arguments.has("filter"))
      throw UsageError("--filter and --pgpassword exclude each other",
                       "the filter gives fresh tokens for ever, --pgpassword one token");
    put_token_into_environment(arguments);
    return become(arguments.program);
  }
  make_context(arguments);  // complains of options that the hook could only complain of later
  pass_on_options(arguments);
  preload_hook(arguments.has("filter"));
  const std::string why = why_out_of_reach(arguments.program, arguments.has("filter"));
  if (!why.empty() && host::is_logged(PGIAM_LOG_ERROR) && !host::is_disabled())
    remark("warning: " + why);
  return become(arguments.program);
}

}  // namespace

Command exec_command() {
  return {
      .name = "exec",
      .purpose = "run any libpq program with a fresh token at every connect and reconnect",
      .flags = {{"filter", nullptr,
                 "also stand in for libpq.so.5 itself: for PHP, Python's ctypes and the like"},
                {"pgpassword", "CONNINFO",
                 "instead of the hook: one token for CONNINFO in the program's PGPASSWORD"}},
      .takes_options = true,
      .runs_program = true,
      .notes =
          "  pgiam exec -- psql \"host=orders.….rds.amazonaws.com user=app dbname=orders\"\n\n"
          "The program and its children see the options as PGIAM_ variables. --filter is for\n"
          "programs that the hook alone does not reach; all their children then load libpq.\n"
          "--pgpassword is for clients that do not use the system's libpq: the token works for 15\n"
          "minutes, the program cannot get another one, and whoever may read its environment can\n"
          "read the token.",
      .run = run};
}

}  // namespace pgiam::cli
