#include "plugin.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "base/load_lock.h"
#include "base/log_words.h"
#include "base/text.h"
#include "base/uncancellable.h"
#include "base/yes_or_no.h"
#include "pgiam_loader.h"

namespace pgiam::host {
namespace {

int log_level() {
  const char* wanted = secure_getenv("PGIAM_LOG");
  for (int level = 0; wanted && level <= PGIAM_LOG_DEBUG; ++level) {
    if (equals_ignore_case(wanted, kLogWords[level])) return level;
  }
  return PGIAM_LOG_ERROR;
}

// The library has decided already that this level is wanted.
void write_line(int, const char* component, const char* message) noexcept {
  iovec line[] = {{const_cast<char*>("pgiam: "), 7},
                  {const_cast<char*>(component), strlen(component)},
                  {const_cast<char*>(": "), 2},
                  {const_cast<char*>(message), strlen(message)},
                  {const_cast<char*>("\n"), 1}};
  [[maybe_unused]] ssize_t written =
      writev(STDERR_FILENO, line, std::size(line));  // one line, whole
}

std::atomic<const pgiam_api*> loaded = nullptr;

std::string minor_version(std::uint32_t abi_version) {
  return std::to_string(abi_version >> 16) + "." + std::to_string(abi_version & 0xffff);
}

std::string too_old(const pgiam_api& api) {
  constexpr std::uint32_t kOurs = PGIAM_ABI_MAJOR << 16 | PGIAM_ABI_MINOR;
  return std::string("the pgiam plugin is too old: it is ") + api.version() + ", of ABI " +
         minor_version(api.abi_version) + ", and this part of pgiam needs " +
         minor_version(kOurs) + ". Install both from the same release.";
}

const pgiam_api* load(std::string& why) {
  const LoadLock lock;
  char reason[4096];
  const pgiam_api* api = pgiam_load(nullptr, reason, sizeof reason);
  if (!api) {
    why = std::string("the pgiam plugin cannot be loaded:\n") + reason;
  } else if (!PGIAM_API_HAS(api, attempt_free)) {
    why = too_old(*api);
    api = nullptr;
  }
  loaded.store(api, std::memory_order_release);
  return api;
}

std::unique_ptr<Context> make_context(std::string& why) {
  const pgiam_api* api = load(why);
  if (!api) return nullptr;
  Config config;
  config.host(program_invocation_short_name, "").log(log_level(), write_line);
  Result<Context> context = Context::create(config, api);
  if (context) return std::make_unique<Context>(std::move(*context));
  why = to_text(context.error());
  return nullptr;
}

}  // namespace

Context* plugin(std::string& why) {
  // No lock around all of it, which the child of a fork could inherit locked: threads that come at
  // once make a context each and keep the first.
  static std::atomic<Context*> kept = nullptr;
  if (Context* context = kept.load(std::memory_order_acquire)) return context;

  const Uncancellable to_its_end;
  std::unique_ptr<Context> mine = make_context(why);
  if (!mine) return nullptr;
  Context* first = nullptr;
  if (!kept.compare_exchange_strong(first, mine.get())) return first;
  return mine.release();
}

const pgiam_api* plugin_api() noexcept { return loaded.load(std::memory_order_acquire); }

bool is_logged(int level) noexcept { return level <= log_level(); }

void log(int level, const char* component, const char* message) noexcept {
  const Uncancellable to_its_end;
  if (is_logged(level)) write_line(level, component, message);
}

std::string to_text(const Error& error) {
  const char* explanation = error.text(PGIAM_ERROR_EXPLANATION);
  if (*explanation) return std::string("pgiam: ") + explanation;
  // Not of the library's making, or of a library older than 1.2.
  std::string text = std::string("pgiam: ") + error.what() + "\n";
  if (*error.hint()) text += std::string("  ") + error.hint() + "\n";
  return text;
}

std::string with_explanation(const std::string& message, const Error& explained) {
  const std::string redacted = explained.text(PGIAM_ERROR_EVIDENCE);
  std::string text = redacted.empty() ? message : redacted;
  const bool says_all =
      explained.status() == PGIAM_NOT_APPLICABLE || explained.status() == PGIAM_E_CONNECT;
  if (says_all) return text;
  if (!text.ends_with('\n')) text += '\n';
  return text + to_text(explained);
}

bool is_disabled() noexcept { return is_on("PGIAM_DISABLE"); }

bool is_on(const char* variable) noexcept {
  const char* value = secure_getenv(variable);
  for (std::string_view yes : kYes)
    if (value && equals_ignore_case(value, yes)) return true;
  return false;
}

}  // namespace pgiam::host
