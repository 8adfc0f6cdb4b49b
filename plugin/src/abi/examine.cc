// Examinations: the module does them, with the caller's own arguments.

#include "abi/guard.h"

pgiam_status pgiam_examine(pgiam_context* context, const pgiam_request* request, uint32_t what,
                           pgiam_examined_fn take, void* user_data, pgiam_error** error) {
  using namespace pgiam;
  return guard(error, [&]() -> Result<void> {
    if (context == nullptr || request == nullptr || take == nullptr)
      return invalid_argument("context, request or take is NULL");
    if (inside_callback_of(context)) return called_from_callback();
    const auto module = find_examine_module();
    if (!module) return module.error();
    if ((*module)->api_size != sizeof(pgiam_api))
      return make_error(Status::kUnsupported, "the module that examines is of another build");
    const pgiam_status status =
        (*module)->examine(pgiam_get_api(PGIAM_ABI_MAJOR), context, request, what, take, user_data);
    if (status != PGIAM_OK)
      return make_error(static_cast<Status>(status), "the examination failed");
    return {};
  });
}
