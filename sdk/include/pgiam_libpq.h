/* pgiam_libpq.h - libpq's connect functions with a fresh token before every connect and reset.
 *
 * Programs need no change: preload libpgiam-libpq.so, or link -lpgiam-libpq before -lpq, and PQconnectdb
 * and the others are these. Call them by the names below where you prefer to see it in the source,
 * then for the whole life of a connection: a PGconn from pgiam_PQconnectStart goes to
 * pgiam_PQconnectPoll, its errors come from pgiam_PQerrorMessage.
 *
 * Each does what libpq's manual says of its namesake, with the same arguments, ownership and threads.
 * Connections that are not ours pass through. A PGconn is libpq's own: every other function of libpq
 * takes it, and PQfinish ends it. Where a token has to be fetched first, the functions that make a
 * whole connection wait for it; a connection that is polled asks to be polled again when PQsocket is
 * readable, which until then is a socket of ours and no longer libpq's. */
#ifndef PGIAM_LIBPQ_H
#define PGIAM_LIBPQ_H

#include <libpq-fe.h>

#include "pgiam.h"

#ifdef __cplusplus
extern "C" {
#endif

PGIAM_EXPORT PGconn *pgiam_PQconnectdb(const char *conninfo);
PGIAM_EXPORT PGconn *pgiam_PQconnectdbParams(const char *const *keywords, const char *const *values,
                                             int expand_dbname);
PGIAM_EXPORT PGconn *pgiam_PQsetdbLogin(const char *pghost, const char *pgport, const char *pgoptions,
                                        const char *pgtty, const char *dbName, const char *login,
                                        const char *pwd);
PGIAM_EXPORT PGconn *pgiam_PQconnectStart(const char *conninfo);
PGIAM_EXPORT PGconn *pgiam_PQconnectStartParams(const char *const *keywords, const char *const *values,
                                                int expand_dbname);
PGIAM_EXPORT PostgresPollingStatusType pgiam_PQconnectPoll(PGconn *conn);
PGIAM_EXPORT void pgiam_PQreset(PGconn *conn);
PGIAM_EXPORT int pgiam_PQresetStart(PGconn *conn);
PGIAM_EXPORT PostgresPollingStatusType pgiam_PQresetPoll(PGconn *conn);

/* Where a token could not be made or was refused: libpq's text and the whole story. Valid until the
 * next call on the connection. */
PGIAM_EXPORT char *pgiam_PQerrorMessage(const PGconn *conn);

/* What the last poll wants to be waited for: libpq's socket, or ours while a token is fetched. (Who
 * goes on asking libpq's PQsocket polls without a pause meanwhile.) */
PGIAM_EXPORT int pgiam_PQsocket(const PGconn *conn);

/* What the program gave: the password file and the TLS settings that carry a token are left out. */
PGIAM_EXPORT PQconninfoOption *pgiam_PQconninfo(PGconn *conn);

#ifdef __cplusplus
}
#endif
#endif /* PGIAM_LIBPQ_H */
