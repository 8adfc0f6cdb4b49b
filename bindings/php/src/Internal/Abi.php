<?php

declare(strict_types=1);

namespace Pgiam\Internal;

/**
 * pgiam.h for FFI. tests/bindings/php/test_drift.py holds it against the header.
 *
 * @internal
 */
final class Abi
{
    public const MAJOR = 1;
    public const MINOR = 2; // the least that this binding needs

    public const OK = 0;
    public const NOT_APPLICABLE = 1;
    public const E_INTERNAL = 2;
    public const E_NO_MEMORY = 3;
    public const E_INVALID_ARGUMENT = 100;
    public const E_INVALID_STATE = 101;
    public const E_UNSUPPORTED = 102;
    public const E_TARGET = 103;
    public const E_INSECURE = 104;
    public const E_NO_CREDENTIALS = 200;
    public const E_LOGIN_REQUIRED = 201;
    public const E_LOGIN_DECLINED = 202;
    public const E_DENIED = 203;
    public const E_BAD_CONFIG = 204;
    public const E_NETWORK = 300;
    public const E_TIMEOUT = 301;
    public const E_CANCELLED = 302;
    public const E_THROTTLED = 303;
    public const E_BAD_RESPONSE = 304;
    public const E_WOULD_BLOCK = 305;
    public const E_CONNECT = 306;

    public const ERROR_MESSAGE = 1;
    public const ERROR_HINT = 2;
    public const ERROR_PROVIDER = 3;
    public const ERROR_REMOTE = 4;
    public const ERROR_CODE = 5;
    public const ERROR_EVIDENCE = 6;
    public const ERROR_SQLSTATE = 7;
    public const ERROR_EXPLANATION = 8;
    public const ERROR_RETRYABLE = 1;
    public const ERROR_RETRY_AFTER_MS = 2;

    public const LOG_ERROR = 1;
    public const LOG_WARN = 2;
    public const LOG_INFO = 3;
    public const LOG_DEBUG = 4;

    public const PROMPT_DEVICE_LOGIN = 1;
    public const PROMPT_MFA_CODE = 2;
    public const PROMPT_CLOSE = 3;
    public const PROMPT_FLAG_RETRY = 0x1;
    public const PROMPT_FLAG_FINAL_TRY = 0x2;

    public const REQUEST_NO_WAIT = 0x8;
    public const REQUEST_WALKS_LIST = 0x10;
    public const HOST_NOT_OURS = 0x1;

    public const OUTCOME_CONNECTED = 1;
    public const OUTCOME_OTHER = 3;

    public const STEP_WAIT = 1;
    public const STEP_CONNECT = 2;
    public const STEP_DONE = 3;

    /** What tells one library from another. */
    public const VERSION = <<<'C'
        uint32_t pgiam_abi_version(void);
        const void *pgiam_get_api(uint32_t abi_major);
        C;

    /**
     * One member a line: of `const char *host, *user` PHP reads the second as a char *, which is no string to it. The texts of
     * pgiam_facts are a void *, since PHP makes a string of a const char *, up to the first NUL.
     */
    public const DECLARATIONS = <<<'C'
        typedef int32_t pgiam_status;
        typedef struct pgiam_error pgiam_error;
        typedef struct pgiam_question pgiam_question;
        typedef struct pgiam_context pgiam_context;
        typedef struct pgiam_reply pgiam_reply;
        typedef struct pgiam_operation pgiam_operation;
        typedef struct pgiam_attempt pgiam_attempt;
        typedef struct pgiam_conninfo pgiam_conninfo;
        typedef struct pgiam_prompt {
          uint32_t struct_size;
          int32_t kind;
          uint32_t flags;
          uint32_t id;
          int64_t expires_in_ms;
          const char *title;
          const char *subject;
          const char *url;
          const char *url_complete;
          const char *user_code;
        } pgiam_prompt;
        typedef void (*pgiam_ask_fn)(void *user_data, const pgiam_prompt *prompt, pgiam_question *question);
        typedef void (*pgiam_log_fn)(void *user_data, int32_t level, const char *component, const char *message);
        typedef struct pgiam_option {
          const char *key;
          const char *value;
        } pgiam_option;
        typedef struct pgiam_config {
          uint32_t struct_size;
          int32_t log_level;
          const char *host_name;
          const char *host_version;
          const pgiam_option *options;
          size_t option_count;
          void *log;
          void *log_user_data;
          void *prompt;
          void *prompt_user_data;
          pgiam_ask_fn ask;
          void *ask_user_data;
          uint32_t log_room;
          uint32_t reserved;
        } pgiam_config;
        typedef struct pgiam_request {
          uint32_t struct_size;
          uint32_t flags;
          const char *host;
          const char *user;
          const char *database;
          const char *password;
          const char *sslmode;
          uint32_t port;
          uint32_t reserved;
          int64_t timeout_ms;
          const pgiam_option *options;
          size_t option_count;
          const pgiam_option *keywords;
          size_t keyword_count;
          const char *can_apply;
          pgiam_ask_fn credentials;
          void *credentials_user_data;
          const char *credentials_identity;
          const char *const *host_passwords;
          size_t host_password_count;
        } pgiam_request;
        typedef struct pgiam_param {
          uint32_t struct_size;
          uint32_t flags;
          const char *key;
          const char *value;
        } pgiam_param;
        typedef struct pgiam_facts {
          uint32_t struct_size;
          uint32_t from_cache;
          int64_t token_expires_at;
          int64_t credentials_expires_at;
          uint32_t signing_port;
          uint32_t param_count;
          uint32_t warning_count;
          uint32_t reserved;
          const void *texts;
          size_t texts_size;
        } pgiam_facts;
        typedef struct pgiam_step {
          uint32_t struct_size;
          int32_t kind;
          uint32_t flags;
          uint32_t host;
          int64_t descriptor;
          int64_t wait_ms;
        } pgiam_step;
        typedef struct pgiam_host {
          uint32_t struct_size;
          uint32_t port;
          const char *host;
          const char *hostaddr;
          const char *password;
          const pgiam_reply *reply;
          uint32_t flags;
          uint32_t reserved;
          const char *dial_host;
          const char *dial_hostaddr;
        } pgiam_host;
        typedef struct pgiam_outcome {
          uint32_t struct_size;
          int32_t outcome;
          uint32_t flags;
          uint32_t host;
          const char *sqlstate;
          const char *message;
        } pgiam_outcome;
        typedef struct pgiam_option_info {
          uint32_t struct_size;
          uint32_t flags;
          const char *key;
          const char *type;
          const char *default_value;
          const char *env;
          const char *label;
        } pgiam_option_info;
        pgiam_status pgiam_error_status(const pgiam_error *error);
        const char *pgiam_error_text(const pgiam_error *error, int32_t field);
        int64_t pgiam_error_number(const pgiam_error *error, int32_t field);
        const pgiam_error *pgiam_error_cause(const pgiam_error *error, size_t index);
        const char *pgiam_error_command(const pgiam_error *error, size_t index);
        void pgiam_error_free(pgiam_error *error);
        const char *pgiam_status_name(pgiam_status status);
        pgiam_status pgiam_question_answer(pgiam_question *question, const pgiam_option *values, size_t value_count);
        void pgiam_question_decline(pgiam_question *question, pgiam_status status, const char *message);
        pgiam_status pgiam_context_new(const pgiam_config *config, pgiam_context **out, pgiam_error **error);
        void pgiam_context_free(pgiam_context *context);
        size_t pgiam_context_take_log(pgiam_context *context, pgiam_log_fn take, void *user_data);
        pgiam_status pgiam_before_connect(pgiam_context *context, const pgiam_request *request, pgiam_reply **out,
                                          pgiam_error **error);
        pgiam_status pgiam_reply_param(const pgiam_reply *reply, size_t index, pgiam_param *param);
        pgiam_status pgiam_reply_facts(const pgiam_reply *reply, pgiam_facts *facts);
        const pgiam_error *pgiam_reply_warning(const pgiam_reply *reply, size_t index);
        void pgiam_reply_free(pgiam_reply *reply);
        pgiam_status pgiam_operation_start(pgiam_context *context, const pgiam_request *request, pgiam_operation **out,
                                           pgiam_error **error);
        pgiam_status pgiam_operation_descriptor(pgiam_operation *operation, int64_t *out, pgiam_error **error);
        pgiam_status pgiam_operation_wait(pgiam_operation *operation, int64_t timeout_ms, pgiam_reply **out,
                                          pgiam_error **error);
        void pgiam_operation_cancel(pgiam_operation *operation);
        void pgiam_operation_free(pgiam_operation *operation);
        pgiam_status pgiam_attempt_new(pgiam_context *context, const pgiam_request *request, pgiam_attempt **out,
                                       pgiam_error **error);
        pgiam_status pgiam_attempt_next(pgiam_attempt *attempt, pgiam_step *step, pgiam_error **error);
        pgiam_status pgiam_attempt_param(const pgiam_attempt *attempt, size_t index, pgiam_param *param);
        pgiam_status pgiam_attempt_host(const pgiam_attempt *attempt, size_t index, pgiam_host *host);
        pgiam_status pgiam_attempt_report(pgiam_attempt *attempt, const pgiam_outcome *outcome);
        void pgiam_attempt_free(pgiam_attempt *attempt);
        uint32_t pgiam_abi_version(void);
        const char *pgiam_version(void);
        pgiam_status pgiam_option_at(size_t index, pgiam_option_info *info);
        pgiam_status pgiam_conninfo_parse(const char *text, pgiam_conninfo **out, pgiam_error **error);
        pgiam_status pgiam_conninfo_at(const pgiam_conninfo *conninfo, size_t index, pgiam_param *param);
        void pgiam_conninfo_free(pgiam_conninfo *conninfo);
        C;

    /** Of a status by its name; 0 where this package does not know it. */
    public static function numberOf(string $status): int
    {
        foreach (['E_', ''] as $prefix) {
            if (\defined(self::class . "::$prefix$status")) {
                return \constant(self::class . "::$prefix$status");
            }
        }
        return 0;
    }
}
