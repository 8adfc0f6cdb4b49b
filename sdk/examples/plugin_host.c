/* What an IDE does with pgiam, as text: its options in the connection dialog, a token before each
 * connect, prompts, Cancel (Ctrl-C), one retry, errors explained.
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

enum { MAX_FIELDS = 64, DONE = 0, CANCEL = 1 };

/* An event loop's two ends: [n][0] is watched, a byte in [n][1] makes it fire. */
static int events[2][2];
static const pgiam_api *api; /* NULL: pgiam is not installed here */

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
  pgiam_option_info option = {sizeof option, 0, NULL, NULL, NULL, NULL, NULL};
  for (size_t i = 0; api->option_at(i, &option) == PGIAM_OK; i++) draw_option(&option);
}

/* ---- Prompts: on the thread that makes the token, never on that of the window ---- */

/* A GUI posts the question to its own thread and waits here for the answer, or for Cancel. */
static int read_answer(char *answer, size_t size) {
  struct pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {events[CANCEL][0], POLLIN, 0}};
  ssize_t length;
  while (poll(watched, 2, -1) < 0) continue;
  if (watched[1].revents) return 0;
  length = read(STDIN_FILENO, answer, size - 1);
  if (length <= 0) return 0;
  answer[length] = '\0';
  answer[strcspn(answer, "\r\n")] = '\0';
  return answer[0] != '\0';
}

static pgiam_status ask_for_code(const pgiam_prompt *prompt, pgiam_answer *answer) {
  char code[64];
  if (prompt->flags & PGIAM_PROMPT_FLAG_RETRY) printf("That code was wrong.\n");
  if (prompt->flags & PGIAM_PROMPT_FLAG_FINAL_TRY) printf("This is the last try.\n");
  printf("%s\nCode of %s: \n", prompt->title, prompt->subject);
  fflush(stdout);
  if (!read_answer(code, sizeof code)) return PGIAM_E_LOGIN_DECLINED;
  return api->answer_set(answer, code, strlen(code));
}

static pgiam_status on_prompt(void *user_data, const pgiam_prompt *prompt, pgiam_answer *answer) {
  (void)user_data; /* an IDE's window */
  switch (prompt->kind) {
    case PGIAM_PROMPT_DEVICE_LOGIN: /* an IDE opens the browser; the library waits by itself */
      printf("%s\nOpen %s and confirm the code %s within %d minutes\n", prompt->title,
             prompt->url_complete ? prompt->url_complete : prompt->url, prompt->user_code,
             (int)(prompt->expires_in_ms / 60000));
      fflush(stdout);
      return PGIAM_OK;
    case PGIAM_PROMPT_MFA_CODE:
      return ask_for_code(prompt, answer);
    case PGIAM_PROMPT_CLOSE:
      printf("(the prompt closes)\n");
      return PGIAM_OK;
    default:
      return PGIAM_E_UNSUPPORTED;
  }
}

/* ---- Asking for a token without blocking the window ---- */

static void on_done(void *user_data) {
  ssize_t written = write(events[DONE][1], user_data, 1);
  (void)written;
}

static void on_cancel(int signal_number) {
  ssize_t written = write(events[CANCEL][1], "", 1);
  (void)written, (void)signal_number;
}

static void wait_for_done(pgiam_operation *operation) {
  struct pollfd watched[] = {{events[DONE][0], POLLIN, 0}, {events[CANCEL][0], POLLIN, 0}};
  char byte;
  for (;;) {
    if (poll(watched, 2, -1) < 0) continue;
    if (watched[0].revents) break;
    api->operation_cancel(operation); /* done still comes, and soon */
    watched[1].fd = -1;
  }
  if (read(events[DONE][0], &byte, 1) != 1) perror("plugin_host");
}

static const char *field(const fields *form, const char *keyword) {
  for (size_t i = form->count; i-- > 0;) {
    if (strcmp(form->keywords[i], keyword) == 0) return form->values[i];
  }
  return NULL;
}

static pgiam_status ask(pgiam_context *context, const fields *form, pgiam_reply **reply,
                        pgiam_error **error) {
  pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_operation *operation = NULL;
  pgiam_status status;
  unsigned port = 0;

  request.host = field(form, "host");
  if (field(form, "port") && sscanf(field(form, "port"), "%u", &port) == 1) request.port = port;
  request.user = field(form, "user");
  request.database = field(form, "dbname");
  request.password = field(form, "password"); /* one that was typed or saved wins */
  request.sslmode = field(form, "sslmode");
  request.options = form->options;
  request.option_count = form->option_count;

  status = api->before_connect_start(context, &request, on_done, "", &operation, error);
  if (status != PGIAM_OK) return status;
  wait_for_done(operation);
  status = api->operation_wait(operation, -1, reply, error);
  api->operation_free(operation);
  return status;
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
        {events[CANCEL][0], POLLIN, 0}};
    if (poll(watched, 2, -1) < 0) continue;
    if (watched[1].revents) break;
    wants = PQconnectPoll(connection);
  }
  return connection;
}

/* libpq keeps the SQLSTATE of a failed connect to itself. That the server took the password and
 * then hung up is near enough: where it was no refusal, the advice costs one attempt more. */
static int32_t outcome_of(const PGconn *connection) {
  const ConnStatusType status = PQstatus(connection); /* neither of the two: cancelled */
  if (status == CONNECTION_OK) return PGIAM_OUTCOME_CONNECTED;
  if (status != CONNECTION_BAD || !PQconnectionUsedPassword(connection)) return PGIAM_OUTCOME_OTHER;
  return PGIAM_OUTCOME_AUTH_FAILED;
}

static PGconn *connect_with_token(pgiam_context *context, const fields *form, int32_t *advice) {
  pgiam_reply *reply = NULL;
  pgiam_error *error = NULL;
  pgiam_param param = {sizeof param, 0, NULL, NULL};
  fields filled = *form;
  PGconn *connection;

  const pgiam_status status = ask(context, form, &reply, &error);
  if (status > PGIAM_NOT_APPLICABLE) { /* do not connect */
    show_error(error);
    api->error_free(error);
    return NULL;
  }
  api->error_free(error);
  for (size_t i = 0; api->reply_param(reply, i, &param) == PGIAM_OK; i++) {
    set_field(&filled, param.key, param.value);
  }
  if (*api->reply_text(reply, PGIAM_REPLY_WARNING)) {
    fprintf(stderr, "Note: %s\n", api->reply_text(reply, PGIAM_REPLY_WARNING));
  }
  connection = dial(&filled);
  if (reply) api->after_connect(context, reply, outcome_of(connection), NULL, advice);
  api->reply_free(reply); /* wipes the token */
  return connection;
}

static PGconn *open_connection(pgiam_context *context, const fields *form) {
  int32_t advice = PGIAM_ADVICE_NONE;
  PGconn *connection;
  if (!api) return dial(form);
  connection = connect_with_token(context, form, &advice);
  if (advice != PGIAM_ADVICE_RETRY_ONCE) return connection;
  fprintf(stderr, "Note: a kept token was refused; trying once more with a new one\n");
  PQfinish(connection);
  return connect_with_token(context, form, &advice);
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
    struct pollfd cancel = {events[CANCEL][0], POLLIN, 0};
    const int is_cancelled = poll(&cancel, 1, 0) == 1;
    const char *why = is_cancelled ? "Cancelled" : PQerrorMessage(connection);
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
  config.prompt = on_prompt;
  if (api->context_new(&config, &context, &error) != PGIAM_OK) show_error(error);
  api->error_free(error);
  return context;
}

int main(int argc, char **argv) {
  char reason[4096];
  struct sigaction cancel;
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

  if (pipe(events[DONE]) != 0 || pipe(events[CANCEL]) != 0) return 1;
  memset(&cancel, 0, sizeof cancel);
  cancel.sa_handler = on_cancel;
  sigaction(SIGINT, &cancel, NULL);

  if (api && !(context = new_context())) return 1;
  if (++word >= argc) {
    failed = run_sql(context, &form, "SELECT session_user");
  }
  for (; word < argc && !failed; word++) failed = run_sql(context, &form, argv[word]);
  if (api) api->context_free(context);
  return failed;
}
