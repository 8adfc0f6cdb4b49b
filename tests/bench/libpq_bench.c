/* libpq_bench COUNT CONNINFO: how long an attempt to connect takes, in nanoseconds, the least of
 * ten rounds. libpq_bench: does nothing, which shows how long a program of libpq takes to start. */
#define _POSIX_C_SOURCE 200809L
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(int words, char** word) {
  if (words < 3) return PQlibVersion() == 0;
  double least = 1e18;
  int count = atoi(word[1]);
  for (int round = 0; round < 10; ++round) {
    double begun = now_ns();
    for (int i = 0; i < count; ++i) PQfinish(PQconnectdb(word[2]));
    double took = (now_ns() - begun) / count;
    if (took < least) least = took;
  }
  printf("%.0f\n", least);
  return 0;
}
