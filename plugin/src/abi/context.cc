// Contexts.
#include "abi/guard.h"

namespace pgiam {
namespace {

Result<std::vector<std::pair<std::string, std::string>>> read_options(const pgiam_config& config) {
  if (config.options == nullptr && config.option_count > 0)
    return invalid_argument("config.options is NULL, but option_count is not 0");
  std::vector<std::pair<std::string, std::string>> options;
  for (std::size_t i = 0; i < config.option_count; ++i) {
    const pgiam_option& option = config.options[i];
    if (view(option.key).empty()) return invalid_argument("an option has no key");
    options.emplace_back(option.key, view(option.value));
  }
  if (auto valid = check_options(options); !valid) return valid.error();
  return options;
}

// "pgiam/0.1.0 psql/15.4"; nothing that could break a header.
std::string user_agent(const pgiam_config& config) {
  std::string text = "pgiam/" PGIAM_VERSION;
  for (const auto& [separator, part] :
       {std::pair{' ', view(config.host_name)}, std::pair{'/', view(config.host_version)}}) {
    if (part.empty()) break;
    text += separator;
    for (char c : part) text += c > ' ' && c < 127 ? c : '_';
  }
  return text;
}

}  // namespace

ActiveCalls::Ticket ActiveCalls::begin() {
  const StateLock lock;
  leave_those_of_the_parent();
  ++active_;
  return {fork_, stop_.get_token()};
}

void ActiveCalls::end(const Ticket& ticket) {
  const StateLock lock;
  if (ticket.fork != fork_) return;
  // Under the lock: whoever waits frees this object next.
  if (--active_ == 0) none_.notify_all();
}

void ActiveCalls::stop_all() {
  std::stop_source stop(std::nostopstate);
  {
    const StateLock lock;
    leave_those_of_the_parent();
    stop = stop_;
  }
  stop.request_stop();  // runs callbacks, so not under the lock
  StateLock lock;
  none_.wait(lock.native(), [this] { return active_ == 0; });
}

void ActiveCalls::leave_those_of_the_parent() {
  if (fork_ == fork_count()) return;
  fork_ = fork_count();
  active_ = 0;
  // A thread of the parent may have been inside it, so it is neither used nor destroyed.
  keep_for_ever(std::make_shared<std::stop_source>(std::move(stop_)));
  stop_ = std::stop_source();
}

}  // namespace pgiam

pgiam_status pgiam_context_new(const pgiam_config* config, pgiam_context** out,
                               pgiam_error** error) {
  using namespace pgiam;
  return guard(error, [&]() -> Result<void> {
    if (out == nullptr) return invalid_argument("out is NULL");
    const pgiam_config defaults = PGIAM_CONFIG_INIT;
    Given<pgiam_config> given;
    auto is_read = given.read(config == nullptr ? &defaults : config, "config");
    if (!is_read) return is_read;
    auto options = read_options(*given);
    if (!options) return options.error();
    *out = new pgiam_context(*given, {user_agent(*given), std::move(*options)});
    return {};
  });
}

void pgiam_context_free(pgiam_context* context) {
  // From its own callback it would wait for itself for ever: a leak is the lesser evil.
  if (context == nullptr || pgiam::inside_callback_of(context)) return;
  context->calls.stop_all();
  delete context;
}

size_t pgiam_context_take_log(pgiam_context* context, pgiam_log_fn take, void* user_data) {
  return context == nullptr ? 0 : context->log.hand_over(take, user_data);
}
