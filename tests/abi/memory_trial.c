/* The n-th allocation fails, for every n: each call then ends in the right answer or in
 * PGIAM_E_NO_MEMORY, and never in abort, NULL or another status. Each trial is a child of its own,
 * in which nothing has been allocated by the library yet. Needs glibc, whose malloc it stands before.
 *   memory_trial [name [n]] */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pgiam.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

/* Allocations until the one that fails, over all threads; none fails while it is not positive. */
static atomic_long left;
static atomic_int reached;

static int may_allocate(void) {
  if (atomic_load_explicit(&left, memory_order_relaxed) <= 0) return 1;
  if (atomic_fetch_sub(&left, 1) != 1) return 1;
  atomic_store(&reached, 1);
  errno = ENOMEM;
  return 0;
}

/* Seen by the library, whatever the compiler is told to hide. */
#pragma GCC visibility push(default)
void *malloc(size_t size) { return may_allocate() ? __libc_malloc(size) : NULL; }
void *calloc(size_t count, size_t size) {
  return may_allocate() ? __libc_calloc(count, size) : NULL;
}
void *realloc(void *memory, size_t size) {
  return may_allocate() ? __libc_realloc(memory, size) : NULL;
}
void *memalign(size_t alignment, size_t size) {
  return may_allocate() ? __libc_memalign(alignment, size) : NULL;
}
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **out, size_t alignment, size_t size) {
  *out = memalign(alignment, size);
  return *out == NULL ? ENOMEM : 0;
}

#pragma GCC visibility pop

static const char kHost[] = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";

static void fill(pgiam_request *request) {
  static const pgiam_request kInit = PGIAM_REQUEST_INIT;
  *request = kInit;
  request->host = kHost;
  request->user = "app";
}

static int is_token(const pgiam_reply *reply) {
  size_t i;
  for (i = 0; i < pgiam_reply_param_count(reply); ++i) {
    pgiam_param param = {sizeof param, 0, NULL, NULL};
    if (pgiam_reply_param(reply, i, &param) != PGIAM_OK) return 0;
    if (strcmp(param.key, "password") == 0) return strstr(param.value, "X-Amz-Signature=") != NULL;
  }
  return 0;
}

enum { kRight = 0, kNoMemory = 10, kWrong = 11 };

static const char *complaint = "";

static int judge(pgiam_status status, pgiam_error *error, int right) {
  if (status == PGIAM_E_NO_MEMORY) return kNoMemory;
  if (status == PGIAM_OK && right) return kRight;
  atomic_store(&left, 0);
  fprintf(stderr, "  status %s: %s\n", pgiam_status_name(status),
          pgiam_error_text(error, PGIAM_ERROR_MESSAGE));
  return kWrong;
}

static int new_context(pgiam_context *unused) {
  pgiam_context *context = NULL;
  pgiam_error *error = NULL;
  const pgiam_status status = pgiam_context_new(NULL, &context, &error);
  const int end = judge(status, error, context != NULL);
  (void)unused;
  pgiam_error_free(error);
  pgiam_context_free(context);
  return end;
}

typedef pgiam_status(PGIAM_CALL *Call)(pgiam_context *, const pgiam_request *, pgiam_reply **,
                                       pgiam_error **);

/* One call for our host, which ends with `wanted` where there is memory. */
static int ask(pgiam_context *context, Call call, pgiam_status wanted,
               int (*is_right)(const pgiam_reply *)) {
  pgiam_request request;
  pgiam_reply *reply = NULL;
  pgiam_error *error = NULL;
  int right;
  int end;
  pgiam_status status;
  fill(&request);
  status = call(context, &request, &reply, &error);
  right = is_right(reply);
  end = status == wanted && right ? kRight : judge(status, error, 0);
  pgiam_error_free(error);
  pgiam_reply_free(reply);
  return end;
}

static int before_connect(pgiam_context *context) {
  return ask(context, pgiam_before_connect, PGIAM_OK, is_token);
}

static int facts(pgiam_context *context) {
  pgiam_request request;
  pgiam_reply *reply = NULL;
  pgiam_error *error = NULL;
  pgiam_facts facts = PGIAM_FACTS_INIT;
  int end;
  pgiam_status status;
  fill(&request);
  status = pgiam_before_connect(context, &request, &reply, &error);
  if (status == PGIAM_OK) status = pgiam_reply_facts(reply, &facts);
  end = status == PGIAM_OK && facts.texts != NULL && facts.texts_size > 0 ? kRight : judge(status, error, 0);
  if (status != PGIAM_OK && facts.texts != NULL) end = kWrong;
  pgiam_error_free(error);
  pgiam_reply_free(reply);
  return end;
}

/* What was not given for want of memory is given the next time. */
static int before_connect_again(pgiam_context *context) {
  const int first = before_connect(context);
  atomic_store(&left, 0);
  if (first == kWrong) return kWrong;
  return before_connect(context) == kRight ? first : kWrong;
}

static int not_ours(pgiam_context *context) {
  pgiam_request request;
  pgiam_reply *reply = NULL;
  pgiam_error *error = NULL;
  pgiam_status status;
  fill(&request);
  request.host = "localhost";
  status = pgiam_before_connect(context, &request, &reply, &error);
  pgiam_error_free(error);
  return status == PGIAM_NOT_APPLICABLE ? kRight : judge(status, NULL, 0);
}

static int broken_settings(pgiam_context *context) {
  static const pgiam_option kOptions[] = {{"profile", "not-there"}};
  pgiam_request request;
  pgiam_reply *reply = NULL;
  pgiam_error *error = NULL;
  pgiam_status status;
  fill(&request);
  request.options = kOptions;
  request.option_count = 1;
  status = pgiam_before_connect(context, &request, &reply, &error);
  pgiam_error_free(error);
  return status == PGIAM_E_BAD_CONFIG ? kRight : judge(status, NULL, 0);
}

static int operation(pgiam_context *context) {
  pgiam_request request;
  pgiam_operation *running = NULL;
  pgiam_reply *reply = NULL;
  pgiam_error *error = NULL;
  int end;
  pgiam_status status;
  fill(&request);
  status = pgiam_before_connect_start(context, &request, NULL, NULL, &running, &error);
  if (status == PGIAM_OK) status = pgiam_operation_wait(running, 20000, &reply, &error);
  end = judge(status, error, is_token(reply));
  pgiam_operation_free(running);
  pgiam_error_free(error);
  pgiam_reply_free(reply);
  return end;
}

static int after_connect(pgiam_context *context) {
  pgiam_request request;
  pgiam_reply *reply = NULL;
  int32_t advice = 99;
  int end;
  const long fail_at = atomic_exchange(&left, 0);
  fill(&request);
  if (pgiam_before_connect(context, &request, &reply, NULL) != PGIAM_OK) return kWrong;
  pgiam_reply_free(reply);
  reply = NULL;
  if (pgiam_before_connect(context, &request, &reply, NULL) != PGIAM_OK) return kWrong;
  atomic_store(&left, fail_at);
  end = judge(pgiam_after_connect(context, reply, PGIAM_OUTCOME_AUTH_FAILED, "28P01", &advice), NULL,
              1);
  if (end == kRight && advice != PGIAM_ADVICE_RETRY_ONCE) end = kWrong;
  pgiam_reply_free(reply);
  return end;
}

static int is_explanation(const pgiam_reply *reply) {
  return strstr(pgiam_reply_text(reply, PGIAM_REPLY_EXPLANATION), "aws.environment") != NULL;
}

static int explain(pgiam_context *context) {
  return ask(context, pgiam_explain, PGIAM_OK, is_explanation);
}

static int are_keys(const pgiam_reply *reply) { return pgiam_reply_param_count(reply) == 2; }

static int credentials(pgiam_context *context) {
  return ask(context, pgiam_credentials, PGIAM_OK, are_keys);
}

static void supply(void *unused, const pgiam_prompt *prompt, pgiam_question *question) {
  static const pgiam_option kValues[] = {{"access_key_id", "AKIAIOSFODNN7EXAMPLE"},
                                         {"secret_access_key", "wJalrXUtnFEMI/K7MDENGEXAMPLEKEY"}};
  (void)unused;
  (void)prompt;
  pgiam_question_answer(question, kValues, 2);
}

/* What supplies the credentials is asked when the connect has begun. */
static int late_password(pgiam_context *context) {
  pgiam_request request;
  pgiam_attempt *attempt = NULL;
  pgiam_step step = PGIAM_STEP_INIT;
  pgiam_host host = PGIAM_HOST_INIT;
  pgiam_error *error = NULL;
  int end;
  pgiam_status status;
  fill(&request);
  request.flags = PGIAM_REQUEST_WALKS_LIST | PGIAM_REQUEST_LATE_PASSWORD;
  request.credentials = supply;
  request.credentials_identity = "trial";
  status = pgiam_attempt_new(context, &request, &attempt, &error);
  if (status == PGIAM_OK) status = pgiam_attempt_next(attempt, &step, &error);
  while (status == PGIAM_OK) {
    struct pollfd event = {-1, POLLIN, 0};
    status = pgiam_attempt_refresh(attempt, 0, &error);
    if (status != PGIAM_E_WOULD_BLOCK) break;
    pgiam_error_free(error);
    error = NULL;
    status = pgiam_attempt_next(attempt, &step, &error);
    event.fd = (int)step.descriptor;
    if (status == PGIAM_OK) poll(&event, 1, -1);
  }
  if (attempt != NULL) pgiam_attempt_host(attempt, 0, &host);
  end = judge(status, error,
              host.password != NULL && strstr(host.password, "X-Amz-Signature=") != NULL);
  pgiam_attempt_free(attempt);
  pgiam_error_free(error);
  return end;
}

static int conninfo(pgiam_context *unused) {
  pgiam_conninfo *parsed = NULL;
  pgiam_error *error = NULL;
  int end;
  const pgiam_status status =
      pgiam_conninfo_parse("postgresql://app:secret@orders/db?sslmode=require", &parsed, &error);
  (void)unused;
  end = judge(status, error, pgiam_conninfo_count(parsed) == 5);
  pgiam_conninfo_free(parsed);
  pgiam_error_free(error);
  return end;
}

static void refuse(pgiam_outcome *outcome) {
  static const pgiam_outcome kInit = PGIAM_OUTCOME_INIT;
  *outcome = kInit;
  outcome->outcome = PGIAM_OUTCOME_AUTH_FAILED;
  outcome->flags = PGIAM_OUTCOME_PASSWORD_SENT;
  outcome->sqlstate = "28P01";
  outcome->message = "FATAL:  password authentication failed for user \"app\"";
}

/* From the first step to the explanation of a refusal. */
static int attempt(pgiam_context *context) {
  pgiam_request request;
  pgiam_outcome outcome;
  pgiam_attempt *attempt = NULL;
  pgiam_error *error = NULL;
  pgiam_param param = {sizeof param, 0, NULL, NULL};
  int end, connects = 0;
  pgiam_status status;
  fill(&request);
  refuse(&outcome);
  status = pgiam_attempt_new(context, &request, &attempt, &error);
  while (status == PGIAM_OK) {
    pgiam_step step = PGIAM_STEP_INIT;
    status = pgiam_attempt_next(attempt, &step, &error);
    if (status != PGIAM_OK) break;
    ++connects;
    if (step.kind != PGIAM_STEP_CONNECT || pgiam_attempt_param(attempt, 0, &param) != PGIAM_OK)
      connects = -99;
    status = pgiam_attempt_report(attempt, &outcome);
  }
  if (status == PGIAM_E_DENIED && connects > 0)
    end = pgiam_error_cause(error, 0) != NULL || pgiam_error_status(error) == PGIAM_E_NO_MEMORY ||
                  error == NULL
              ? kRight
              : kWrong;
  else
    end = judge(status, error, 0);
  pgiam_attempt_free(attempt);
  pgiam_error_free(error);
  return end;
}

static int explain_refusal(pgiam_context *context) {
  pgiam_request request;
  pgiam_outcome outcome;
  pgiam_reply *reply = NULL;
  pgiam_error *error = NULL;
  int end;
  pgiam_status status;
  const long fail_at = atomic_exchange(&left, 0);
  fill(&request);
  refuse(&outcome);
  if (pgiam_before_connect(context, &request, &reply, NULL) != PGIAM_OK) return kWrong;
  atomic_store(&left, fail_at);
  status = pgiam_explain_refusal(context, reply, &outcome, &error);
  end = judge(status, error, pgiam_error_cause(error, 0) != NULL);
  pgiam_error_free(error);
  pgiam_reply_free(reply);
  return end;
}

static int is_none(const pgiam_reply *reply) { return reply == NULL; }

/* Where nobody can be asked. */
static int login(pgiam_context *context) {
  return ask(context, pgiam_login, PGIAM_E_LOGIN_REQUIRED, is_none);
}

static void decline(void *unused, const pgiam_prompt *prompt, pgiam_question *question) {
  (void)unused;
  (void)prompt;
  pgiam_question_decline(question, PGIAM_E_NO_CREDENTIALS, "not today");
}

static int declined(pgiam_context *context) {
  pgiam_request request;
  pgiam_reply *reply = NULL;
  pgiam_error *error = NULL;
  int end;
  pgiam_status status;
  fill(&request);
  request.credentials = decline;
  request.credentials_identity = "trial";
  status = pgiam_before_connect(context, &request, &reply, &error);
  end = status == PGIAM_E_NO_CREDENTIALS ? kRight : judge(status, error, 0);
  pgiam_error_free(error);
  return end;
}

static void ignore_line(void *lines, int32_t level, const char *component, const char *message) {
  (void)level;
  (void)component;
  (void)message;
  ++*(int *)lines;
}

/* A line that there is no memory for is lost, and nothing else. What is asked here logs a warning. */
static int kept_log(pgiam_context *unused) {
  static const pgiam_option kOptions[] = {{"region", "eu-central-1"}};
  pgiam_config config = PGIAM_CONFIG_INIT;
  pgiam_context *context = NULL;
  int end, lines = 0;
  const long fail_at = atomic_exchange(&left, 0);
  (void)unused;
  config.log_level = PGIAM_LOG_WARN;
  config.log_room = 4096;
  config.options = kOptions;
  config.option_count = 1;
  unsetenv("PGIAM_LOG");
  if (pgiam_context_new(&config, &context, NULL) != PGIAM_OK) return kWrong;
  atomic_store(&left, fail_at);
  end = before_connect(context);
  pgiam_context_take_log(context, ignore_line, &lines);
  if (end == kRight && lines == 0 && !atomic_load(&reached)) end = kWrong;
  pgiam_context_free(context);
  return end;
}

static const struct {
  const char *name;
  int (*run)(pgiam_context *context);
} kTrials[] = {
    {"context_new", new_context},       {"before_connect", before_connect_again},
    {"not_ours", not_ours},             {"broken_settings", broken_settings},
    {"operation", operation},           {"after_connect", after_connect},
    {"explain", explain},               {"credentials", credentials},
    {"late_password", late_password},   {"conninfo", conninfo},
    {"attempt", attempt},               {"explain_refusal", explain_refusal},
    {"login", login},                   {"declined", declined},
    {"kept_log", kept_log},             {"facts", facts},
};

/* In a child. 0: the n-th allocation was reached, and all was well; 1: it was not; 2: a fault. */
static int try_n(size_t trial, long n) {
  int status = 0;
  const pid_t child = fork();
  if (child == 0) {
    const struct rlimit no_core = {0, 0};
    pgiam_context *context = NULL;
    int end;
    setrlimit(RLIMIT_CORE, &no_core);
    alarm(60);
    if (kTrials[trial].run != new_context && pgiam_context_new(NULL, &context, NULL) != PGIAM_OK)
      _exit(kWrong);
    atomic_store(&left, n);
    end = kTrials[trial].run(context);
    atomic_store(&left, 0);
    pgiam_context_free(context);
    _exit(end == kWrong ? kWrong : atomic_load(&reached) ? 0 : 1);
  }
  if (child < 0 || waitpid(child, &status, 0) != child) return 2;
  if (WIFEXITED(status) && WEXITSTATUS(status) < 2) return WEXITSTATUS(status);
  if (WIFSIGNALED(status)) complaint = strsignal(WTERMSIG(status));
  return 2;
}

int main(int argc, char **argv) {
  size_t trial;
  int faults = 0;
  setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 1);
  setenv("HOME", "/nonexistent", 1);
  setenv("PGIAM_LOG", "off", 1);
  for (trial = 0; trial < sizeof kTrials / sizeof *kTrials; ++trial) {
    long n = argc > 2 ? atol(argv[2]) : 1;
    if (argc > 1 && strcmp(argv[1], kTrials[trial].name) != 0) continue;
    for (;; ++n) {
      complaint = "";
      const int end = try_n(trial, n);
      if (end == 1) break;
      if (end == 2) {
        fprintf(stderr, "%s: a fault where allocation %ld fails %s\n", kTrials[trial].name, n,
                complaint);
        ++faults;
      }
      if (argc > 2 || faults > 40) break;
    }
    printf("%s: %ld allocations\n", kTrials[trial].name, n - 1);
  }
  return faults != 0;
}
