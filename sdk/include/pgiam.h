/* pgiam.h - short-lived database credentials for Postgres clients. C ABI, major 1.
 *
 * One rule per subject; every declaration below follows all of them.
 *  Threads    A pgiam_context may be used from any thread at once. A reply, error,
 *             operation or attempt belongs to one thread at a time; what may come from any
 *             other says so.
 *             The library's own threads block all signals, and are 64 at most: one for each fetch
 *             of an operation (none where the answer is in memory or another fetches it already;
 *             a sign-in that a person is asked for is a fetch, and 30 of them at most have one),
 *             one for the operations' time limits, and one that renews, started by the first
 *             credentials that expire and can be renewed. All end with the last context.
 *  Ownership  What you pass in is copied before the call returns. What you receive through
 *             an out parameter is yours: free it with the matching _free, which takes NULL,
 *             too. What a getter returns is borrowed and lives as long as its object.
 *  Strings    UTF-8, NUL-terminated. NULL and "" both mean "not given".
 *  Structs    Callers set struct_size (use the _INIT macros) and leave the rest zero. Zero
 *             always means "default". Fields are only ever appended. A library that meets
 *             a longer struct accepts it when the part it does not know is all zero, and
 *             answers PGIAM_E_UNSUPPORTED otherwise. Of a struct that it fills it lowers
 *             struct_size to what it filled (since 1.2). Sizes that no struct has are refused.
 *  Errors     Status is the result. `error` is optional detail: pass NULL or the address
 *             of a NULL pointer. Out parameters are written only on PGIAM_OK.
 *  Callbacks  Must return (no C++ exception, no longjmp). From inside one, only functions
 *             marked [callback-safe] may be called on the same context.
 *  Fork       A context goes on working in a child after fork(), with what was cached; a
 *             fetch that was under way belongs to the parent. Operations, attempts that wait
 *             and questions do not cross: in the child they may be freed, and no more.
 *  Unloading  Never dlclose this library.                                              */
#ifndef PGIAM_H
#define PGIAM_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#  define PGIAM_CALL __cdecl
#  if defined(PGIAM_BUILDING)
#    define PGIAM_EXPORT __declspec(dllexport)
#  elif defined(PGIAM_STATIC)
#    define PGIAM_EXPORT
#  else
#    define PGIAM_EXPORT __declspec(dllimport)
#  endif
#else
#  define PGIAM_CALL
#  if defined(PGIAM_BUILDING)
#    define PGIAM_EXPORT __attribute__((visibility("default")))
#  else
#    define PGIAM_EXPORT
#  endif
#endif

#define PGIAM_ABI_MAJOR 1 /* changes only with a new SONAME; ideally never */
#define PGIAM_ABI_MINOR 2 /* counts appended slots, fields, constants */

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Status ------------------------------------------------------------------------- */

/* Fixed width, not an enum: the size of a C enum is not part of any ABI. Numbers are never
 * reused. Treat one you do not know as its hundred: 1xx caller, 2xx user, 3xx environment. */
typedef int32_t pgiam_status;

#define PGIAM_OK                     0
#define PGIAM_NOT_APPLICABLE         1   /* not our target: connect as if we were absent */
#define PGIAM_E_INTERNAL             2   /* bug in the library (an exception was stopped) */
#define PGIAM_E_NO_MEMORY            3
#define PGIAM_E_INVALID_ARGUMENT     100
#define PGIAM_E_INVALID_STATE        101 /* not here or not now, as inside a callback */
#define PGIAM_E_UNSUPPORTED          102 /* unknown option, field, feature or version */
#define PGIAM_E_TARGET               103 /* host is ours but region/kind cannot be known */
#define PGIAM_E_INSECURE             104 /* the token would travel without the TLS asked for */
#define PGIAM_E_NO_CREDENTIALS       200 /* no provider applied; detail lists each one */
#define PGIAM_E_LOGIN_REQUIRED       201 /* a person must act, and may not be asked here */
#define PGIAM_E_LOGIN_DECLINED       202 /* the person, or the prompt callback, said no */
#define PGIAM_E_DENIED               203 /* the cloud refused these credentials */
#define PGIAM_E_BAD_CONFIG           204 /* a file or variable is malformed */
#define PGIAM_E_NETWORK              300
#define PGIAM_E_TIMEOUT              301
#define PGIAM_E_CANCELLED            302
#define PGIAM_E_THROTTLED            303
#define PGIAM_E_BAD_RESPONSE         304
#define PGIAM_E_WOULD_BLOCK          305 /* not in memory, and NO_WAIT forbids to wait (since 1.2) */
#define PGIAM_E_CONNECT              306 /* an attempt: the client could not connect, and its own words
                                            say all that is known (since 1.2) */

typedef struct pgiam_error pgiam_error;

/* Text fields of an error. */
#define PGIAM_ERROR_MESSAGE  1 /* one sentence, no secret, fit for a dialog */
#define PGIAM_ERROR_HINT     2 /* what to do next, e.g. "aws sso login --profile dev" */
#define PGIAM_ERROR_PROVIDER 3 /* provider that failed, e.g. "aws.sso" */
#define PGIAM_ERROR_REMOTE   4 /* remote code and request id */
/* Since 1.2: */
#define PGIAM_ERROR_CODE        5 /* for programs, never renamed: "no_rds_iam"; "" where the status says it all */
#define PGIAM_ERROR_EVIDENCE    6 /* what the code rests on; of a refusal the words given, without secrets */
#define PGIAM_ERROR_SQLSTATE    7 /* of a refusal by a server: what it gave, or what its words amount to */
#define PGIAM_ERROR_EXPLANATION 8 /* all of it for a person: message, causes, hint; lines, each with its end */
/* Whole-number fields of an error. */
#define PGIAM_ERROR_RETRYABLE      1 /* 1 if the same call may succeed later */
#define PGIAM_ERROR_RETRY_AFTER_MS 2 /* since 1.2: a try before that ends in the same way; 0: not known */

PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_error_status(const pgiam_error *error);
/* Never NULL; "" when absent or unknown to this library. */
PGIAM_EXPORT const char *PGIAM_CALL pgiam_error_text(const pgiam_error *error, int32_t field);
PGIAM_EXPORT int64_t PGIAM_CALL pgiam_error_number(const pgiam_error *error, int32_t field);
/* Every provider that was tried and why it gave nothing, in order; of a refusal by a server, what may
 * be behind it, the likeliest first, each with a code, and with commands. NULL past the end. */
PGIAM_EXPORT const pgiam_error *PGIAM_CALL pgiam_error_cause(const pgiam_error *error, size_t index);
/* Since 1.2: what to type, or to do where there is nothing to type, best first. NULL past the end. */
PGIAM_EXPORT const char *PGIAM_CALL pgiam_error_command(const pgiam_error *error, size_t index);
PGIAM_EXPORT void PGIAM_CALL pgiam_error_free(pgiam_error *error);
/* Static name of a status, "PGIAM_E_NETWORK". [callback-safe] */
PGIAM_EXPORT const char *PGIAM_CALL pgiam_status_name(pgiam_status status);

/* ---- Callbacks the host may give ------------------------------------------------------ */

#define PGIAM_LOG_ERROR 1
#define PGIAM_LOG_WARN  2
#define PGIAM_LOG_INFO  3
#define PGIAM_LOG_DEBUG 4

/* Any thread, several at once. Text is valid during the call and never holds a secret. */
typedef void(PGIAM_CALL *pgiam_log_fn)(void *user_data, int32_t level, const char *component,
                                         const char *message);

#define PGIAM_PROMPT_DEVICE_LOGIN 1 /* show url and code; answer not needed */
#define PGIAM_PROMPT_MFA_CODE     2 /* answer with the code */
#define PGIAM_PROMPT_CLOSE        3 /* the prompt with this id is over: close its window */

#define PGIAM_PROMPT_FLAG_RETRY     0x1u /* the previous answer was wrong */
#define PGIAM_PROMPT_FLAG_FINAL_TRY 0x2u /* one more wrong answer locks the device */

typedef struct pgiam_prompt {
  uint32_t struct_size;     /* set by the library: read no field beyond it */
  int32_t kind;             /* a PGIAM_PROMPT_ value; answer PGIAM_E_UNSUPPORTED if unknown */
  uint32_t flags;
  uint32_t id;              /* pairs a prompt with its PGIAM_PROMPT_CLOSE */
  int64_t expires_in_ms;    /* 0: unknown */
  const char *title;        /* e.g. "Sign in to AWS (profile dev)"; all texts: during the call */
  const char *subject;      /* account, role or MFA serial */
  const char *url;          /* verification URL */
  const char *url_complete; /* the same with the code filled in, or NULL */
  const char *user_code;
} pgiam_prompt;

typedef struct pgiam_answer pgiam_answer;

/* Copies length bytes at once and wipes its copy after use. [callback-safe] */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_answer_set(pgiam_answer *answer, const char *text,
                                                          size_t length);

/* One prompt per context at a time, on the thread doing the work. Return PGIAM_OK when
 * shown or answered, PGIAM_E_LOGIN_DECLINED when the person said no. */
typedef pgiam_status(PGIAM_CALL *pgiam_prompt_fn)(void *user_data, const pgiam_prompt *prompt,
                                                     pgiam_answer *answer);

/* Since 1.2: what the library asks the host, to be answered now or later. The handle belongs to
 * the host, which finishes it once, by _answer or _decline: inside the callback or at any time
 * after it, on any thread, also when nobody waits for it any more (the call ran out of time, was
 * cancelled or freed: the answer is then dropped). Finishing frees the handle, whatever it returns. */
typedef struct pgiam_question pgiam_question;

#define PGIAM_PROMPT_CREDENTIALS 4 /* answer with the cloud's credentials: see pgiam_request */

/* Run only inside calls that this host makes on the operation or attempt that asks, or on the
 * context where the call blocks: never on a thread of the library, nor for renewals ahead of time.
 * An operation or attempt whose descriptor is readable may thus have a question to ask. prompt lives
 * until the callback returns. PGIAM_PROMPT_CLOSE comes with question NULL;
 * all others are to be finished: a device login that was shown with no values, an MFA code with
 * "answer". PGIAM_PROMPT_FLAG_RETRY on PGIAM_PROMPT_CREDENTIALS: those given last were refused or
 * end; expires_in_ms: until nobody waits any more. */
typedef void(PGIAM_CALL *pgiam_ask_fn)(void *user_data, const pgiam_prompt *prompt,
                                         pgiam_question *question);

struct pgiam_option;
/* Copies the values and wipes its copies after use. What is missing or malformed among them is told
 * by the call that asked, too. [callback-safe] */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_question_answer(pgiam_question *question,
                                                               const struct pgiam_option *values,
                                                               size_t value_count);
/* The call that asked fails with this status (PGIAM_OK stands for PGIAM_E_LOGIN_DECLINED of a
 * prompt, PGIAM_E_NO_CREDENTIALS of credentials) and message, which may be NULL. After NETWORK,
 * TIMEOUT and THROTTLED the error is retryable. [callback-safe] */
PGIAM_EXPORT void PGIAM_CALL pgiam_question_decline(pgiam_question *question,
                                                        pgiam_status status, const char *message);

/* ---- Context ---------------------------------------------------------------------------- */

/* An array element, so fixed for ever: two pointers. */
typedef struct pgiam_option {
  const char *key; /* "profile"; pgiam_option_at lists them all */
  const char *value;
} pgiam_option;

typedef struct pgiam_config {
  uint32_t struct_size;
  int32_t log_level;           /* 0: nothing is logged. The option log, however given, wins */
  const char *host_name;       /* "psql", "DataGrip": for the user agent and the log */
  const char *host_version;
  const pgiam_option *options;
  size_t option_count;
  pgiam_log_fn log;           /* NULL: to stderr */
  void *log_user_data;
  pgiam_prompt_fn prompt;     /* NULL: never ask; PGIAM_E_LOGIN_REQUIRED instead */
  void *prompt_user_data;
  /* Since 1.2. */
  pgiam_ask_fn ask;           /* instead of prompt, for answers that take their time */
  void *ask_user_data;
  uint32_t log_room;          /* bytes. Not 0: up to so many of the log are kept for
                                 pgiam_context_take_log, and log and stderr get nothing */
  uint32_t reserved;          /* zero */
} pgiam_config;
#define PGIAM_CONFIG_INIT \
  {sizeof(pgiam_config), 0, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0}

typedef struct pgiam_context pgiam_context;

/* No network, no file access: cheap enough for start-up. config may be NULL. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_context_new(const pgiam_config *config,
                                                           pgiam_context **out,
                                                           pgiam_error **error);
/* No thread may call anything on the context any more, or be about to. A call that another thread
 * still waits in, for the network, a person or another caller, is cancelled and waited for, and so
 * are callbacks. Answers from memory, which take microseconds, are not waited for: the library cannot
 * tell such a call from one that has yet to begin. So first stop threads that ask again and again.
 * Operations and replies stay valid. From a callback it does nothing. */
PGIAM_EXPORT void PGIAM_CALL pgiam_context_free(pgiam_context *context);
/* Since 1.2: for hosts whose functions cannot run on a thread of the library. Calls take, on this
 * thread, with each line that config.log_room has kept, the oldest first, each once; texts are valid
 * during the call. Do so after every call on the context (renewals log between two calls), and before
 * _free, which drops them. Returns how many lines, the oldest ones, were lost since the last time for
 * want of room. With take NULL nothing is taken, and it returns how many bytes are kept. Any thread;
 * never waits. A child after fork() has none of its parent's lines. [callback-safe] */
PGIAM_EXPORT size_t PGIAM_CALL pgiam_context_take_log(pgiam_context *context, pgiam_log_fn take,
                                                          void *user_data);

/* ---- Before connect ---------------------------------------------------------------------- */

#define PGIAM_REQUEST_REFRESH        0x1u /* ignore the cache */
#define PGIAM_REQUEST_NO_INTERACTION 0x2u /* never prompt for this request */
/* Since 1.2. */
#define PGIAM_REQUEST_NO_WAIT        0x8u /* before_connect: from memory, or PGIAM_E_WOULD_BLOCK. An
                                             attempt: answers PGIAM_STEP_WAIT where it would block */
#define PGIAM_REQUEST_WALKS_LIST     0x10u /* an attempt: this client goes through a list of hosts
                                              by itself, as libpq and pgjdbc do */
#define PGIAM_REQUEST_LATE_PASSWORD  0x20u /* with WALKS_LIST: this client begins to connect while the
                                              password is fetched, and gets it by _refresh */

typedef struct pgiam_request {
  uint32_t struct_size;
  uint32_t flags;
  const char *host;             /* as the user gave it; options and rules may name another to sign for */
  const char *user;
  const char *database;
  const char *password;         /* what the host would use without us: one that the user gave wins
                                   (NOT_APPLICABLE), an old token of ours counts as none */
  const char *sslmode;          /* libpq's word for what the host will do; NULL: the user said nothing */
  uint32_t port;                /* 0: 5432 */
  uint32_t reserved;            /* zero */
  int64_t timeout_ms;           /* 0: the context's default */
  const pgiam_option *options;  /* override the context's for this connection */
  size_t option_count;

  /* Since 1.2: the connection in libpq's keywords as the client resolved them (its variables and
   * service file included), lists of hosts as they stand; keys that are no keyword of libpq's are
   * passed over, and of a key that comes twice the last counts. Read are host, hostaddr, port, user,
   * dbname, password, passfile, sslmode, sslrootcert, gssencmode, channel_binding and require_auth.
   * A field above that is given wins over its keyword. Lists: only attempts take them. */
  const pgiam_option *keywords;
  size_t keyword_count;
  /* The keywords that a reply may set here: "password,sslmode", "*" for all. NULL:
   * "password,sslmode,sslrootcert". A client that has done its TLS when it asks says "password".
   * What has to be set and cannot be is an error that says what to set by hand. "host" and
   * "hostaddr" are set where DNS alone says that the host is an alias of an endpoint (then `host` is
   * the endpoint's own name, and verify-full is an error), and where verify-full is to verify the
   * name that signing_host gives (then `hostaddr` has the addresses of the name that the user wrote;
   * of several, `host` has the name as often). "sslrootcert" is set, too, where the user's own is a
   * word of ours ("rds": the CA bundle that the person has installed, else the one that the package
   * carries). */
  const char *can_apply;
  /* The host's own credentials, in place of all that would be looked for: asked for with
   * PGIAM_PROMPT_CREDENTIALS, answered with access_key_id, secret_access_key and, where there are
   * such, session_token, expires_at (RFC 3339) and account_id. What they give is kept under the
   * identity, which is the host's own name for whoever they belong to and may not be empty; a
   * role_arn among the options is assumed with them. */
  pgiam_ask_fn credentials;
  void *credentials_user_data;
  const char *credentials_identity;
  /* An attempt, where the user's own passwords differ from host to host, as a password file's do: one
   * for each host of the list, in place of `password`. NULL: that is for all. */
  const char *const *host_passwords;
  size_t host_password_count;
} pgiam_request;
#define PGIAM_REQUEST_INIT                                                            \
  {sizeof(pgiam_request), 0, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, 0, NULL, 0, \
   NULL, NULL, NULL, NULL, NULL, 0}

typedef struct pgiam_reply pgiam_reply;

/* The hook. Blocks; served from the cache in microseconds when it can. Callers that need
 * the same token at the same moment share one fetch. PGIAM_NOT_APPLICABLE: not ours, or the user
 * gave a password; the error's message says why. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_before_connect(pgiam_context *context,
                                                              const pgiam_request *request,
                                                              pgiam_reply **out,
                                                              pgiam_error **error);

/* The connection parameters to set, in libpq's words, over the user's own: "password", and where
 * the token needs them "sslmode", "sslrootcert", "gssencmode" and others of libpq's keywords, as far
 * as the request says that they can be applied. Set whatever is there: more may come. */
#define PGIAM_PARAM_SECRET 0x1u /* do not log, show or store */
typedef struct pgiam_param {
  uint32_t struct_size;
  uint32_t flags;
  const char *key;
  const char *value;
} pgiam_param;
#define PGIAM_PARAM_INIT {sizeof(pgiam_param), 0, NULL, NULL}
PGIAM_EXPORT size_t PGIAM_CALL pgiam_reply_param_count(const pgiam_reply *reply);
/* The caller sets param->struct_size first. PGIAM_E_INVALID_ARGUMENT past the end. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_reply_param(const pgiam_reply *reply, size_t index,
                                                           pgiam_param *param);

/* Text facts about a reply. */
#define PGIAM_REPLY_PROVIDER  1 /* of the credentials, "aws.sso"; of the password: "password_file", "pgpass" */
#define PGIAM_REPLY_PRINCIPAL 2 /* who they are, masked */
#define PGIAM_REPLY_TARGET    3 /* what was recognised, "aws.rds" */
#define PGIAM_REPLY_REGION    4
#define PGIAM_REPLY_SIGNING_HOST 5 /* the endpoint that the token is for */
#define PGIAM_REPLY_RULE         6 /* the configuration rule that applied, "" if none */
#define PGIAM_REPLY_WARNING      7 /* what a person should know although it worked, a line each */
#define PGIAM_REPLY_EXPLANATION  8 /* pgiam_explain: one JSON object */
/* Whole-number facts about a reply. Times are Unix milliseconds; 0: unknown or never. */
#define PGIAM_REPLY_TOKEN_EXPIRES_AT       1 /* a connection must start before this */
#define PGIAM_REPLY_CREDENTIALS_EXPIRES_AT 2
#define PGIAM_REPLY_FROM_CACHE             3 /* 1 or 0 */
#define PGIAM_REPLY_SIGNING_PORT           4

/* Never NULL; "" when absent or unknown to this library. */
PGIAM_EXPORT const char *PGIAM_CALL pgiam_reply_text(const pgiam_reply *reply, int32_t field);
/* 0 when absent or unknown to this library. */
PGIAM_EXPORT int64_t PGIAM_CALL pgiam_reply_number(const pgiam_reply *reply, int32_t field);
/* Since 1.2: what a person should know although it worked, one at a time: PGIAM_ERROR_CODE,
 * PGIAM_ERROR_MESSAGE, pgiam_error_command. NULL past the end; borrowed from the reply. */
PGIAM_EXPORT const pgiam_error *PGIAM_CALL pgiam_reply_warning(const pgiam_reply *reply,
                                                                  size_t index);

/* Since 1.2: all that there is to a reply by one call, for languages in which each call costs. texts
 * are the parameters, key and value of each, then signing host, region, target, provider, principal
 * and rule: each with its NUL, one behind the other, texts_size bytes in all. The password is among
 * them. More may come behind. Borrowed from the reply. */
typedef struct pgiam_facts {
  uint32_t struct_size;
  uint32_t from_cache;            /* 1 or 0 */
  int64_t token_expires_at;       /* times: Unix milliseconds; 0: unknown or never */
  int64_t credentials_expires_at;
  uint32_t signing_port;
  uint32_t param_count;
  uint32_t warning_count;         /* for pgiam_reply_warning */
  uint32_t reserved;              /* zero */
  const char *texts;
  size_t texts_size;
} pgiam_facts;
#define PGIAM_FACTS_INIT {sizeof(pgiam_facts), 0, 0, 0, 0, 0, 0, 0, NULL, 0}
/* The caller sets facts->struct_size first. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_reply_facts(const pgiam_reply *reply,
                                                           pgiam_facts *facts);
PGIAM_EXPORT void PGIAM_CALL pgiam_reply_free(pgiam_reply *reply); /* wipes the secret */

/* ---- Explain --------------------------------------------------------------------------- */

#define PGIAM_REQUEST_RESOLVE 0x4u /* explain: names and credentials that need the network, too */

/* What before_connect would do with this request and why, without a token and, unless RESOLVE is
 * set, without the network; nobody is asked. PGIAM_OK also when the connection is not ours or would
 * fail: the reply's PGIAM_REPLY_EXPLANATION says so. It has no parameters and holds no secret. Its
 * members: target ("rds", "dsql", "none"), host, port, user, signing_host, signing_port, region,
 * region_from, rule (a name or null), tls, timeout_ms, reason (one sentence), warnings (a list),
 * signing_host_from (since 1.2: who says which endpoint it is: "endpoint", its own name; "dns"; else
 * where the option signing_host is from), dial_host and dial_hostaddr (since 1.2: what a connect
 * dials), sslmode and sslmode_from (since 1.2: what the connection will have, and who says so:
 * "client", "tls", "sslrootcert", "installed_ca": the cloud's CA bundle has been installed; or
 * null), sslrootcert and sslrootcert_from (since 1.2: the CA file that the client is told, or null;
 * who names it: "client", "installed", else where the option is from, or null), permission {action,
 * resource: what has to be granted; a star stands for what only the owner knows} or null,
 * ca_commands (since 1.2: what to type for the CA bundle of the cloud's servers, then what names
 * it), findings (since 1.2: the warnings as {code, message, commands}), credentials {provider,
 * access_key_id (masked), expires_at (RFC 3339, or null), tried: a list of {provider, outcome,
 * detail, ms}, owner (since 1.2: whose they are, by whatever name the cloud gives it, masked)} and,
 * where it would fail, error {status, message, hint, provider, causes, and since 1.2 code and
 * commands}. account (since 1.2) has which of the cloud's accounts, profiles and regions the options
 * name, by key. Members are only ever added. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_explain(pgiam_context *context,
                                                       const pgiam_request *request,
                                                       pgiam_reply **out, pgiam_error **error);

/* ---- Credentials and signing in (since 1.1) -------------------------------------------------- */

/* The cloud's credentials themselves, of which tokens are made: for programs that talk to the
 * cloud's other services. Finds, caches and prompts as before_connect does, without a target: of
 * the request only flags, timeout_ms and options matter, and the rest only to choose a rule of the
 * configuration file. The reply's parameters are access_key_id, secret_access_key (SECRET) and,
 * where there are such, session_token (SECRET) and account_id; PGIAM_REPLY_CREDENTIALS_EXPIRES_AT
 * tells until when they hold. after_connect does not take such a reply. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_credentials(pgiam_context *context,
                                                           const pgiam_request *request,
                                                           pgiam_reply **out,
                                                           pgiam_error **error);
/* Signs the person in to whatever those credentials rest on, anew even where an earlier sign-in
 * still holds, then answers as pgiam_credentials does. Prompts for all that it takes:
 * PGIAM_E_LOGIN_REQUIRED where the context has no prompt or the request forbids it. While it waits
 * for the person the time is theirs, as long as the cloud gives them, and counts for no timeout_ms. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_login(pgiam_context *context,
                                                     const pgiam_request *request,
                                                     pgiam_reply **out, pgiam_error **error);

/* ---- Examine (since 1.2) ------------------------------------------------------------------- */

#define PGIAM_EXAMINE_IDENTITY   0x1u /* whose the credentials are, and whether they are any good */
#define PGIAM_EXAMINE_RESOURCE   0x2u /* what the host names: is it there, does it serve, take tokens */
#define PGIAM_EXAMINE_PERMISSION 0x4u /* whether a policy lets these credentials log in to it */
#define PGIAM_EXAMINE_ADVICE     0x8u /* what the cloud knows of failures: alone, nobody is asked */
#define PGIAM_EXAMINE_CA         0x10u /* the CA certificates of the clouds' servers, and where they lie */
#define PGIAM_EXAMINE_CA_FETCH   0x20u /* these, and what the cloud's own address has: asks there */

/* Called once, inside pgiam_examine, with what was found: one JSON object, not ended by a NUL. */
typedef void(PGIAM_CALL *pgiam_examined_fn)(void *user_data, const char *json, size_t size);

/* For people whose connection does not work: asks the cloud about the credentials that this request
 * would use, found and cached as before_connect does. Nobody is asked, nothing is changed. Takes a
 * few seconds at most, whatever the cloud does. PGIAM_OK also when nothing could be found out; the
 * object says so: what these credentials may not ask is "skipped", and commands hold what somebody
 * who may would type. Six calls at most are made to the cloud. Its member checks is a list of {check
 * ("identity", "resource", "endpoint", "status", "iam_authentication", "permission"), outcome ("ok",
 * "failed", "skipped"), code (stable, "" where nothing is wrong), sentence, evidence, commands,
 * certain (true: by what was just seen), asked (who was asked, or null), calls (how many), explains
 * (codes of failures that this is the reason for), rules_out (codes of causes that are none), facts
 * (text by name: "account", "arn", "resource": the permission's with the account in it, "clock_ms":
 * how far this clock is behind the cloud's)}. With ADVICE its member advice is {on: by what may
 * happen ("password_wanted", "instance_gone"): {code, sentence, evidence, commands}, each "" or
 * empty where the cloud has nothing of its own to say; facts: text by name: "example_host",
 * "programs", "group"}. It holds no secret. Needs the module pgiam/libpgiam-examine.so beside the
 * library: PGIAM_E_UNSUPPORTED where that is not installed.
 *
 * CA and CA_FETCH are no questions about a connection: of the request counts the option region
 * alone, no credentials are looked for, and a fetch may take half a minute. The object then has
 * data_folder (of this installation, or null) and ca, a list of {word (for sslrootcert), of (whose
 * servers), kinds: a list of {installed_name, public, files: a list of {path, installed, roots: a
 * list of {sha256, from, until, scope, name}}}, before_scope, after_scope (in an authority's name),
 * and with FETCH url, fetched (PEM) and, where that failed, error {status, message, hint}}. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_examine(pgiam_context *context,
                                                       const pgiam_request *request, uint32_t what,
                                                       pgiam_examined_fn take, void *user_data,
                                                       pgiam_error **error);

/* ---- After connect ------------------------------------------------------------------------- */

#define PGIAM_OUTCOME_CONNECTED   1
#define PGIAM_OUTCOME_AUTH_FAILED 2 /* SQLSTATE class 28 */
#define PGIAM_OUTCOME_OTHER       3 /* network, TLS, server: says nothing about the token */

#define PGIAM_ADVICE_NONE       0
#define PGIAM_ADVICE_RETRY_ONCE 1 /* the token, or what it was made of, was cached and is dropped:
                                     ask again, once */

/* Drops exactly the token in this reply, never a newer one another thread just fetched.
 * sqlstate may be NULL; advice may be NULL. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_after_connect(pgiam_context *context,
                                                             const pgiam_reply *reply,
                                                             int32_t outcome, const char *sqlstate,
                                                             int32_t *advice);

/* How a connection went, in more detail (since 1.2). */
#define PGIAM_OUTCOME_PASSWORD_SENT     0x1u /* the server asked for a password and got it */
#define PGIAM_OUTCOME_PASSWORD_NOT_SENT 0x2u /* it ended before that; neither: not known */
#define PGIAM_OUTCOME_NO_PAUSE          0x4u /* an attempt: what is tried again only after a pause is
                                                not, as this client cannot wait here */
typedef struct pgiam_outcome {
  uint32_t struct_size;
  int32_t outcome;      /* a PGIAM_OUTCOME_ value; OTHER where the client cannot tell */
  uint32_t flags;
  uint32_t host;        /* of an attempt's hosts: 1 + the index of the one it is about; 0: not known */
  const char *sqlstate; /* NULL: not known */
  const char *message;  /* the server's words, or the client's own, whole, in whatever language */
} pgiam_outcome;
#define PGIAM_OUTCOME_INIT {sizeof(pgiam_outcome), 0, 0, 0, NULL, NULL}

/* What a failed connection with this reply means; changes nothing, asks nobody. PGIAM_OK: the error,
 * which is the result here, explains a refusal (PGIAM_E_DENIED: of the password, with its causes;
 * PGIAM_E_INSECURE: no TLS to be had). PGIAM_NOT_APPLICABLE: the failure has nothing to do with what
 * the reply set, and the client's own words say it; where they are known, the error has their code
 * ("no_database") and commands all the same. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_explain_refusal(pgiam_context *context,
                                                               const pgiam_reply *reply,
                                                               const pgiam_outcome *outcome,
                                                               pgiam_error **error);

/* ---- Asynchronous form ------------------------------------------------------------------------ */

typedef struct pgiam_operation pgiam_operation;

/* Called once for each start that answers PGIAM_OK, from a library thread, perhaps before start
 * returns. Only tells that wait will not block. */
typedef void(PGIAM_CALL *pgiam_done_fn)(void *user_data);

/* Since 1.2: before_connect that never makes the caller wait. An answer that is at hand takes no
 * thread; then, as when there is something to do, the operation's descriptor is readable. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_operation_start(pgiam_context *context,
                                                               const pgiam_request *request,
                                                               pgiam_operation **out,
                                                               pgiam_error **error);
/* Since 1.2: for poll, epoll, add_reader, uv_poll …: readable while _wait has something to do, which
 * is the result or a question to the host. The operation's own: do not read or close it, and take it
 * out of every loop before _free. Made when first asked for, and then always the same. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_operation_descriptor(pgiam_operation *operation,
                                                                    int64_t *out,
                                                                    pgiam_error **error);
/* The same, and done is called on a thread of the library's, which takes one even for what is at
 * hand. With done, which may be NULL, the host is asked nothing by pgiam_ask_fn. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_before_connect_start(pgiam_context *context,
                                                                    const pgiam_request *request,
                                                                    pgiam_done_fn done,
                                                                    void *user_data,
                                                                    pgiam_operation **out,
                                                                    pgiam_error **error);
/* Hands over the result, once; then PGIAM_E_INVALID_STATE. timeout_ms: 0 polls, negative waits for
 * ever. While it runs: PGIAM_E_TIMEOUT with the code "still_running" (since 1.2; without it the
 * time-out is the result), and the operation stays valid. Asks the host, on this thread, what there
 * is to ask. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_operation_wait(pgiam_operation *operation,
                                                              int64_t timeout_ms,
                                                              pgiam_reply **out,
                                                              pgiam_error **error);
/* Any thread. done still fires; wait then answers PGIAM_E_CANCELLED. [callback-safe] */
PGIAM_EXPORT void PGIAM_CALL pgiam_operation_cancel(pgiam_operation *operation);
/* Cancels what still runs, and waits until done has returned, unless it is done that calls. */
PGIAM_EXPORT void PGIAM_CALL pgiam_operation_free(pgiam_operation *operation);

/* ---- The attempt (since 1.2) ------------------------------------------------------------------- */

/* A connection from the first host to the end, decided in the library and made by the client:
 *
 *   pgiam_attempt_new(context, &request, &attempt, &error)
 *   while (pgiam_attempt_next(attempt, &step, &error) == PGIAM_OK && step.kind != PGIAM_STEP_DONE)
 *     WAIT:    until step.descriptor is readable or step.wait_ms are over   (only with NO_WAIT,
 *              or for a late password)
 *     CONNECT: set each pgiam_attempt_param over the user's own, connect, pgiam_attempt_report
 *   pgiam_attempt_free(attempt)
 *
 * A list of hosts is paired and tried as libpq does it: what cannot be reached is passed over, a
 * server's refusal ends it. Each host gets its own password. One that was kept and is refused is
 * dropped, and the same host tried once more with a new one; where the service that checks it has too
 * much to do, once more after a pause. */
typedef struct pgiam_attempt pgiam_attempt;

#define PGIAM_STEP_WAIT    1
#define PGIAM_STEP_CONNECT 2
#define PGIAM_STEP_DONE    3 /* CONNECTED was reported */

typedef struct pgiam_step {
  uint32_t struct_size;
  int32_t kind;
  uint32_t flags;      /* zero */
  uint32_t host;       /* CONNECT: 1 + the index of the host that it is for; 0: all (WALKS_LIST) */
  int64_t descriptor;  /* WAIT: the attempt's, always the same, as pgiam_operation_descriptor has it;
                          -1: there is nothing to wait for but the time */
  int64_t wait_ms;     /* WAIT: no longer than this, a pause before the next try; -1: without end */
} pgiam_step;
#define PGIAM_STEP_INIT {sizeof(pgiam_step), 0, 0, 0, 0, 0}

/* The request is copied, and asked anew by every step: its timeout_ms holds for each of them, and
 * what its callbacks point at lives as long as the attempt. Nothing is looked up yet. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_attempt_new(pgiam_context *context,
                                                           const pgiam_request *request,
                                                           pgiam_attempt **out,
                                                           pgiam_error **error);
/* What to do next. PGIAM_NOT_APPLICABLE: none of the hosts is ours: connect as if we were absent. If
 * its code is "password_given" (an endpoint, but the user's own password wins over a token) a failure
 * may be reported, and next then explains it. Any other failure is the end: there is no password to
 * connect with, or the last connect failed, and the error explains it: codes, causes, commands, the
 * server's own words where there is nothing to add. Without NO_WAIT it blocks, asks the host on this
 * thread what there is to ask, and never answers WAIT. Called again without a report it answers the
 * same. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_attempt_next(pgiam_attempt *attempt, pgiam_step *step,
                                                            pgiam_error **error);
/* Of a CONNECT: libpq's keywords to set over the user's own, "password" among them; for one host of
 * a list, and where another name than the user's is to be dialled, host, hostaddr and port, too. A
 * client that walks a list gets what is for all hosts (of several sslmodes the strictest), and the
 * password only where all of them take the same: each host's own is in pgiam_attempt_host. Borrowed
 * until the next call on the attempt. Where _next failed for want of a password, such a client gets
 * what its connection needs if it is kept, and reset until there is one.
 * PGIAM_E_INVALID_ARGUMENT past the end. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_attempt_param(const pgiam_attempt *attempt,
                                                             size_t index, pgiam_param *param);

typedef struct pgiam_host {
  uint32_t struct_size;
  uint32_t port;
  const char *host;          /* as the user wrote it, "" where only an address is given */
  const char *hostaddr;
  const char *password;      /* what it is to be sent; NULL: not ours, not asked for yet, or late */
  const pgiam_reply *reply;  /* the same as an answer; NULL as well */
  uint32_t flags;            /* PGIAM_HOST_NOT_OURS */
  uint32_t reserved;         /* zero */
  const char *dial_host;     /* what the last CONNECT dials in their place; else the same. Where the */
  const char *dial_hostaddr; /* name has several addresses, both are lists of as many */
} pgiam_host;
#define PGIAM_HOST_NOT_OURS 0x1u /* it is sent what it would be without us */
#define PGIAM_HOST_INIT {sizeof(pgiam_host), 0, NULL, NULL, NULL, NULL, 0, 0, NULL, NULL}

/* A host of the list. Borrowed until the next call on the attempt but this and _param.
 * PGIAM_E_INVALID_ARGUMENT past the end. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_attempt_host(const pgiam_attempt *attempt, size_t index,
                                                            pgiam_host *host);
/* How the connect went; _next then tells what follows. PGIAM_E_INVALID_STATE where there was none. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_attempt_report(pgiam_attempt *attempt,
                                                              const pgiam_outcome *outcome);
/* For clients that walk the list, right before the password is sent: makes sure that _host has one
 * that is valid now for this host. From memory in microseconds while the present one is; else it
 * blocks, or with NO_WAIT answers PGIAM_E_WOULD_BLOCK. With LATE_PASSWORD that means that it is being
 * fetched: _next tells what to wait for (a socket), then call _refresh again; a _report or _restart
 * cancels the fetch. DNS and files are waited for all the same. PGIAM_NOT_APPLICABLE: not ours (any
 * more).
 * PGIAM_E_INSECURE: the rules have changed, and the connection has less TLS than they ask for, or
 * dials another name. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_attempt_refresh(pgiam_attempt *attempt, size_t index,
                                                               pgiam_error **error);
/* For a reset of the same connection: starts over, and checks each password again before it is used.
 * Go on with _next, or, where the client walks the list, with _refresh for the host that it is at;
 * then _report. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_attempt_restart(pgiam_attempt *attempt,
                                                               pgiam_error **error);
/* Any thread, also while another waits in the attempt: that call, or the next, answers
 * PGIAM_E_CANCELLED, and so do all after it until a _restart. [callback-safe] */
PGIAM_EXPORT void PGIAM_CALL pgiam_attempt_cancel(pgiam_attempt *attempt);
/* Cancels what still runs, and wipes the passwords. Also when the context has gone. */
PGIAM_EXPORT void PGIAM_CALL pgiam_attempt_free(pgiam_attempt *attempt);

/* ---- Asking the library about itself [callback-safe] ---------------------------------------- */

typedef struct pgiam_option_info {
  uint32_t struct_size;
  uint32_t flags;            /* PGIAM_PARAM_SECRET: hide what is typed */
  const char *key;
  const char *type;          /* "text", "bool", "int", "path", or "a|b|c" */
  const char *default_value;
  const char *env;           /* environment variable read when not given, or NULL */
  const char *label;         /* for a connection dialog */
} pgiam_option_info;
#define PGIAM_OPTION_INFO_INIT {sizeof(pgiam_option_info), 0, NULL, NULL, NULL, NULL, NULL}

PGIAM_EXPORT uint32_t PGIAM_CALL pgiam_abi_version(void); /* major << 16 | minor */
PGIAM_EXPORT const char *PGIAM_CALL pgiam_version(void);  /* "1.4.2", for people */
/* Static: "provider:aws.sso", "target:aws.rds", "prompt:device-login"; NULL past the end. */
PGIAM_EXPORT const char *PGIAM_CALL pgiam_feature_at(size_t index);
/* The caller sets info->struct_size first. Texts are static. PGIAM_E_INVALID_ARGUMENT past the end. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_option_at(size_t index, pgiam_option_info *info);

/* ---- Connection strings (since 1.2) [callback-safe] ----------------------------------------- */

typedef struct pgiam_conninfo pgiam_conninfo;

/* What libpq's PQconninfoParse makes of "host=… user=…" or postgresql://…: the same strings are taken,
 * with the same values (blanks in URIs as before PostgreSQL 18, the keywords as of 18). No file, no
 * variable and no default is read; time goes with the length. Errors name the place, never a value. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_conninfo_parse(const char *text, pgiam_conninfo **out,
                                                              pgiam_error **error);
PGIAM_EXPORT size_t PGIAM_CALL pgiam_conninfo_count(const pgiam_conninfo *conninfo);
/* Each keyword that the string gives, once, in the order in which they come first; of several values
 * it is the last. The caller sets param->struct_size first. PGIAM_E_INVALID_ARGUMENT past the end. */
PGIAM_EXPORT pgiam_status PGIAM_CALL pgiam_conninfo_at(const pgiam_conninfo *conninfo,
                                                           size_t index, pgiam_param *param);
PGIAM_EXPORT void PGIAM_CALL pgiam_conninfo_free(pgiam_conninfo *conninfo); /* wipes all values */

/* ---- Entry point for hosts that dlopen ------------------------------------------------------- */

/* The functions above, in a table. Slots are appended, never moved, changed or removed. */
typedef struct pgiam_api {
  uint32_t struct_size; /* bytes this library filled: see PGIAM_API_HAS */
  uint32_t abi_version;
  pgiam_status(PGIAM_CALL *error_status)(const pgiam_error *);
  const char *(PGIAM_CALL *error_text)(const pgiam_error *, int32_t);
  int64_t(PGIAM_CALL *error_number)(const pgiam_error *, int32_t);
  const pgiam_error *(PGIAM_CALL *error_cause)(const pgiam_error *, size_t);
  void(PGIAM_CALL *error_free)(pgiam_error *);
  const char *(PGIAM_CALL *status_name)(pgiam_status);
  pgiam_status(PGIAM_CALL *answer_set)(pgiam_answer *, const char *, size_t);
  pgiam_status(PGIAM_CALL *context_new)(const pgiam_config *, pgiam_context **, pgiam_error **);
  void(PGIAM_CALL *context_free)(pgiam_context *);
  pgiam_status(PGIAM_CALL *before_connect)(pgiam_context *, const pgiam_request *,
                                             pgiam_reply **, pgiam_error **);
  size_t(PGIAM_CALL *reply_param_count)(const pgiam_reply *);
  pgiam_status(PGIAM_CALL *reply_param)(const pgiam_reply *, size_t, pgiam_param *);
  const char *(PGIAM_CALL *reply_text)(const pgiam_reply *, int32_t);
  int64_t(PGIAM_CALL *reply_number)(const pgiam_reply *, int32_t);
  void(PGIAM_CALL *reply_free)(pgiam_reply *);
  pgiam_status(PGIAM_CALL *after_connect)(pgiam_context *, const pgiam_reply *, int32_t,
                                            const char *, int32_t *);
  pgiam_status(PGIAM_CALL *before_connect_start)(pgiam_context *, const pgiam_request *,
                                                   pgiam_done_fn, void *, pgiam_operation **,
                                                   pgiam_error **);
  pgiam_status(PGIAM_CALL *operation_wait)(pgiam_operation *, int64_t, pgiam_reply **,
                                             pgiam_error **);
  void(PGIAM_CALL *operation_cancel)(pgiam_operation *);
  void(PGIAM_CALL *operation_free)(pgiam_operation *);
  const char *(PGIAM_CALL *version)(void);
  const char *(PGIAM_CALL *feature_at)(size_t);
  pgiam_status(PGIAM_CALL *option_at)(size_t, pgiam_option_info *);
  pgiam_status(PGIAM_CALL *explain)(pgiam_context *, const pgiam_request *, pgiam_reply **,
                                      pgiam_error **);
  /* end of 1.0 */
  pgiam_status(PGIAM_CALL *credentials)(pgiam_context *, const pgiam_request *, pgiam_reply **,
                                          pgiam_error **);
  pgiam_status(PGIAM_CALL *login)(pgiam_context *, const pgiam_request *, pgiam_reply **,
                                    pgiam_error **);
  /* end of 1.1 */
  pgiam_status(PGIAM_CALL *conninfo_parse)(const char *, pgiam_conninfo **, pgiam_error **);
  size_t(PGIAM_CALL *conninfo_count)(const pgiam_conninfo *);
  pgiam_status(PGIAM_CALL *conninfo_at)(const pgiam_conninfo *, size_t, pgiam_param *);
  void(PGIAM_CALL *conninfo_free)(pgiam_conninfo *);
  const char *(PGIAM_CALL *error_command)(const pgiam_error *, size_t);
  pgiam_status(PGIAM_CALL *explain_refusal)(pgiam_context *, const pgiam_reply *,
                                              const pgiam_outcome *, pgiam_error **);
  const pgiam_error *(PGIAM_CALL *reply_warning)(const pgiam_reply *, size_t);
  pgiam_status(PGIAM_CALL *question_answer)(pgiam_question *, const pgiam_option *, size_t);
  void(PGIAM_CALL *question_decline)(pgiam_question *, pgiam_status, const char *);
  pgiam_status(PGIAM_CALL *operation_start)(pgiam_context *, const pgiam_request *,
                                              pgiam_operation **, pgiam_error **);
  pgiam_status(PGIAM_CALL *operation_descriptor)(pgiam_operation *, int64_t *, pgiam_error **);
  pgiam_status(PGIAM_CALL *attempt_new)(pgiam_context *, const pgiam_request *, pgiam_attempt **,
                                          pgiam_error **);
  pgiam_status(PGIAM_CALL *attempt_next)(pgiam_attempt *, pgiam_step *, pgiam_error **);
  pgiam_status(PGIAM_CALL *attempt_param)(const pgiam_attempt *, size_t, pgiam_param *);
  pgiam_status(PGIAM_CALL *attempt_host)(const pgiam_attempt *, size_t, pgiam_host *);
  pgiam_status(PGIAM_CALL *attempt_report)(pgiam_attempt *, const pgiam_outcome *);
  pgiam_status(PGIAM_CALL *attempt_refresh)(pgiam_attempt *, size_t, pgiam_error **);
  pgiam_status(PGIAM_CALL *attempt_restart)(pgiam_attempt *, pgiam_error **);
  void(PGIAM_CALL *attempt_cancel)(pgiam_attempt *);
  void(PGIAM_CALL *attempt_free)(pgiam_attempt *);
  pgiam_status(PGIAM_CALL *examine)(pgiam_context *, const pgiam_request *, uint32_t,
                                      pgiam_examined_fn, void *, pgiam_error **);
  size_t(PGIAM_CALL *context_take_log)(pgiam_context *, pgiam_log_fn, void *);
  pgiam_status(PGIAM_CALL *reply_facts)(const pgiam_reply *, pgiam_facts *);
  /* end of what 1.2 has so far: it stays open until the first release */
} pgiam_api;

#define PGIAM_API_HAS(api, slot)                                                        \
  ((api)->struct_size >= offsetof(pgiam_api, slot) + sizeof((api)->slot) && (api)->slot)

/* The one symbol a loader looks up. Static table, valid for the life of the process.
 * NULL when this library does not speak abi_major. */
#define PGIAM_GET_API_SYMBOL "pgiam_get_api"
typedef const pgiam_api *(PGIAM_CALL *pgiam_get_api_fn)(uint32_t abi_major);
PGIAM_EXPORT const pgiam_api *PGIAM_CALL pgiam_get_api(uint32_t abi_major);

#ifdef __cplusplus
}
#endif
#endif /* PGIAM_H */
