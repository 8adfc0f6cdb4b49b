#define _POSIX_C_SOURCE 200112L
/* A program built with a frozen header (1.FROZEN_MINOR) and never again: run against today's library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgiam.h"

#if PGIAM_ABI_MAJOR != 1 || PGIAM_ABI_MINOR != FROZEN_MINOR
#error "this is not the frozen header"
#endif

static const char host[] = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";
static int failures;

static void expect(int holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "old_client: not so: %s\n", what);
  failures++;
}
#define EXPECT(condition) expect((condition) != 0, #condition)

static void log_line(void* lines, int32_t level, const char* component, const char* message) {
  ++*(int*)lines;
  expect(level >= PGIAM_LOG_ERROR && component && message, "log lines are whole");
}

static int is_token(const char* text) { return text && strstr(text, "X-Amz-Signature=") != NULL; }

static const char* password_of(const pgiam_reply* reply) {
  static pgiam_param param;
  size_t i;
  for (i = 0; i < pgiam_reply_param_count(reply); i++) {
    memset(&param, 0, sizeof param);
    param.struct_size = sizeof param;
    if (pgiam_reply_param(reply, i, &param) == PGIAM_OK && strcmp(param.key, "password") == 0)
      return param.value;
  }
  return NULL;
}

static void connect_and_tell(pgiam_context* context) {
  pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_reply* reply = NULL;
  pgiam_error* error = NULL;
  int32_t advice = -1;
  request.host = host;
  request.user = "peccy";
  EXPECT(pgiam_before_connect(context, &request, &reply, &error) == PGIAM_OK);
  EXPECT(is_token(password_of(reply)));
  EXPECT(strcmp(pgiam_reply_text(reply, PGIAM_REPLY_REGION), "eu-west-1") == 0);
  EXPECT(pgiam_reply_number(reply, PGIAM_REPLY_TOKEN_EXPIRES_AT) > 0);
  EXPECT(pgiam_after_connect(context, reply, PGIAM_OUTCOME_CONNECTED, NULL, &advice) == PGIAM_OK);
  EXPECT(advice == PGIAM_ADVICE_NONE);
  pgiam_reply_free(reply);
  pgiam_error_free(error);
}

static void connect_in_background(pgiam_context* context) {
  pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_operation* operation = NULL;
  pgiam_reply* reply = NULL;
  request.host = host;
  request.user = "peccy";
  EXPECT(pgiam_before_connect_start(context, &request, NULL, NULL, &operation, NULL) == PGIAM_OK);
  EXPECT(pgiam_operation_wait(operation, -1, &reply, NULL) == PGIAM_OK);
  EXPECT(is_token(password_of(reply)));
  pgiam_reply_free(reply);
  pgiam_operation_free(operation);
}

static void fail_with_detail(pgiam_context* context) {
  static const pgiam_option unknown = {"colour", "blue"};
  pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_reply* reply = NULL;
  pgiam_error* error = NULL;
  request.host = host;
  request.user = "peccy";
  request.options = &unknown;
  request.option_count = 1;
  EXPECT(pgiam_before_connect(context, &request, &reply, &error) == PGIAM_E_UNSUPPORTED);
  EXPECT(pgiam_error_status(error) == PGIAM_E_UNSUPPORTED);
  EXPECT(*pgiam_error_text(error, PGIAM_ERROR_MESSAGE) != '\0');
  EXPECT(pgiam_error_cause(error, 1000) == NULL);
  pgiam_error_free(error);
}

#if FROZEN_MINOR >= 1
static void fetch_credentials(pgiam_context* context) {
  const pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_reply* reply = NULL;
  pgiam_param param;
  EXPECT(pgiam_credentials(context, &request, &reply, NULL) == PGIAM_OK);
  memset(&param, 0, sizeof param);
  param.struct_size = sizeof param;
  EXPECT(pgiam_reply_param(reply, 0, &param) == PGIAM_OK);
  EXPECT(strcmp(param.key, "access_key_id") == 0 && strcmp(param.value, "akid") == 0);
  pgiam_reply_free(reply);
  reply = NULL;
  EXPECT(pgiam_login(context, &request, &reply, NULL) == PGIAM_E_LOGIN_REQUIRED && reply == NULL);
}
#endif

static void ask_about_the_library(void) {
  const pgiam_api* api = pgiam_get_api(1);
  pgiam_option_info info;
  EXPECT(api != NULL && PGIAM_API_HAS(api, explain));
  EXPECT(api->abi_version >> 16 == 1);
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  EXPECT(pgiam_option_at(0, &info) == PGIAM_OK && info.key && info.label);
  EXPECT(pgiam_feature_at(0) != NULL);
}

int main(void) {
  static const pgiam_option options[] = {{"reuse_seconds", "30"}, {"tls", "require"}};
  pgiam_config config = PGIAM_CONFIG_INIT;
  pgiam_context* context = NULL;
  int lines = 0;
  setenv("HOME", "/nonexistent", 1);
  setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
  setenv("AWS_ACCESS_KEY_ID", "akid", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);

  config.host_name = "old_client";
  config.options = options;
  config.option_count = 2;
  config.log_level = PGIAM_LOG_DEBUG;
  config.log = log_line;
  config.log_user_data = &lines;
  EXPECT(pgiam_context_new(&config, &context, NULL) == PGIAM_OK);
  connect_and_tell(context);
  connect_in_background(context);
  fail_with_detail(context);
#if FROZEN_MINOR >= 1
  fetch_credentials(context);
  EXPECT(PGIAM_API_HAS(pgiam_get_api(1), login));
#endif
  ask_about_the_library();
  pgiam_context_free(context);
  return failures != 0;
}
