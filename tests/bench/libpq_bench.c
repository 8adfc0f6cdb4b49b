/* libpq_bench COUNT CONNINFO: how much of the processor's time a connection takes in this process,
 * in nanoseconds, the least of ten rounds. At PGPORT on 127.0.0.1 a child lets anybody in.
 * libpq_bench: does nothing, which shows how long a program of libpq takes to start. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double cpu_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

/* AuthenticationOk and ReadyForQuery to whatever startup packet comes. */
static void serve(int listener) {
  static const char kWelcome[] = "R\0\0\0\10\0\0\0\0Z\0\0\0\5I";
  char packet[1024];
  for (;;) {
    int client = accept(listener, NULL, NULL);
    if (read(client, packet, sizeof packet) > 0 &&
        write(client, kWelcome, sizeof kWelcome - 1) > 0)
      while (read(client, packet, sizeof packet) > 0) continue;
    close(client);
  }
}

static pid_t start_server(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr*)&address, length) || listen(listener, 8)) abort();
  getsockname(listener, (struct sockaddr*)&address, &length);
  char port[8];
  snprintf(port, sizeof port, "%d", ntohs(address.sin_port));
  setenv("PGPORT", port, 1);
  pid_t child = fork();
  if (child == 0) serve(listener);
  close(listener);
  return child;
}

int main(int words, char** word) {
  if (words < 3) return PQlibVersion() == 0;
  pid_t server = start_server();
  double least = 1e18;
  int count = atoi(word[1]);
  for (int round = 0; round < 10; ++round) {
    double begun = cpu_ns();
    for (int i = 0; i < count; ++i) PQfinish(PQconnectdb(word[2]));
    double took = (cpu_ns() - begun) / count;
    if (took < least) least = took;
  }
  kill(server, SIGTERM);
  printf("%.0f\n", least);
  return 0;
}
