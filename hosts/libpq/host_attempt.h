// One host of a connection's list.
#pragma once

#include "probe.h"

namespace pgiam::libpq {

struct HostAttempt {
  const host::ResolvedHost* entry;
  std::size_t index;  // in the list, and in the library's attempt
  // Bytes that fit into libpq's copy of the password, without the NUL. 0: we never write to it.
  std::size_t room = 0;
  std::size_t given = 0;  // std::hash of the password that we gave libpq last
};

}  // namespace pgiam::libpq
