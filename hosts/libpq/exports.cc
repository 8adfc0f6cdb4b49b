// The functions that are called instead of libpq's (interposed). Each finds the libpq that its
// caller meant, and lets it do its work where the connection is not ours.
#include <cxxabi.h>

#include "connect.h"
#include "connection_state.h"
#include "interposition_check.h"
#include "password_injection.h"
#include "pgiam_libpq.h"
#include "plugin.h"
#include "real_libpq.h"
#include "reset.h"

// Also under a name of its own, for programs that prefer to call it so.
#define PGIAM_EXPORT_AS_WELL(name) \
  extern "C" decltype(name) pgiam_##name __attribute__((alias(#name)));
#define PGIAM_INTERPOSED extern "C" __attribute__((visibility("default")))
#define PGIAM_CALLER __builtin_return_address(0)

namespace pgiam::libpq {

using host::find_libpq;
using host::Parameters;
using host::RealLibpq;

namespace {

// Exceptions end here: our callers are C. Only lack of memory makes one; libpq is then left alone
// with it. No exception is the end of a thread that is cancelled while libpq waits.
template <typename Act, typename AsIfAbsent>
auto guarded(Act act, AsIfAbsent as_if_absent) -> decltype(as_if_absent()) {
  try {
    return act();
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (...) {
    return as_if_absent();
  }
}

// call(libpq): what the program called. parameters(): what it passed, or nullopt.
template <typename Call, typename GetParameters>
PGconn* interpose(const void* caller, Wait wait, Call call, GetParameters parameters) {
  const RealLibpq* libpq = find_libpq(caller);
  if (!libpq) return nullptr;
  if (libpq->code.contains(caller)) libpq->calls_itself_here.store(true, std::memory_order_relaxed);
  if (libpq->is_internal_call(caller)) return call(*libpq);
  note_call();
  ExpectedConnection::forget();
  if (host::is_on("PGIAM_DISABLE")) return call(*libpq);
  const std::optional<PGconn*> conn = guarded(
      [&]() -> std::optional<PGconn*> {
        const std::optional<Parameters> given = parameters();
        return given ? connect(*libpq, *given, wait) : std::nullopt;
      },
      [] { return std::optional<PGconn*>(); });
  return conn ? *conn : call(*libpq);
}

// act(libpq, state) for a connection of ours, as_if_absent(libpq) for any other.
template <typename Result, typename Act, typename AsIfAbsent>
Result interpose_on(const void* caller, PGconn* conn, Result without_libpq, Act act,
                    AsIfAbsent as_if_absent) {
  const RealLibpq* libpq = find_libpq(caller);
  if (!libpq) return without_libpq;
  ConnectionState* state = state_of(*libpq, conn);
  if (!libpq->is_internal_call(caller))
    ExpectedConnection::forget();
  else if (!state)
    state = ExpectedConnection::meet(*libpq, conn);
  if (!state) return as_if_absent(*libpq);
  return guarded([&] { return act(*libpq, *state); }, [&] { return as_if_absent(*libpq); });
}

PostgresPollingStatusType poll_as(const void* caller, PGconn* conn,
                                  decltype(&::PQconnectPoll) RealLibpq::*function) {
  return interpose_on(
      caller, conn, PGRES_POLLING_FAILED,
      [&](const RealLibpq& libpq, ConnectionState& state) {
        return poll(libpq, conn, state, libpq.*function, libpq.is_internal_call(caller));
      },
      [&](const RealLibpq& libpq) {
        if (libpq.PQstatus(conn) == CONNECTION_AWAITING_RESPONSE) remove_filler(libpq, conn);
        return (libpq.*function)(conn);
      });
}

}  // namespace
}  // namespace pgiam::libpq

using namespace pgiam::libpq;

PGIAM_INTERPOSED PGconn* PQconnectdb(const char* conninfo) {
  return interpose(
      PGIAM_CALLER, Wait::kYes, [&](const RealLibpq& libpq) { return libpq.PQconnectdb(conninfo); },
      [&] { return Parameters::of_conninfo(conninfo); });
}
PGIAM_EXPORT_AS_WELL(PQconnectdb)

PGIAM_INTERPOSED PGconn* PQconnectdbParams(const char* const* keywords, const char* const* values,
                                           int expand_dbname) {
  return interpose(
      PGIAM_CALLER, Wait::kYes,
      [&](const RealLibpq& libpq) {
        return libpq.PQconnectdbParams(keywords, values, expand_dbname);
      },
      [&] { return std::optional(Parameters::of_arrays(keywords, values, expand_dbname)); });
}
PGIAM_EXPORT_AS_WELL(PQconnectdbParams)

PGIAM_INTERPOSED PGconn* PQsetdbLogin(const char* pghost, const char* pgport, const char* pgoptions,
                                      const char* pgtty, const char* dbName, const char* login,
                                      const char* pwd) {
  return interpose(
      PGIAM_CALLER, Wait::kYes,
      [&](const RealLibpq& libpq) {
        return libpq.PQsetdbLogin(pghost, pgport, pgoptions, pgtty, dbName, login, pwd);
      },
      [&] {
        return std::optional(Parameters::of_login(pghost, pgport, pgoptions, dbName, login, pwd));
      });
}
PGIAM_EXPORT_AS_WELL(PQsetdbLogin)

PGIAM_INTERPOSED PGconn* PQconnectStart(const char* conninfo) {
  return interpose(
      PGIAM_CALLER, Wait::kNo,
      [&](const RealLibpq& libpq) { return libpq.PQconnectStart(conninfo); },
      [&] { return Parameters::of_conninfo(conninfo); });
}
PGIAM_EXPORT_AS_WELL(PQconnectStart)

PGIAM_INTERPOSED PGconn* PQconnectStartParams(const char* const* keywords,
                                              const char* const* values, int expand_dbname) {
  return interpose(
      PGIAM_CALLER, Wait::kNo,
      [&](const RealLibpq& libpq) {
        return libpq.PQconnectStartParams(keywords, values, expand_dbname);
      },
      [&] { return std::optional(Parameters::of_arrays(keywords, values, expand_dbname)); });
}
PGIAM_EXPORT_AS_WELL(PQconnectStartParams)

PGIAM_INTERPOSED PostgresPollingStatusType PQconnectPoll(PGconn* conn) {
  return poll_as(PGIAM_CALLER, conn, &RealLibpq::PQconnectPoll);
}
PGIAM_EXPORT_AS_WELL(PQconnectPoll)

PGIAM_INTERPOSED void PQreset(PGconn* conn) {
  interpose_on(
      PGIAM_CALLER, conn, 0,
      [&](const RealLibpq& libpq, ConnectionState& state) { return reset(libpq, conn, state), 0; },
      [&](const RealLibpq& libpq) { return libpq.PQreset(conn), 0; });
}
PGIAM_EXPORT_AS_WELL(PQreset)

PGIAM_INTERPOSED int PQresetStart(PGconn* conn) {
  return interpose_on(
      PGIAM_CALLER, conn, 0,
      [&](const RealLibpq& libpq, ConnectionState& state) {
        return reset_start(libpq, conn, state);
      },
      [&](const RealLibpq& libpq) { return libpq.PQresetStart(conn); });
}
PGIAM_EXPORT_AS_WELL(PQresetStart)

PGIAM_INTERPOSED PostgresPollingStatusType PQresetPoll(PGconn* conn) {
  return poll_as(PGIAM_CALLER, conn, &RealLibpq::PQresetPoll);
}
PGIAM_EXPORT_AS_WELL(PQresetPoll)

PGIAM_INTERPOSED char* PQerrorMessage(const PGconn* conn) {
  return interpose_on(
      PGIAM_CALLER, const_cast<PGconn*>(conn), const_cast<char*>(""),
      [&](const RealLibpq& libpq, ConnectionState& state) {
        char* message = libpq.PQerrorMessage(conn);
        return state.speaks_for(message) ? state.we_say.data() : message;
      },
      [&](const RealLibpq& libpq) { return libpq.PQerrorMessage(conn); });
}
PGIAM_EXPORT_AS_WELL(PQerrorMessage)

PGIAM_INTERPOSED PQconninfoOption* PQconninfo(PGconn* conn) {
  return interpose_on(
      PGIAM_CALLER, conn, static_cast<PQconninfoOption*>(nullptr),
      [&](const RealLibpq& libpq, ConnectionState& state) {
        return restore(libpq.PQconninfo(conn), state.replaced);
      },
      [&](const RealLibpq& libpq) { return libpq.PQconninfo(conn); });
}
PGIAM_EXPORT_AS_WELL(PQconninfo)
