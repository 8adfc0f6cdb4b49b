// The functions that are called instead of libpq's (interposed). Each finds the libpq that its
// caller meant, and lets it do its work where the connection is not ours.
#include <cxxabi.h>

#include <utility>

#include "connect.h"
#include "connection_state.h"
#include "given_password.h"
#include "interposition_check.h"
#include "password_injection.h"
#include "pgiam_libpq.h"
#include "plugin.h"
#include "quick_reject.h"
#include "real_libpq.h"
#include "reset.h"

#define PGIAM_INTERPOSED extern "C" __attribute__((visibility("default")))
#define PGIAM_CALLER __builtin_return_address(0)

namespace pgiam::libpq {

using host::find_any_libpq;
using host::Parameters;
using host::RealLibpq;

namespace {

// Exceptions end here: our callers are C. Only lack of memory makes one; libpq is then left alone
// with it. No exception is the end of a thread that is cancelled while libpq waits, though GNU's runtime
// makes it look like one.
template <typename Act, typename AsIfAbsent>
auto guarded(Act act, AsIfAbsent as_if_absent) -> decltype(as_if_absent()) {
  try {
    return act();
#ifdef __GLIBCXX__
  } catch (const abi::__forced_unwind&) {
    throw;
#endif
  } catch (...) {
    return as_if_absent();
  }
}

// Where the connection may be ours.
void complain(const RealLibpq& libpq, const Parameters& given) {
  if (!libpq.PQconninfoParse || !libpq.PQconninfoFree || quick_reject(libpq, given)) return;
  const std::string text =
      std::string("this libpq gets no tokens, as it lacks ") + libpq.lacks + ": use a newer one";
  host::log(PGIAM_LOG_ERROR, "libpq", text.c_str());
}

// `function`: what the program called, and with which arguments. parameters(): these in the form
// that all such functions share, or nullopt.
template <typename Function, typename GetParameters, typename... Arguments>
PGconn* interpose(const void* caller, Wait wait, Function* RealLibpq::*function,
                  GetParameters parameters, Arguments... arguments) {
  const RealLibpq* libpq = find_any_libpq(caller);
  if (!libpq || !(libpq->*function)) return nullptr;
  const auto as_if_absent = [&] { return (libpq->*function)(arguments...); };
  if (libpq->code.contains(caller)) libpq->calls_itself_here.store(true, std::memory_order_relaxed);
  if (libpq->is_internal_call(caller)) return as_if_absent();
  note_call();
  ExpectedConnection::forget();
  if (host::is_disabled()) return as_if_absent();
  const std::optional<PGconn*> conn = guarded(
      [&]() -> std::optional<PGconn*> {
        const std::optional<Parameters> given = parameters();
        if (!given) return std::nullopt;
        if (!libpq->lacks) return connect(*libpq, *given, wait);
        return complain(*libpq, *given), std::nullopt;
      },
      [] { return std::optional<PGconn*>(); });
  return conn ? *conn : as_if_absent();
}

// act(libpq, state) for a connection of ours, as_if_absent(libpq) for any other.
template <typename Function, typename Connection, typename Act, typename AsIfAbsent>
auto interpose_on(const void* caller, Connection* conn, Function* RealLibpq::*function, Act act,
                  AsIfAbsent as_if_absent) -> decltype(std::declval<Function*>()(conn)) {
  using Result = decltype(std::declval<Function*>()(conn));
  const RealLibpq* libpq = find_any_libpq(caller);
  if (!libpq || !(libpq->*function)) return Result();
  if (libpq->lacks) return (libpq->*function)(conn);
  ConnectionState* state = state_of(*libpq, conn);
  if (!libpq->is_internal_call(caller))
    ExpectedConnection::forget();
  else if (!state)
    state = ExpectedConnection::claim(*libpq, const_cast<PGconn*>(conn));
  if (!state || !state->is_ours) return as_if_absent(*libpq);
  return guarded([&] { return act(*libpq, *state); }, [&] { return as_if_absent(*libpq); });
}
template <typename Function, typename Connection, typename Act>
auto interpose_on(const void* caller, Connection* conn, Function* RealLibpq::*function, Act act) {
  return interpose_on(caller, conn, function, act,
                      [&](const RealLibpq& libpq) { return (libpq.*function)(conn); });
}

PostgresPollingStatusType poll_as(const void* caller, PGconn* conn,
                                  decltype(&::PQconnectPoll) RealLibpq::*function) {
  return interpose_on(
      caller, conn, function,
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
      PGIAM_CALLER, Wait::kYes, &RealLibpq::PQconnectdb,
      [&] { return Parameters::of_conninfo(conninfo); }, conninfo);
}

PGIAM_INTERPOSED PGconn* PQconnectdbParams(const char* const* keywords, const char* const* values,
                                           int expand_dbname) {
  return interpose(
      PGIAM_CALLER, Wait::kYes, &RealLibpq::PQconnectdbParams,
      [&] { return std::optional(Parameters::of_arrays(keywords, values, expand_dbname)); },
      keywords, values, expand_dbname);
}

PGIAM_INTERPOSED PGconn* PQsetdbLogin(const char* pghost, const char* pgport, const char* pgoptions,
                                      const char* pgtty, const char* dbName, const char* login,
                                      const char* pwd) {
  return interpose(
      PGIAM_CALLER, Wait::kYes, &RealLibpq::PQsetdbLogin,
      [&] {
        return std::optional(Parameters::of_login(pghost, pgport, pgoptions, dbName, login, pwd));
      },
      pghost, pgport, pgoptions, pgtty, dbName, login, pwd);
}

PGIAM_INTERPOSED PGconn* PQconnectStart(const char* conninfo) {
  return interpose(
      PGIAM_CALLER, Wait::kNo, &RealLibpq::PQconnectStart,
      [&] { return Parameters::of_conninfo(conninfo); }, conninfo);
}

PGIAM_INTERPOSED PGconn* PQconnectStartParams(const char* const* keywords,
                                              const char* const* values, int expand_dbname) {
  return interpose(
      PGIAM_CALLER, Wait::kNo, &RealLibpq::PQconnectStartParams,
      [&] { return std::optional(Parameters::of_arrays(keywords, values, expand_dbname)); },
      keywords, values, expand_dbname);
}

PGIAM_INTERPOSED PostgresPollingStatusType PQconnectPoll(PGconn* conn) {
  return poll_as(PGIAM_CALLER, conn, &RealLibpq::PQconnectPoll);
}

PGIAM_INTERPOSED void PQreset(PGconn* conn) {
  interpose_on(PGIAM_CALLER, conn, &RealLibpq::PQreset,
               [&](const RealLibpq& libpq, ConnectionState& state) { reset(libpq, conn, state); });
}

PGIAM_INTERPOSED int PQresetStart(PGconn* conn) {
  return interpose_on(PGIAM_CALLER, conn, &RealLibpq::PQresetStart,
                      [&](const RealLibpq& libpq, ConnectionState& state) {
                        return reset_start(libpq, conn, state);
                      });
}

PGIAM_INTERPOSED PostgresPollingStatusType PQresetPoll(PGconn* conn) {
  return poll_as(PGIAM_CALLER, conn, &RealLibpq::PQresetPoll);
}

PGIAM_INTERPOSED char* PQerrorMessage(const PGconn* conn) {
  const void* caller = PGIAM_CALLER;
  return interpose_on(
      caller, conn, &RealLibpq::PQerrorMessage,
      [&](const RealLibpq& libpq, ConnectionState& state) {
        char* message = libpq.PQerrorMessage(conn);
        return state.replaces_message(message) ? state.our_message.data() : message;
      },
      [&](const RealLibpq& libpq) {
        const auto as_if_absent = [&] { return libpq.PQerrorMessage(conn); };
        if (libpq.is_internal_call(caller)) return as_if_absent();
        const auto explained = [&] {
          return message_about_given_password(libpq, const_cast<PGconn*>(conn));
        };
        return guarded(explained, as_if_absent);
      });
}

PGIAM_INTERPOSED PQconninfoOption* PQconninfo(PGconn* conn) {
  return interpose_on(PGIAM_CALLER, conn, &RealLibpq::PQconninfo,
                      [&](const RealLibpq& libpq, ConnectionState& state) {
                        return restore(libpq.PQconninfo(conn), state.replaced);
                      });
}

PGIAM_INTERPOSED int PQsocket(const PGconn* conn) {
  const RealLibpq* libpq = find_any_libpq(PGIAM_CALLER);
  if (!libpq || !libpq->PQsocket) return -1;
  const ConnectionState* state = libpq->lacks ? nullptr : state_of(*libpq, conn);
  return state && state->wait_descriptor >= 0 ? state->wait_descriptor : libpq->PQsocket(conn);
}

// All of them also under names of our own, for programs that prefer to call them so.
#define PGIAM_LIBPQ_INTERPOSED(name, need) \
  extern "C" decltype(name) pgiam_##name __attribute__((alias(#name)));
#include "libpq_functions.def"

// Not for programs: by this the hook of another version, preloaded before this one, finds libpq. Takes
// and gives what dlsym() does; any thread.
PGIAM_INTERPOSED void* pgiam_behind_hook(const char* name) {
  note_call();
  return pgiam::host::symbol_behind(name);
}
