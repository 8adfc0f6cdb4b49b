// How far a connection has come that PQconnectStartParams began.
#pragma once

#include <libpq-fe.h>
#include <poll.h>

#include "real_libpq.h"
#include "socket.h"

namespace pgiam::cli::doctor {

struct ConnectionPoll {
  PostgresPollingStatusType waits_for = PGRES_POLLING_WRITING;
  bool is_over = false;  // in success or failure

  // Until its status is far enough, it is over, or the time is up.
  template <typename Test>
  void go_on(const host::RealLibpq& libpq, PGconn* conn, Deadline deadline, Test is_far_enough) {
    while (!is_over && !is_far_enough(libpq.PQstatus(conn))) {
      const short events = waits_for == PGRES_POLLING_READING ? POLLIN : POLLOUT;
      pollfd waiting{libpq.PQsocket(conn), events, 0};
      const int ready = poll(&waiting, 1, milliseconds_left(deadline));
      if (ready == 0) return;
      if (ready < 0) continue;
      waits_for = libpq.PQconnectPoll(conn);
      is_over = waits_for == PGRES_POLLING_OK || waits_for == PGRES_POLLING_FAILED;
    }
  }
};

}  // namespace pgiam::cli::doctor
