// What the library tells of itself, and the table of its functions.
#include "abi/guard.h"
#include "clouds/features.h"
#include "clouds/options.h"

namespace {

constexpr pgiam_api kApi = {
    sizeof(pgiam_api),
    PGIAM_ABI_MAJOR << 16 | PGIAM_ABI_MINOR,
    pgiam_error_status,
    pgiam_error_text,
    pgiam_error_number,
    pgiam_error_cause,
    pgiam_error_free,
    pgiam_status_name,
    pgiam_answer_set,
    pgiam_context_new,
    pgiam_context_free,
    pgiam_before_connect,
    pgiam_reply_param_count,
    pgiam_reply_param,
    pgiam_reply_text,
    pgiam_reply_number,
    pgiam_reply_free,
    pgiam_after_connect,
    pgiam_before_connect_start,
    pgiam_operation_wait,
    pgiam_operation_cancel,
    pgiam_operation_free,
    pgiam_version,
    pgiam_feature_at,
    pgiam_option_at,
    pgiam_explain,
    pgiam_credentials,
    pgiam_login,
    pgiam_conninfo_parse,
    pgiam_conninfo_count,
    pgiam_conninfo_at,
    pgiam_conninfo_free,
    pgiam_error_command,
    pgiam_explain_refusal,
    pgiam_reply_warning,
    pgiam_question_answer,
    pgiam_question_decline,
    pgiam_operation_start,
    pgiam_operation_descriptor,
    pgiam_attempt_new,
    pgiam_attempt_next,
    pgiam_attempt_param,
    pgiam_attempt_host,
    pgiam_attempt_report,
    pgiam_attempt_refresh,
    pgiam_attempt_restart,
    pgiam_attempt_cancel,
    pgiam_attempt_free,
    pgiam_examine,
    pgiam_context_take_log,
    pgiam_reply_facts,
};

}  // namespace

uint32_t pgiam_abi_version(void) { return kApi.abi_version; }

const char* pgiam_version(void) { return PGIAM_VERSION; }

const char* pgiam_feature_at(size_t index) {
  const auto features = pgiam::features();
  return index < features.size() ? features[index].c_str() : nullptr;
}

pgiam_status pgiam_option_at(size_t index, pgiam_option_info* info) {
  const auto options = pgiam::all_options();
  if (!pgiam::can_be_filled(info) || index >= options.size())
    return PGIAM_E_INVALID_ARGUMENT;
  const pgiam::Option& option = *options[index];
  pgiam_option_info filled{};
  filled.key = option.key;
  filled.type = option.type.text();
  filled.default_value = option.default_value;
  filled.env = option.env;
  filled.label = option.label;
  pgiam::copy_out(filled, info);
  return PGIAM_OK;
}

const pgiam_api* pgiam_get_api(uint32_t abi_major) {
  return abi_major == PGIAM_ABI_MAJOR ? &kApi : nullptr;
}
