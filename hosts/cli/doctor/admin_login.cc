#include "admin_login.h"

#include <poll.h>

#include <chrono>
#include <memory>
#include <new>

#include "../connection.h"
#include "../late_libpq.h"
#include "../report.h"
#include "../terminal.h"
#include "base/conninfo_keywords.h"
#include "connection_poll.h"
#include "progress.h"

namespace pgiam::cli::doctor {
namespace {

using host::SecretText;
using Rows = std::unique_ptr<PGresult, decltype(&::PQclear)>;

// Of the role $1 and the group $2. pg_has_role says yes to superusers, whom a line of pg_hba.conf
// for a group's members does not mean.
constexpr const char* kAskForRole =
    "WITH RECURSIVE held(role, way) AS ("
    "SELECT m.roleid, ARRAY[m.roleid] FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member "
    "WHERE r.rolname = $1 UNION ALL "
    "SELECT m.roleid, h.way || m.roleid FROM held h JOIN pg_auth_members m ON m.member = h.role "
    "WHERE m.roleid <> ALL (h.way)) "
    "SELECT r.rolcanlogin, EXISTS (SELECT FROM pg_roles WHERE rolname = $2), ("
    "SELECT array_to_string(ARRAY(SELECT g.rolname FROM generate_subscripts(h.way, 1) i "
    "JOIN pg_roles g ON g.oid = h.way[i] ORDER BY i), ', ') FROM held h "
    "JOIN pg_roles g ON g.oid = h.role WHERE g.rolname = $2 "
    "ORDER BY array_length(h.way, 1) LIMIT 1) "
    "FROM pg_roles r WHERE r.rolname = $1";
constexpr const char* kAskForOthers =
    "SELECT rolname FROM pg_roles WHERE rolcanlogin ORDER BY rolname LIMIT 5000";

Conninfo parse(const std::string& conninfo) {
  return read_conninfo(is_conninfo(conninfo) || conninfo.empty() ? conninfo
                                                                 : "dbname=" + conninfo);
}

bool says(const Conninfo& conninfo, const char* keyword) {
  const char* value = conninfo.param(keyword);
  return value && *value;
}

class AdminLogin {
 public:
  AdminLogin(const Case& host, const std::string& conninfo)
      : host_(host), conn_(nullptr, host.libpq.PQfinish) {
    const Conninfo given = parse(conninfo);
    if (!names_another_place(conninfo)) add_place();
    if (!says(given, "service") && !says(given, "dbname")) add("dbname", host.params.database);
    for (const pgiam_param& param : given.params()) add(param.key, param.value);
  }

  // Why not; "" where it is in.
  std::string log_in() {
    try_once();
    if (needs_password()) {
      host_.progress->pause();
      password_ = ask_for_password("Password of " + user() + " (--admin)");
      if (password_.empty())
        return "no password is known for it: put one into a password file or a service, or answer "
               "on a terminal";
      deadline_ = std::chrono::steady_clock::now() + kPatience;  // people type slowly
      try_once();
    }
    if (host_.libpq.PQstatus(conn_.get()) == CONNECTION_OK) return "";
    const std::string said = host_.libpq.PQerrorMessage(conn_.get());
    return poll_.is_over ? said.substr(0, said.find('\n')) : "no answer in time";
  }

  // What the server says to a query about the role; nullptr: nothing that helps.
  Rows ask(const char* query, const std::vector<const char*>& values) {
    const LateLibpq& libpq = late_libpq();
    Rows last(nullptr, libpq.PQclear);
    if (!libpq.PQsendQueryParams(conn_.get(), query, static_cast<int>(values.size()), nullptr,
                                 values.data(), nullptr, nullptr, 0))
      return last;
    for (;;) {
      while (libpq.PQisBusy(conn_.get())) {
        pollfd waiting{host_.libpq.PQsocket(conn_.get()), POLLIN, 0};
        const bool is_late = poll(&waiting, 1, milliseconds_left(deadline_)) == 0;
        if (is_late || !host_.libpq.PQconsumeInput(conn_.get()))
          return Rows(nullptr, libpq.PQclear);
      }
      Rows next(libpq.PQgetResult(conn_.get()), libpq.PQclear);
      if (!next) break;
      last = std::move(next);
    }
    if (libpq.PQresultStatus(last.get()) != PGRES_TUPLES_OK) last.reset();
    return last;
  }

  std::string user() const { return option("user"); }
  std::string place() const {
    const char* port = host_.libpq.PQport(conn_.get());
    return option("host") + ":" + (port ? port : "");
  }

 private:
  static constexpr std::chrono::seconds kPatience{5};

  void add(const char* keyword, std::string value) {
    keywords_.emplace_back(keyword);
    values_.push_back(std::move(value));
  }

  // The one that was dialled before, and as it was.
  void add_place() {
    add("host", host_.dialled_name());
    add("hostaddr", host_.address->text);
    add("port", host_.endpoint.port);
    if (!host_.connection) return;
    for (const char* keyword : {"sslmode", "sslrootcert"})
      if (const std::string value = host_.connection->option(keyword); !value.empty())
        add(keyword, value);
  }

  void try_once() {
    std::vector<const char*> keywords, values;
    for (std::size_t i = 0; i < keywords_.size(); ++i) {
      keywords.push_back(keywords_[i].c_str());
      values.push_back(values_[i].c_str());
    }
    if (!password_.empty()) keywords.push_back("password"), values.push_back(password_.c_str());
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    conn_.reset(host_.libpq.PQconnectStartParams(keywords.data(), values.data(), 0));
    if (!conn_) throw std::bad_alloc();
    poll_ = {};
    poll_.is_over = host_.libpq.PQstatus(conn_.get()) == CONNECTION_BAD;
    poll_.go_on(host_.libpq, conn_.get(), deadline_, [](ConnStatusType) { return false; });
  }

  bool needs_password() const {
    const auto function = host_.libpq.PQconnectionNeedsPassword;
    return host_.libpq.PQstatus(conn_.get()) != CONNECTION_OK && function && function(conn_.get());
  }

  std::string option(std::string_view keyword) const {
    const host::ConninfoOptions options(host_.libpq, host_.libpq.PQconninfo(conn_.get()));
    const char* value = options.find(keyword);
    return value ? value : "";
  }

  const Case& host_;
  std::vector<std::string> keywords_, values_;
  SecretText password_;
  std::unique_ptr<PGconn, decltype(&::PQfinish)> conn_;
  ConnectionPoll poll_ = {};
  Deadline deadline_ = host_.deadline;
};

}  // namespace

void refuse_password_in(const std::string& admin_conninfo) {
  if (!says(parse(admin_conninfo), "password")) return;
  throw UsageError(
      "--admin's connection string holds a password, which other users of this machine see in the "
      "list of processes",
      "leave it out: it is taken from a password file or a service, or asked for on the terminal");
}

bool names_another_place(const std::string& admin_conninfo) {
  const Conninfo given = parse(admin_conninfo);
  return says(given, "host") || says(given, "hostaddr") || says(given, "service");
}

RoleOnServer ask_for_role(const Case& host, const std::string& conninfo) {
  AdminLogin login(host, conninfo);
  RoleOnServer role;
  role.why_not = login.log_in();
  role.asked_as = login.user();
  role.asked_at = login.place();
  if (!role.why_not.empty()) return role;
  const LateLibpq& libpq = late_libpq();
  const auto is_true = [&](PGresult* result, int column) {
    return *libpq.PQgetvalue(result, 0, column) == 't';
  };
  const std::string group = host.advice.fact("group");
  const Rows found = login.ask(kAskForRole, {host.params.user.c_str(), group.c_str()});
  if (!found) return role.why_not = "the server does not say who its roles are", role;
  role.is_there = libpq.PQntuples(found.get()) > 0;
  if (role.is_there) {
    role.may_log_in = is_true(found.get(), 0);
    role.has_group = is_true(found.get(), 1);
    role.is_member = !libpq.PQgetisnull(found.get(), 0, 2);
    const std::string way = libpq.PQgetvalue(found.get(), 0, 2);
    if (const std::size_t end = way.rfind(", "); end != way.npos) role.by = way.substr(0, end);
    return role;
  }
  if (const Rows others = login.ask(kAskForOthers, {}))
    for (int i = 0; i < libpq.PQntuples(others.get()); ++i)
      role.others.emplace_back(libpq.PQgetvalue(others.get(), i, 0));
  return role;
}

}  // namespace pgiam::cli::doctor
