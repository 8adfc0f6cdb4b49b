/* What an IDE does with pgiam, as text: its options in the connection dialog, an attempt for each
 * connection, driven by the event loop, prompts, Cancel (Ctrl-C), errors explained.
 *   plugin_host options                      the dialog
 *   plugin_host KEYWORD=VALUE … [-- SQL …]   each SQL on a connection of its own, as editors' tabs
 * A keyword is libpq's (host=… user=… sslrootcert=…), or an option of pgiam's: pgiam.profile=dev
 * cc plugin_host.c pgiam_loader.c -lpq -ldl, with pgiam_loader.c from PREFIX/share/pgiam */
#define _POSIX_C_SOURCE 200809L
#include <libpq-fe.h>
#include <pgiam_loader.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FIELDS = 64 };

static int cancel[2]; /* [0] is watched, a byte in [1] makes it fire */
static const pgiam_api *api; /* NULL: pgiam is not installed here */
static pgiam_question *open_question; /* what the person is asked right now */

/* What the user filled in, with room for what pgiam adds. */
typedef struct fields {
  const char *keywords[MAX_FIELDS + 1], *values[MAX_FIELDS + 1];
  size_t count;
  pgiam_option options[MAX_FIELDS];
  size_t option_count;
} fields;

/* ---- The dialog: whatever options this library has, also those newer than this program ---- */

static void draw_choice(const char *choices, const char *chosen) {
  while (*choices) {
    const size_t length = strcspn(choices, "|");
    const int is_chosen = strlen(chosen) == length && strncmp(choices, chosen, length) == 0;
    printf("(%c) %.*s  ", is_chosen ? '*' : ' ', (int)length, choices);
    choices += choices[length] ? length + 1 : length;
  }
}

static void draw_option(const pgiam_option_info *option) {
  printf("%-42s", option->label);
  if (strcmp(option->type, "bool") == 0) {
    printf("[%c]  ", strcmp(option->default_value, "yes") == 0 ? 'x' : ' ');
  } else if (strchr(option->type, '|')) {
    draw_choice(option->type, option->default_value);
  } else { /* "text", "int", and any type that is not known yet */
    printf("[%-12s]  ", option->flags & PGIAM_PARAM_SECRET ? "********" : option->default_value);
    if (strcmp(option->type, "path") == 0) printf("[Browse]  ");
  }
  printf("pgiam.%s", option->key);
  if (option->env) printf(", or %s", option->env);
  printf("\n");
}

static void draw_dialog(void) {
  pgiam_option_info option = PGIAM_OPTION_INFO_INIT;
  for (size_t i = 0; api->option_at(i, &option) == PGIAM_OK; i++) draw_option(&option);
}

/* ---- Prompts: asked inside our own calls, answered whenever the person has done so ---- */

static void show_code_prompt(const pgiam_prompt *prompt) {
  if (prompt->flags & PGIAM_PROMPT_FLAG_RETRY) printf("That code was wrong.\n");
  if (prompt->flags & PGIAM_PROMPT_FLAG_FINAL_TRY) printf("This is the last try.\n");
  printf("%s\nCode of %s: \n", prompt->title, prompt->subject);
}

static void PGIAM_CALL on_ask(void *user_data, const pgiam_prompt *prompt,
                              pgiam_question *question) {
  (void)user_data; /* an IDE's window */
  switch (prompt->kind) {
    case PGIAM_PROMPT_DEVICE_LOGIN: /* an IDE opens the browser; the library waits by itself */
      printf("%s\nOpen %s and confirm the code %s within %d minutes\n", prompt->title,
             prompt->url_complete ? prompt->url_complete : prompt->url, prompt->user_code,
             (int)(prompt->expires_in_ms / 60000));
      api->question_answer(question, NULL, 0);
      break;
    case PGIAM_PROMPT_MFA_CODE: /* an IDE opens a dialog, and the loop goes on */
      show_code_prompt(prompt);
      open_question = question;
      break;
    case PGIAM_PROMPT_CLOSE:
      printf("(the prompt closes)\n");
      break;
    default:
      api->question_decline(question, PGIAM_E_UNSUPPORTED, NULL);
  }
  fflush(stdout);
}

/* The person has typed something. */
static void answer_open_question(void) {
  pgiam_question *question = open_question;
  char line[64];
  const ssize_t length = read(STDIN_FILENO, line, sizeof line - 1);
  pgiam_option answer = {"answer", line};
  line[length > 0 ? length : 0] = '\0';
  line[strcspn(line, "\r\n")] = '\0';
  open_question = NULL;
  if (line[0]) {
    api->question_answer(question, &answer, 1);
  } else {
    api->question_decline(question, PGIAM_OK, NULL);
  }
}

/* ---- The event loop ---- */

static void on_cancel(int signal_number) {
  ssize_t written = write(cancel[1], "", 1);
  (void)written, (void)signal_number;
}

static int is_cancelled(void) {
  struct pollfd watched = {cancel[0], POLLIN, 0};
  return poll(&watched, 1, 0) == 1;
}

static void wait_until_there_is_something_to_do(pgiam_attempt *attempt, const pgiam_step *step) {
  struct pollfd watched[] = {{(int)step->descriptor, POLLIN, 0},
                             {cancel[0], POLLIN, 0},
                             {open_question ? STDIN_FILENO : -1, POLLIN, 0}};
  if (poll(watched, 3, (int)step->wait_ms) < 0) return;
  if (watched[1].revents) api->attempt_cancel(attempt);
  if (watched[2].revents) answer_open_question();
}

/* ---- Errors: what happened, what was tried, what to do ---- */

static void show_error(const pgiam_error *error) {
  const pgiam_error *cause;
  const char *remote = api->error_text(error, PGIAM_ERROR_REMOTE);
  const char *hint = api->error_text(error, PGIAM_ERROR_HINT);
  fprintf(stderr, "Cannot sign in: %s\n", api->error_text(error, PGIAM_ERROR_MESSAGE));
  if (*remote) fprintf(stderr, "  the answer was: %s\n", remote);
  for (size_t i = 0; (cause = api->error_cause(error, i)) != NULL; i++) {
    fprintf(stderr, "  tried %s: %s\n", api->error_text(cause, PGIAM_ERROR_PROVIDER),
            api->error_text(cause, PGIAM_ERROR_MESSAGE));
  }
  if (*hint) fprintf(stderr, "  what to do: %s\n", hint);
}

/* ---- Connecting ---- */

static void set_field(fields *form, const char *keyword, const char *value) {
  if (form->count == MAX_FIELDS) return;
  form->keywords[form->count] = keyword;
  form->values[form->count++] = value; /* of several, libpq takes the last */
}

/* libpq, step by step, so that Cancel is heard. */
static PGconn *dial(const fields *form) {
  PGconn *connection = PQconnectStartParams(form->keywords, form->values, 0);
  PostgresPollingStatusType wants = PGRES_POLLING_WRITING;
  if (PQstatus(connection) == CONNECTION_BAD) return connection;
  while (wants == PGRES_POLLING_READING || wants == PGRES_POLLING_WRITING) {
    struct pollfd watched[] = {
        {PQsocket(connection), wants == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0},
        {cancel[0], POLLIN, 0}};
    if (poll(watched, 2, -1) < 0) continue;
    if (watched[1].revents) break;
    wants = PQconnectPoll(connection);
  }
  return connection;
}

/* libpq keeps the SQLSTATE of a failed connect to itself. That the server took the password and
 * then hung up is near enough. */
static int32_t outcome_of(const PGconn *connection) {
  const ConnStatusType status = PQstatus(connection); /* neither of the two: cancelled */
  if (status == CONNECTION_OK) return PGIAM_OUTCOME_CONNECTED;
  if (status != CONNECTION_BAD || !PQconnectionUsedPassword(connection)) return PGIAM_OUTCOME_OTHER;
  return PGIAM_OUTCOME_AUTH_FAILED;
}

static void report(pgiam_attempt *attempt, const PGconn *connection) {
  pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
  outcome.outcome = outcome_of(connection);
  outcome.message = PQerrorMessage(connection);
  outcome.flags = PQconnectionUsedPassword(connection) ? PGIAM_OUTCOME_PASSWORD_SENT : 0;
  api->attempt_report(attempt, &outcome);
}

/* With what the step sets over the user's own. */
static PGconn *dial_with_params(pgiam_attempt *attempt, const fields *form) {
  fields filled = *form;
  pgiam_param param = PGIAM_PARAM_INIT;
  for (size_t i = 0; api->attempt_param(attempt, i, &param) == PGIAM_OK; i++) {
    set_field(&filled, param.key, param.value);
  }
  return dial(&filled);
}

static void show_warnings(pgiam_attempt *attempt, const pgiam_step *step) {
  pgiam_host host = PGIAM_HOST_INIT;
  const pgiam_error *warning;
  if (api->attempt_host(attempt, step->host - 1, &host) != PGIAM_OK) return;
  for (size_t i = 0; (warning = api->reply_warning(host.reply, i)) != NULL; i++) {
    fprintf(stderr, "Note: %s\n", api->error_text(warning, PGIAM_ERROR_MESSAGE));
  }
}

static pgiam_attempt *new_attempt(pgiam_context *context, const fields *form, pgiam_error **error) {
  pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_option keywords[MAX_FIELDS];
  pgiam_attempt *attempt = NULL;
  for (size_t i = 0; i < form->count; i++) {
    keywords[i].key = form->keywords[i];
    keywords[i].value = form->values[i];
  }
  request.flags = PGIAM_REQUEST_NO_WAIT;
  request.keywords = keywords;
  request.keyword_count = form->count;
  request.can_apply = "*"; /* libpq takes whatever it is given */
  request.options = form->options;
  request.option_count = form->option_count;
  if (api->attempt_new(context, &request, &attempt, error) != PGIAM_OK) show_error(*error);
  return attempt;
}

/* NULL where there is nothing to show but what was shown. */
static PGconn *follow(pgiam_attempt *attempt, const fields *form, pgiam_error **error) {
  PGconn *connection = NULL;
  uint32_t last_host = 0;
  for (;;) {
    pgiam_step step = PGIAM_STEP_INIT;
    const pgiam_status status = api->attempt_next(attempt, &step, error);
    if (status == PGIAM_NOT_APPLICABLE) return dial(form);
    if (status == PGIAM_E_CONNECT) return connection; /* its own words say it all */
    if (status != PGIAM_OK) {
      if (connection) fprintf(stderr, "%s", PQerrorMessage(connection));
      show_error(*error);
      PQfinish(connection);
      return NULL;
    }
    if (step.kind == PGIAM_STEP_DONE) return connection;
    if (step.kind == PGIAM_STEP_WAIT) {
      wait_until_there_is_something_to_do(attempt, &step);
      continue;
    }
    if (connection && step.host == last_host) {
      fprintf(stderr, "Note: a kept token was refused; trying once more with a new one\n");
    }
    PQfinish(connection);
    last_host = step.host;
    show_warnings(attempt, &step);
    connection = dial_with_params(attempt, form);
    report(attempt, connection);
  }
}

static PGconn *open_connection(pgiam_context *context, const fields *form) {
  pgiam_error *error = NULL;
  pgiam_attempt *attempt;
  PGconn *connection = NULL;
  if (!api) return dial(form);
  attempt = new_attempt(context, form, &error);
  if (attempt) connection = follow(attempt, form, &error);
  if (open_question) api->question_decline(open_question, PGIAM_OK, NULL);
  open_question = NULL;
  api->attempt_free(attempt); /* wipes the token */
  api->error_free(error);
  return connection;
}

static int run_sql(pgiam_context *context, const fields *form, const char *sql) {
  PGconn *connection = open_connection(context, form);
  PGresult *result = NULL;
  int failed = 1;
  if (PQstatus(connection) == CONNECTION_OK) {
    result = PQexec(connection, sql);
    failed = PQresultStatus(result) != PGRES_TUPLES_OK &&
             PQresultStatus(result) != PGRES_COMMAND_OK;
  }
  if (failed) {
    const char *why = is_cancelled() ? "Cancelled" : PQerrorMessage(connection);
    if (connection) fprintf(stderr, "%s\n", why);
  } else {
    for (int row = 0; row < PQntuples(result); row++) printf("%s\n", PQgetvalue(result, row, 0));
    fflush(stdout);
  }
  PQclear(result);
  PQfinish(connection);
  return failed;
}

/* Returns 0 where a word is no KEYWORD=VALUE, or there are too many. */
static int fill_in(fields *form, char *word) {
  char *equals = strchr(word, '=');
  if (!equals || form->count + form->option_count >= MAX_FIELDS / 2) return 0;
  *equals = '\0';
  if (strncmp(word, "pgiam.", 6) != 0) {
    set_field(form, word, equals + 1);
  } else {
    form->options[form->option_count].key = word + 6;
    form->options[form->option_count++].value = equals + 1;
  }
  return 1;
}

static pgiam_context *new_context(void) {
  pgiam_config config = PGIAM_CONFIG_INIT;
  pgiam_context *context = NULL;
  pgiam_error *error = NULL;
  config.host_name = "plugin-host-example"; /* the IDE's name and version, for logs at AWS */
  config.host_version = "1.0";
  config.ask = on_ask;
  if (api->context_new(&config, &context, &error) != PGIAM_OK) show_error(error);
  api->error_free(error);
  return context;
}

int main(int argc, char **argv) {
  char reason[4096];
  struct sigaction on_interrupt;
  fields form = {{NULL}, {NULL}, 0, {{NULL, NULL}}, 0};
  pgiam_context *context = NULL;
  int word = 1, failed = 0;

  api = pgiam_load(NULL, reason, sizeof reason);
  if (!api) fprintf(stderr, "Note: going on without pgiam\n%s\n", reason);
  if (argc == 2 && strcmp(argv[1], "options") == 0) {
    if (api) draw_dialog();
    return 0;
  }
  while (word < argc && fill_in(&form, argv[word])) word++;
  if (form.count == 0 || (word < argc && strcmp(argv[word], "--") != 0)) {
    fprintf(stderr, "usage: plugin_host options | KEYWORD=VALUE ... [-- SQL ...]\n");
    return 2;
  }

  if (pipe(cancel) != 0) return 1;
  memset(&on_interrupt, 0, sizeof on_interrupt);
  on_interrupt.sa_handler = on_cancel;
  sigaction(SIGINT, &on_interrupt, NULL);

  if (api && !(context = new_context())) return 1;
  if (++word >= argc) {
    failed = run_sql(context, &form, "SELECT session_user");
  }
  for (; word < argc && !failed; word++) failed = run_sql(context, &form, argv[word]);
  if (api) api->context_free(context);
  return failed;
}
