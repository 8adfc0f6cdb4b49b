// Where each function of the real driver is, and the jumps to it.
#pragma once

namespace pgiam::odbc {

struct Jump {
  const char* name;
  void** target;  // what the exported function of this name jumps to
};

// Ends with a nullptr name. Until their targets are filled in, all functions answer SQL_ERROR.
const Jump* jumps();

// The targets of a driver that is not there: everything fails.
void* no_function();

}  // namespace pgiam::odbc
