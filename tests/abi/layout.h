/* The slots of pgiam_api in their order, for ever; and what layout.c finds out about them. */
#ifndef PGIAM_TEST_LAYOUT_H
#define PGIAM_TEST_LAYOUT_H

#include <pgiam.h>

#define PGIAM_SLOTS(X)        \
  X(error_status, 0)          \
  X(error_text, 1)            \
  X(error_number, 2)          \
  X(error_cause, 3)           \
  X(error_free, 4)            \
  X(status_name, 5)           \
  X(answer_set, 6)            \
  X(context_new, 7)           \
  X(context_free, 8)          \
  X(before_connect, 9)        \
  X(reply_param_count, 10)    \
  X(reply_param, 11)          \
  X(reply_text, 12)           \
  X(reply_number, 13)         \
  X(reply_free, 14)           \
  X(after_connect, 15)        \
  X(before_connect_start, 16) \
  X(operation_wait, 17)       \
  X(operation_cancel, 18)     \
  X(operation_free, 19)       \
  X(version, 20)              \
  X(feature_at, 21)           \
  X(option_at, 22)            \
  X(explain, 23)              \
  X(credentials, 24)          \
  X(login, 25)                \
  X(conninfo_parse, 26)       \
  X(conninfo_count, 27)       \
  X(conninfo_at, 28)          \
  X(conninfo_free, 29)        \
  X(error_command, 30)        \
  X(explain_refusal, 31)      \
  X(reply_warning, 32)        \
  X(question_answer, 33)      \
  X(question_decline, 34)     \
  X(operation_start, 35)      \
  X(operation_descriptor, 36) \
  X(attempt_new, 37)          \
  X(attempt_next, 38)         \
  X(attempt_param, 39)        \
  X(attempt_host, 40)         \
  X(attempt_report, 41)       \
  X(attempt_refresh, 42)      \
  X(attempt_restart, 43)      \
  X(attempt_cancel, 44)       \
  X(attempt_free, 45)         \
  X(examine, 46)              \
  X(context_take_log, 47)     \
  X(reply_facts, 48)

#ifdef __cplusplus
extern "C" {
#endif

/* NULL if the table holds the functions that the library exports. */
const char* first_slot_that_differs(const pgiam_api* api);

#ifdef __cplusplus
}
#endif
#endif
