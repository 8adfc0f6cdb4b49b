/* What psql and pg_dump of PostgreSQL 15 want beyond libpq 13: PQmblen, but never past the end. */
#include <string.h>

int PQmblen(const char* text, int encoding);
int PQmblenBounded(const char* text, int encoding);

int PQmblenBounded(const char* text, int encoding) {
  return (int)strnlen(text, (size_t)PQmblen(text, encoding));
}
