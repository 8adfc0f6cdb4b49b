/* A program over libpq with a fresh token at every connect: the hook's functions by their own names.
 *
 *   query "host=… user=…" "SELECT 1"
 *   cc query.c $(pkg-config --cflags --libs-only-L pgiam libpq) -lpgiam-libpq -lpq */
#include <stdio.h>

#include "pgiam_libpq.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: query CONNINFO SQL\n");
    return 2;
  }
  PGconn* conn = pgiam_PQconnectdb(argv[1]);
  if (PQstatus(conn) != CONNECTION_OK) {
    fprintf(stderr, "%s", pgiam_PQerrorMessage(conn));
    PQfinish(conn);
    return 1;
  }
  PGresult* result = PQexec(conn, argv[2]);
  const int worked = PQresultStatus(result) == PGRES_TUPLES_OK;
  for (int row = 0; row < PQntuples(result); ++row) printf("%s\n", PQgetvalue(result, row, 0));
  if (!worked) fprintf(stderr, "%s", PQresultErrorMessage(result));
  PQclear(result);
  PQfinish(conn);
  return !worked;
}
