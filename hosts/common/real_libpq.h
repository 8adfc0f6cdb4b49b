// The real libpq behind the hook, looked up at run time: a program may load it late, out of sight,
// or twice.
#pragma once

#include <libpq-events.h>
#include <libpq-fe.h>

#include <atomic>

namespace pgiam::host {

// Where an object of the process lies in memory.
struct CodeRange {
  const void* begin = nullptr;
  const void* end = nullptr;
  bool contains(const void* address) const { return begin <= address && address < end; }
};

struct RealLibpq {
#define PGIAM_LIBPQ_INTERPOSED(name, need) decltype(&::name) name = nullptr;
#define PGIAM_LIBPQ_CALLED(name, need) decltype(&::name) name = nullptr;
#include "libpq_functions.def"
  const char* lacks = nullptr;  // the first function that is required and not there
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
// valid for ever. nullptr: there is none. It may lack functions (libpq_functions.def) …
const RealLibpq* find_any_libpq(const void* caller) noexcept;
// … or, if only optional ones: otherwise nullptr as well.
const RealLibpq* find_libpq(const void* caller) noexcept;

// The function of libpq that stands behind this object for all, or nullptr: for another version's hook
// that was preloaded before this one, and has nothing to do with this one's functions.
void* symbol_behind(const char* name) noexcept;

}  // namespace pgiam::host
