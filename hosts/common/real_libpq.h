// The real libpq behind the hook, looked up at run time: a program may load it late, out of sight,
// or twice.
#pragma once

#include <libpq-events.h>
#include <libpq-fe.h>

#include <atomic>

// Every function of libpq that the hook calls.
#define PGIAM_LIBPQ_FUNCTIONS(X) \
  X(PQconnectStartParams)        \
  X(PQconnectStart)              \
  X(PQconnectPoll)               \
  X(PQconnectdb)                 \
  X(PQconnectdbParams)           \
  X(PQsetdbLogin)                \
  X(PQreset)                     \
  X(PQresetStart)                \
  X(PQresetPoll)                 \
  X(PQfinish)                    \
  X(PQstatus)                    \
  X(PQerrorMessage)              \
  X(PQconninfo)                  \
  X(PQconninfoFree)              \
  X(PQconninfoParse)             \
  X(PQhost)                      \
  X(PQport)                      \
  X(PQpass)                      \
  X(PQsocket)                    \
  X(PQconnectionUsedPassword)    \
  X(PQconnectionNeedsPassword)   \
  X(PQconsumeInput)              \
  X(PQregisterEventProc)         \
  X(PQinstanceData)              \
  X(PQsetInstanceData)

namespace pgiam::host {

// Where an object of the process lies in memory.
struct CodeRange {
  const void* begin = nullptr;
  const void* end = nullptr;
  bool contains(const void* address) const { return begin <= address && address < end; }
};

struct RealLibpq {
#define PGIAM_LIBPQ_POINTER(name) decltype(&::name) name = nullptr;
  PGIAM_LIBPQ_FUNCTIONS(PGIAM_LIBPQ_POINTER)
#undef PGIAM_LIBPQ_POINTER
  CodeRange code;
  // Whether libpq's public functions, where they call each other, call the hook's: seen when one
  // did.
  mutable std::atomic<bool> calls_itself_here = false;
  mutable std::atomic<bool> has_spoken = false;  // it has made an error message

  // libpq's public functions call each other through the same names: such a call, like one of our
  // own, has already been dealt with.
  bool is_internal_call(const void* caller) const;
};

// The libpq that the code at `caller` would have called, had we not come between. Stays loaded and
// valid for ever. nullptr: there is none, or it lacks a function of the list.
const RealLibpq* find_libpq(const void* caller) noexcept;

}  // namespace pgiam::host
