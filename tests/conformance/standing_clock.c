/* A time of day that stands still, for LD_PRELOAD: PGIAM_TEST_TIME, in seconds since 1970. Sleeps and the clocks that
 * they go by are left alone (faketime takes these as well, and Mono ends where one of its sleeps comes late). */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t standing(void) {
  const char* given = getenv("PGIAM_TEST_TIME");
  return given ? (time_t)atoll(given) : 0;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) return (int)syscall(SYS_clock_gettime, clock, now);
  *now = (struct timespec){.tv_sec = standing()};
  return 0;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  (void)zone;
  *now = (struct timeval){.tv_sec = standing()};
  return 0;
}

time_t time(time_t* now) {
  const time_t seconds = standing();
  if (now) *now = seconds;
  return seconds;
}

int timespec_get(struct timespec* now, int base) {
  if (base != TIME_UTC) return 0;
  *now = (struct timespec){.tv_sec = standing()};
  return base;
}
