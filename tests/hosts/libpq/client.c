/* A libpq program that knows nothing of pgiam. Reads one command per line, answers with one line:
 *   connectdb CONNINFO | connectdbParams CONNINFO [DBNAME] | setdbLogin HOST PORT DBNAME USER PASSWORD
 *   connectStart CONNINFO | connectStartParams CONNINFO | reset | resetStart | query | ping
 * CONNINFO | start CONNINFO | startReset | poll | pollToTheWait | pollToTheEnd | pollFirstSocket |
 * nonblocking | message | conninfo KEYWORD | pass | finish | fork | threads COUNT CONNINFO |
 * storm COUNT CONNINFO | firstConnects COUNT CONNINFO | giveUp CONNINFO | startThread CONNINFO |
 * cancelThread | jumpOut CONNINFO
 * Connects and resets answer "ok HOST PORT" or "bad"; words are separated by tabs. `fork` goes on
 * in the child. */
#define _GNU_SOURCE
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static PGconn* conn;

static void tell_outcome(void) {
  if (PQstatus(conn) == CONNECTION_OK)
    printf("ok\t%s\t%s\n", PQhost(conn), PQport(conn));
  else
    printf("bad\n");
}

typedef PostgresPollingStatusType (*poll_function)(PGconn*);

/* As libpq's manual says: wait for what the last poll asked for. */
static void poll_to_the_end(poll_function poll_once) {
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  while (wanted == PGRES_POLLING_READING || wanted == PGRES_POLLING_WRITING) {
    struct pollfd fd = {PQsocket(conn), wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0};
    poll(&fd, 1, -1);
    wanted = poll_once(conn);
  }
}

/* Until a socket of another kind than libpq's has to be waited for. */
static int poll_to_the_wait(void) {
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  while (wanted == PGRES_POLLING_READING || wanted == PGRES_POLLING_WRITING) {
    int domain = AF_INET;
    socklen_t size = sizeof domain;
    struct pollfd fd = {PQsocket(conn), wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0};
    getsockopt(fd.fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
    if (domain == AF_UNIX) return 1;
    poll(&fd, 1, -1);
    wanted = PQconnectPoll(conn);
  }
  return 0;
}

/* As programs do that have not read the manual. */
static void poll_on_the_first_socket(void) {
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  struct pollfd fd = {PQsocket(conn), 0, 0};
  while (wanted == PGRES_POLLING_READING || wanted == PGRES_POLLING_WRITING) {
    fd.events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    poll(&fd, 1, -1);
    wanted = PQconnectPoll(conn);
  }
}

static void finish(void) {
  PQfinish(conn);
  conn = NULL;
}

static const char* query(PGconn* on) {
  static char answer[4096];
  PGresult* result = PQexec(on, "SELECT session_user");
  snprintf(answer, sizeof answer, "%s",
           PQresultStatus(result) == PGRES_TUPLES_OK ? PQgetvalue(result, 0, 0) : "failed");
  PQclear(result);
  return answer;
}

static void* connect_in_thread(void* conninfo) {
  PGconn* mine = PQconnectdb(conninfo);
  const char* failure = PQstatus(mine) == CONNECTION_OK ? NULL : "failed";
  PQfinish(mine);
  return (void*)failure;
}

static void connect_in_threads(int count, char* conninfo) {
  pthread_t threads[256];
  int failed = 0;
  for (int i = 0; i < count; ++i) pthread_create(&threads[i], NULL, connect_in_thread, conninfo);
  for (int i = 0; i < count; ++i) {
    void* failure;
    pthread_join(threads[i], &failure);
    failed += failure != NULL;
  }
  printf("%d failed\n", failed);
}

static pthread_t thread;

static void cancel_thread(void) {
  void* result;
  pthread_cancel(thread);
  pthread_join(thread, &result);
  printf("%s\n", result == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
}

static volatile int storm_is_over;

static void* connect_all_the_time(void* conninfo) {
  while (!storm_is_over) connect_in_thread(conninfo);
  return NULL;
}

/* libpq up to 14 looks up the user's home at each connect. The first look-up of all takes locks of
 * glibc that a child forked meanwhile would find locked for ever. */
static void look_up_the_user(void) { getpwuid(getuid()); }

static void fork_in_a_storm(int count, char* conninfo) {
  pthread_t threads[4];
  look_up_the_user();
  for (int i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, connect_all_the_time, conninfo);
  for (int i = 0; i < count; ++i) {
    if (fork() == 0) {
      alarm(60); /* a lock that nobody will open */
      _exit(connect_in_thread(conninfo) != NULL);
    }
  }
  int hung = 0, status;
  for (int i = 0; i < count; ++i) {
    wait(&status);
    hung += WIFSIGNALED(status) != 0;
  }
  storm_is_over = 1;
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  printf("%d hung\n", hung);
}

static void wait_microseconds(int count) {
  struct timespec from, now;
  clock_gettime(CLOCK_MONOTONIC, &from);
  do {
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while ((now.tv_sec - from.tv_sec) * 1000000 + (now.tv_nsec - from.tv_nsec) / 1000 < count);
}

/* In new processes, a thread connects for the first time and, a little later in each, a fork does. */
static void fork_in_first_connects(int count, char* conninfo) {
  int hung = 0, status;
  look_up_the_user();
  for (int i = 0; i < count; ++i) {
    if (fork() == 0) {
      pthread_t thread;
      pthread_create(&thread, NULL, connect_in_thread, conninfo);
      wait_microseconds(50 * i);
      if (fork() == 0) {
        alarm(20);
        _exit(connect_in_thread(conninfo) != NULL);
      }
      wait(&status);
      pthread_join(thread, NULL);
      _exit(!WIFEXITED(status));
    }
    wait(&status);
    hung += status != 0;
  }
  printf("%d hung\n", hung);
}

/* Ends attempts after so many polls. */
static void give_up(const char* conninfo) {
  for (int polls = 0; polls < 6; ++polls) {
    PGconn* mine = PQconnectStart(conninfo);
    for (int i = 0; i < polls; ++i) {
      struct pollfd fd = {PQsocket(mine), POLLOUT | POLLIN, 0};
      poll(&fd, 1, 1000);
      PQconnectPoll(mine);
    }
    PQfinish(mine);
  }
}

static sigjmp_buf before_connect;

static void jump_back(int signal) { siglongjmp(before_connect, signal); }

/* Gives up a connect that nobody answers, as an interpreter may at an interrupt. */
static void jump_out(const char* conninfo) {
  signal(SIGALRM, jump_back);
  if (sigsetjmp(before_connect, 1) == 0) {
    alarm(1);
    PQconnectdb(conninfo);
  }
  alarm(0);
}

/* Several lines become one. */
static void tell_text(const char* text) {
  for (; *text; ++text) {
    if (*text == '\n')
      printf("\\n");
    else
      putchar(*text);
  }
  putchar('\n');
}

static void tell_option(const char* keyword) {
  PQconninfoOption* options = PQconninfo(conn);
  for (PQconninfoOption* option = options; option && option->keyword; ++option) {
    if (strcmp(option->keyword, keyword) == 0) printf("%s\n", option->val ? option->val : "(none)");
  }
  PQconninfoFree(options);
}

static void go_on_in_child(void) {
  fflush(stdout);
  pid_t child = fork();
  if (child > 0) {
    int status;
    waitpid(child, &status, 0);
    exit(WEXITSTATUS(status));
  }
  printf("child\n");
}

static int obey(char* command) {
  char* words[8] = {NULL};
  for (int i = 0; i < 8 && (words[i] = strsep(&command, "\t")); ++i) {
  }
  const char* keywords[] = {"dbname", words[1] && words[2] ? "dbname" : NULL, NULL};
  const char* values[] = {words[1], words[1] ? words[2] : NULL, NULL};
  const char* verb = words[0];

  if (strcmp(verb, "connectdb") == 0)
    conn = PQconnectdb(words[1]), tell_outcome();
  else if (strcmp(verb, "connectdbParams") == 0)
    conn = PQconnectdbParams(keywords, values, 1), tell_outcome();
  else if (strcmp(verb, "setdbLogin") == 0) {
    conn = PQsetdbLogin(words[1], words[2], NULL, NULL, words[3], words[4], words[5]);
    tell_outcome();
  } else if (strcmp(verb, "connectStart") == 0 || strcmp(verb, "connectStartParams") == 0) {
    conn = verb[12] ? PQconnectStartParams(keywords, values, 1) : PQconnectStart(words[1]);
    if (PQstatus(conn) != CONNECTION_BAD) poll_to_the_end(PQconnectPoll);
    tell_outcome();
  } else if (strcmp(verb, "reset") == 0)
    PQreset(conn), tell_outcome();
  else if (strcmp(verb, "resetStart") == 0) {
    if (PQresetStart(conn)) poll_to_the_end(PQresetPoll);
    tell_outcome();
  } else if (strcmp(verb, "start") == 0) {
    conn = PQconnectStart(words[1]);
    const int is_good = PQstatus(conn) != CONNECTION_BAD && PQsetnonblocking(conn, 1) == 0;
    printf("%s\n", is_good ? "started" : "bad");
  } else if (strcmp(verb, "startReset") == 0)
    printf("%s\n", PQresetStart(conn) ? "started" : "bad");
  else if (strcmp(verb, "poll") == 0) {
    const PostgresPollingStatusType wanted = PQconnectPoll(conn);
    printf("%s\n", wanted == PGRES_POLLING_READING ? "reading" : "something else");
  } else if (strcmp(verb, "pollToTheWait") == 0) {
    if (poll_to_the_wait())
      printf("waiting\n");
    else
      tell_outcome();
  } else if (strcmp(verb, "pollToTheEnd") == 0)
    poll_to_the_end(PQconnectPoll), tell_outcome();
  else if (strcmp(verb, "pollFirstSocket") == 0)
    poll_on_the_first_socket(), tell_outcome();
  else if (strcmp(verb, "nonblocking") == 0)
    printf("%d\n", PQisnonblocking(conn));
  else if (strcmp(verb, "query") == 0)
    printf("%s\n", query(conn));
  else if (strcmp(verb, "ping") == 0)
    printf("%d\n", PQping(words[1]));
  else if (strcmp(verb, "message") == 0)
    tell_text(PQerrorMessage(conn));
  else if (strcmp(verb, "conninfo") == 0)
    tell_option(words[1]);
  else if (strcmp(verb, "pass") == 0)
    printf("%s\n", PQpass(conn));
  else if (strcmp(verb, "setenv") == 0)
    setenv(words[1], words[2], 1), printf("set\n");
  else if (strcmp(verb, "finish") == 0)
    finish(), printf("finished\n");
  else if (strcmp(verb, "fork") == 0)
    go_on_in_child();
  else if (strcmp(verb, "threads") == 0)
    connect_in_threads(atoi(words[1]), words[2]);
  else if (strcmp(verb, "storm") == 0)
    fork_in_a_storm(atoi(words[1]), words[2]);
  else if (strcmp(verb, "firstConnects") == 0)
    fork_in_first_connects(atoi(words[1]), words[2]);
  else if (strcmp(verb, "giveUp") == 0)
    give_up(words[1]), printf("given up\n");
  else if (strcmp(verb, "jumpOut") == 0)
    jump_out(words[1]), printf("out\n");
  else if (strcmp(verb, "startThread") == 0) {
    pthread_create(&thread, NULL, connect_in_thread, strdup(words[1]));
    printf("started\n");
  } else if (strcmp(verb, "cancelThread") == 0)
    cancel_thread();
  else
    return 0;
  return 1;
}

int main(void) {
  char* line = NULL;
  size_t size = 0;
  for (ssize_t length; (length = getline(&line, &size, stdin)) > 0; fflush(stdout)) {
    if (line[length - 1] == '\n') line[length - 1] = '\0';
    if (!obey(line)) return 2;
  }
  free(line);
  finish();
  return 0;
}
