#include "probe.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <cstring>
#include <memory>
#include <optional>

#include "base/load_lock.h"
#include "home.h"
#include "service_file.h"

namespace pgiam::host {
namespace {

// libpq quotes the bad value in its message, so the message tells whether it got as far.
constexpr const char* kImpossible = "pgiam-probe";
constexpr const char* kDefaultPort = "5432";

const char* or_empty(const char* text) { return text ? text : ""; }

class ProbeConnection {
 public:
  ProbeConnection(const RealLibpq& libpq, const Parameters& parameters)
      : libpq_(libpq), conn_(connect(libpq, parameters)) {}
  ProbeConnection(const ProbeConnection&) = delete;
  ProbeConnection& operator=(const ProbeConnection&) = delete;
  ~ProbeConnection() { libpq_.PQfinish(conn_); }

  bool succeeded() const { return conn_ && strstr(libpq_.PQerrorMessage(conn_), kImpossible); }
  const char* password() const { return or_empty(libpq_.PQpass(conn_)); }
  const char* host() const { return or_empty(libpq_.PQhost(conn_)); }

  ConninfoOptions options() const { return ConninfoOptions(libpq_, libpq_.PQconninfo(conn_)); }

 private:
  // By a function that calls another public one, which shows whether such calls come through us.
  static PGconn* connect(const RealLibpq& libpq, const Parameters& parameters) {
    // A probe makes libpq say something. Before its first word it opens its message catalogue,
    // under a lock that the child of a fork in that moment would find held for ever.
    std::optional<LoadLock> no_fork;
    if (!libpq.has_spoken.load(std::memory_order_acquire)) no_fork.emplace();
    PGconn* conn = libpq.PQconnectdbParams(parameters.keywords(), parameters.values(),
                                           parameters.expand_dbname());
    libpq.has_spoken.store(true, std::memory_order_release);
    return conn;
  }

  const RealLibpq& libpq_;
  PGconn* conn_;
};

// libpq warns on stderr of a password file that others can read, and then leaves it alone. It has
// to warn once per connection, so the probe must not look at such a file.
bool default_password_file_is_open_to_others() {
  const std::string path = default_password_file();
  struct stat status;
  if (path.empty() || stat(path.c_str(), &status) != 0) return false;
  return !S_ISREG(status.st_mode) || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

// The service that libpq looks up; "" where there is none.
std::string service_of(const GivenOptions& said) {
  const char* service = said.find("service");
  return or_empty(service ? service : getenv("PGSERVICE"));
}

// Whether sslmode=prefer was somebody's choice and is not just libpq's default.
bool is_preferred(const GivenOptions& said, const std::string& service) {
  if (*or_empty(getenv("PGSSLMODE"))) return true;
  if (!said.are_copied() && *or_empty(said.find("sslmode"))) return true;
  return !service.empty() && service_sets(service, "sslmode");
}

// As libpq pairs them: an address replaces a name for dialling but not for looking up passwords;
// one port is for all hosts.
std::vector<ResolvedHost> pair_up(const ConninfoOptions& options,
                                  const std::string& socket_folder) {
  const std::vector<std::string> names = split_list(or_empty(options.find("host")));
  const std::string_view hostaddr = or_empty(options.find("hostaddr"));
  const std::vector<std::string> addresses = split_list(hostaddr);
  const std::vector<std::string> ports = split_list(or_empty(options.find("port")));

  std::vector<ResolvedHost> hosts(hostaddr.empty() ? names.size() : addresses.size());
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    ResolvedHost& entry = hosts[i];
    if (!hostaddr.empty()) entry.hostaddr = addresses[i];
    if (i < names.size()) entry.host = names[i];
    entry.local = entry.hostaddr.empty() && (entry.host.empty() || is_socket_path(entry.host));
    if (entry.host.empty()) entry.host = entry.local ? socket_folder : entry.hostaddr;
    entry.port = ports.size() == 1 ? ports[0] : i < ports.size() ? ports[i] : "";
    if (entry.port.empty()) entry.port = kDefaultPort;
    entry.index = i;
  }
  return hosts;
}

}  // namespace

bool ResolvedHost::has_valid_port() const {
  char* end = nullptr;
  const long number = strtol(port.c_str(), &end, 10);
  end += strspn(end, " \t\n\r\f\v");
  return *end == '\0' && number >= 1 && number <= 65535;
}

std::shared_ptr<const ResolvedParams> probe(const RealLibpq& libpq, const Parameters& given) {
  const bool is_unsafe = default_password_file_is_open_to_others();
  const Parameters quiet = is_unsafe ? given.preceded_by({"passfile", "/dev/null/none"}) : given;
  const ProbeConnection probe(libpq, quiet.followed_by({{"target_session_attrs", kImpossible}}));
  if (!probe.succeeded()) return nullptr;

  auto result = std::make_shared<ResolvedParams>();
  ResolvedParams& params = *result;
  params.options = probe.options();
  const auto value = [&](const char* keyword) { return or_empty(params.options.find(keyword)); };
  // Where the first names no host it is the default folder; a later one that names none has to do
  // with the name that password files know.
  const std::string first_host = probe.host();
  params.hosts = pair_up(params.options, is_socket_path(first_host) ? first_host : kHostOfSockets);
  params.user = value("user");
  params.database = value("dbname");
  params.sslmode = value("sslmode");
  const GivenOptions said(libpq, given);
  params.service = service_of(said);
  params.sslmode_chosen = params.sslmode != "prefer" || is_preferred(said, params.service);
  params.gssencmode = value("gssencmode");
  params.has_password_outside_file = *value("password") != '\0';
  params.password_file_is_unsafe = is_unsafe;

  bool first = true;
  for (ResolvedHost& entry : params.hosts) {
    if (first || params.has_password_outside_file) {
      entry.password.append(probe.password());
    } else {
      // The address only has to be there: a list of another length than the hosts' is an error.
      const ProbeConnection single(libpq,
                                   quiet.followed_by({{"host", entry.host.c_str()},
                                                      {"hostaddr", "127.0.0.1"},
                                                      {"port", entry.port.c_str()},
                                                      {"target_session_attrs", kImpossible}}));
      entry.password.append(single.password());
    }
    first = false;
  }
  return result;
}

ConninfoOptions resolve(const RealLibpq& libpq, const Parameters& given) {
  return ProbeConnection(libpq, given.followed_by({{"sslmode", kImpossible}})).options();
}

}  // namespace pgiam::host
