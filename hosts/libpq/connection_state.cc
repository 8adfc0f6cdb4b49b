#include "connection_state.h"

#include <stdlib.h>
#include <string.h>

#include "parameters.h"
#include "start_attempt.h"

namespace pgiam::libpq {

using host::is_socket_path;
using host::RealLibpq;
using host::ResolvedHost;
using host::ResolvedParams;

// libpq calls this when it frees the connection.
static int on_event(PGEventId event, void* info, void* pass_through) {
  if (event != PGEVT_CONNDESTROY) return 1;
  const auto* libpq = static_cast<const RealLibpq*>(pass_through);
  delete state_of(*libpq, static_cast<PGEventConnDestroy*>(info)->conn);
  return 1;
}

ConnectionState::ConnectionState(std::shared_ptr<const ResolvedParams> of_program)
    : params(std::move(of_program)) {
  hosts.reserve(params->hosts.size());
  for (const ResolvedHost& entry : params->hosts) hosts.push_back({&entry, entry.index});
}

const char* ConnectionState::password_of(const HostAttempt& at) const noexcept {
  const char* ours = attempt ? attempt->host(at.index).password : nullptr;
  return ours ? ours : at.entry->password.c_str();
}

bool ConnectionState::is_late(const HostAttempt& at) const noexcept {
  return has_late_passwords && may_be_ours(at) && !attempt->host(at.index).password;
}

bool ConnectionState::may_be_ours(const HostAttempt& at) const noexcept {
  return attempt && !(attempt->host(at.index).flags & PGIAM_HOST_NOT_OURS);
}

std::string_view ConnectionState::name_of(const HostAttempt& at) const noexcept {
  const std::string_view other =
      attempt ? host::other_name(attempt->host(at.index)) : std::string_view();
  return other.empty() ? std::string_view(at.entry->host) : other;
}

// Whether it is the default folder for sockets, which password files call "localhost".
static bool is_nameless(const ResolvedHost& entry) {
  return entry.local && !is_socket_path(entry.host);
}

HostAttempt* ConnectionState::current(const RealLibpq& libpq, const PGconn* conn) {
  const char* host = libpq.PQhost(conn);
  const char* port = libpq.PQport(conn);
  if (!host || !port) return nullptr;
  HostAttempt* nameless = nullptr;
  for (HostAttempt& at : hosts) {
    const ResolvedHost& entry = *at.entry;
    if (entry.port != port) continue;
    if (!is_nameless(entry) && name_of(at) == host) return &at;
    if (is_nameless(entry)) nameless = &at;
  }
  return is_socket_path(host) ? nameless : nullptr;
}

void ConnectionState::replace_message(const char* libpqs, std::string text) {
  libpq_message = libpqs;
  our_message = std::move(text);
}

ConnectionState* state_of(const RealLibpq& libpq, const PGconn* conn) {
  return static_cast<ConnectionState*>(libpq.PQinstanceData(conn, on_event));
}

void attach(const RealLibpq& libpq, PGconn* conn, std::unique_ptr<ConnectionState> state) {
  void* pass_through = const_cast<RealLibpq*>(&libpq);
  if (!libpq.PQregisterEventProc(conn, on_event, "pgiam", pass_through)) return;
  libpq.PQsetInstanceData(conn, on_event, state.release());
}

static thread_local ExpectedConnection* expected = nullptr;

ExpectedConnection::ExpectedConnection(const RealLibpq& libpq,
                                       std::unique_ptr<ConnectionState>& state)
    : libpq_(libpq), state_(state) {
  expected = this;
}

ExpectedConnection::~ExpectedConnection() { expected = nullptr; }

void ExpectedConnection::forget() { expected = nullptr; }

ConnectionState* ExpectedConnection::claim(const RealLibpq& libpq, PGconn* conn) {
  if (!expected || &expected->libpq_ != &libpq || !expected->state_) return nullptr;
  attach(libpq, conn, std::move(expected->state_));
  return state_of(libpq, conn);
}

PQconninfoOption* restore(PQconninfoOption* options, const std::vector<Replaced>& replaced) {
  for (PQconninfoOption* option = options; option && option->keyword; ++option) {
    for (const Replaced& ours : replaced) {
      if (ours.keyword != option->keyword) continue;
      if (option->val) explicit_bzero(option->val, strlen(option->val));  // it may be our password
      free(option->val);  // as PQconninfoFree does
      option->val = ours.original ? strdup(ours.original->c_str()) : nullptr;
    }
  }
  return options;
}

}  // namespace pgiam::libpq
