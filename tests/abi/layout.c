/* The layout of every public struct on 64-bit machines, as released: a change here breaks programs
 * that were compiled before. Also: each slot of the table has the type of its function. */
#include <pgiam.h>

#include "layout.h"

/* C99 has no static assertion: an array of negative size stops the compiler as well. */
#define ASSERT_EQUAL(a, b) extern const char layout_holds[(a) == (b) ? 1 : -1]
#define AT(type, field, offset) ASSERT_EQUAL(offsetof(type, field), offset)

#if defined(__LP64__)
ASSERT_EQUAL(sizeof(pgiam_prompt), 64);
AT(pgiam_prompt, struct_size, 0);
AT(pgiam_prompt, kind, 4);
AT(pgiam_prompt, flags, 8);
AT(pgiam_prompt, id, 12);
AT(pgiam_prompt, expires_in_ms, 16);
AT(pgiam_prompt, title, 24);
AT(pgiam_prompt, subject, 32);
AT(pgiam_prompt, url, 40);
AT(pgiam_prompt, url_complete, 48);
AT(pgiam_prompt, user_code, 56);

ASSERT_EQUAL(sizeof(pgiam_option), 16);
AT(pgiam_option, key, 0);
AT(pgiam_option, value, 8);

ASSERT_EQUAL(sizeof(pgiam_config), 96);
AT(pgiam_config, struct_size, 0);
AT(pgiam_config, log_level, 4);
AT(pgiam_config, host_name, 8);
AT(pgiam_config, host_version, 16);
AT(pgiam_config, options, 24);
AT(pgiam_config, option_count, 32);
AT(pgiam_config, log, 40);
AT(pgiam_config, log_user_data, 48);
AT(pgiam_config, prompt, 56);
AT(pgiam_config, prompt_user_data, 64);
AT(pgiam_config, ask, 72);
AT(pgiam_config, ask_user_data, 80);
AT(pgiam_config, log_room, 88);
AT(pgiam_config, reserved, 92);

ASSERT_EQUAL(sizeof(pgiam_request), 144);
AT(pgiam_request, struct_size, 0);
AT(pgiam_request, flags, 4);
AT(pgiam_request, host, 8);
AT(pgiam_request, user, 16);
AT(pgiam_request, database, 24);
AT(pgiam_request, password, 32);
AT(pgiam_request, sslmode, 40);
AT(pgiam_request, port, 48);
AT(pgiam_request, reserved, 52);
AT(pgiam_request, timeout_ms, 56);
AT(pgiam_request, options, 64);
AT(pgiam_request, option_count, 72);
AT(pgiam_request, keywords, 80);
AT(pgiam_request, keyword_count, 88);
AT(pgiam_request, can_apply, 96);
AT(pgiam_request, credentials, 104);
AT(pgiam_request, credentials_user_data, 112);
AT(pgiam_request, credentials_identity, 120);
AT(pgiam_request, host_passwords, 128);
AT(pgiam_request, host_password_count, 136);

ASSERT_EQUAL(sizeof(pgiam_param), 24);
AT(pgiam_param, struct_size, 0);
AT(pgiam_param, flags, 4);
AT(pgiam_param, key, 8);
AT(pgiam_param, value, 16);

ASSERT_EQUAL(sizeof(pgiam_outcome), 32);
AT(pgiam_outcome, struct_size, 0);
AT(pgiam_outcome, outcome, 4);
AT(pgiam_outcome, flags, 8);
AT(pgiam_outcome, host, 12);
AT(pgiam_outcome, sqlstate, 16);
AT(pgiam_outcome, message, 24);

ASSERT_EQUAL(sizeof(pgiam_step), 32);
AT(pgiam_step, struct_size, 0);
AT(pgiam_step, kind, 4);
AT(pgiam_step, flags, 8);
AT(pgiam_step, host, 12);
AT(pgiam_step, descriptor, 16);
AT(pgiam_step, wait_ms, 24);

ASSERT_EQUAL(sizeof(pgiam_host), 64);
AT(pgiam_host, struct_size, 0);
AT(pgiam_host, port, 4);
AT(pgiam_host, host, 8);
AT(pgiam_host, hostaddr, 16);
AT(pgiam_host, password, 24);
AT(pgiam_host, reply, 32);
AT(pgiam_host, flags, 40);
AT(pgiam_host, reserved, 44);
AT(pgiam_host, dial_host, 48);
AT(pgiam_host, dial_hostaddr, 56);

ASSERT_EQUAL(sizeof(pgiam_option_info), 48);
AT(pgiam_option_info, struct_size, 0);
AT(pgiam_option_info, flags, 4);
AT(pgiam_option_info, key, 8);
AT(pgiam_option_info, type, 16);
AT(pgiam_option_info, default_value, 24);
AT(pgiam_option_info, env, 32);
AT(pgiam_option_info, label, 40);

ASSERT_EQUAL(sizeof(pgiam_facts), 56);
AT(pgiam_facts, struct_size, 0);
AT(pgiam_facts, from_cache, 4);
AT(pgiam_facts, token_expires_at, 8);
AT(pgiam_facts, credentials_expires_at, 16);
AT(pgiam_facts, signing_port, 24);
AT(pgiam_facts, param_count, 28);
AT(pgiam_facts, warning_count, 32);
AT(pgiam_facts, reserved, 36);
AT(pgiam_facts, texts, 40);
AT(pgiam_facts, texts_size, 48);

/* What is appended later stands behind these. */
AT(pgiam_api, struct_size, 0);
AT(pgiam_api, abi_version, 4);
#define SLOT(name, number) AT(pgiam_api, name, 8 + 8 * (number));
PGIAM_SLOTS(SLOT)
#endif

/* A slot of another type than its function's does not compile. */
#define CHECK_SLOT(name, number) \
  if (api->name != pgiam_##name) return #name;
const char* first_slot_that_differs(const pgiam_api* api) {
  PGIAM_SLOTS(CHECK_SLOT)
  return NULL;
}
