#include "pgbouncer.h"

#include <signal.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "secret_file.h"

namespace pgiam::keeper {
namespace {

// A pidfile that a crash left behind may name another program by now.
bool is_pgbouncer(pid_t pid) {
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/comm"), name);
  return name == "pgbouncer";
}

}  // namespace

void reload_pgbouncer(const std::string& pidfile) {
  pid_t pid = 0;
  std::ifstream(pidfile) >> pid;
  if (pid <= 1 || !is_pgbouncer(pid) || kill(pid, SIGHUP) == 0 || errno == ESRCH) return;
  throw FileError("cannot tell PgBouncer (process " + std::to_string(pid) +
                      ") of its new token: " + strerror(errno),
                  "run pgiam as the user that PgBouncer runs as");
}

}  // namespace pgiam::keeper
