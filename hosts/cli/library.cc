#include "library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <string_view>
#include <vector>

#include "report.h"
#include "spelling.h"
#include "terminal.h"

namespace pgiam::cli {

void set_variable(const char* name, const std::string& value) {
  if (setenv(name, value.c_str(), 1) != 0) throw std::bad_alloc();
}

// Warnings are for everybody; below that, who asked for the log wants to know who speaks.
static void log(std::int32_t level, const char* component, const char* message) {
  const std::string text = message;
  remark(level == PGIAM_LOG_WARN ? "warning: " + text : component + (": " + text));
}

// A variable that is misspelt would otherwise do nothing, and say nothing.
static void warn_of_misspelt_variables() {
  static constexpr std::string_view kPrefix = "PGIAM_";
  std::vector<std::string> known{"CONFIG", "DISABLE", "LIBRARY"};
  for (const pgiam_option_info& info : options()) known.emplace_back(info.env + kPrefix.size());
  for (char** variable = environ; *variable; ++variable) {
    std::string_view name = *variable;
    if (!name.starts_with(kPrefix)) continue;
    name = name.substr(kPrefix.size(), name.find('=') - kPrefix.size());
    const std::string meant = nearest(name, known);
    if (!meant.empty() && meant != name)
      remark("warning: PGIAM_" + std::string(name) + " is no option; did you mean PGIAM_" + meant +
             "?");
  }
}

Context make_context(const Arguments& arguments, Asking asking, std::int32_t log_level) {
  if (log_level >= PGIAM_LOG_WARN) warn_of_misspelt_variables();
  Config config;
  config.host("pgiam", PGIAM_VERSION).log(log_level, log);
  for (const auto& [key, value] : arguments.options) config.option(key, value);
  if (asking == Asking::kOnTerminal && terminal_is_there()) config.prompt(ask_on_terminal);
  return Context(config);
}

void pass_on_options(const Arguments& arguments) {
  for (const auto& [key, value] : arguments.options) {
    for (const pgiam_option_info& info : options()) {
      if (key == info.key) set_variable(info.env, value);
    }
  }
}

Reply demand_token(Context& context, const Request& request) {
  pgiam_reply* reply = nullptr;
  pgiam_error* error = nullptr;
  const pgiam_status status = request.with([&](const pgiam_request* raw) {
    return pgiam_before_connect(context.get(), raw, &reply, &error);
  });
  if (status == PGIAM_OK) return Reply(linked(), reply);
  const Error failure(linked(), status, error);
  if (status != PGIAM_NOT_APPLICABLE) throw failure;
  throw UsageError(failure.what(),
                   "if it leads to an endpoint of a cloud, name that: --signing-host HOST");
}

bool is_ours(Context& context, const Request& request) {
  pgiam_reply* reply = nullptr;
  const pgiam_status status = request.with([&](const pgiam_request* raw) {
    return pgiam_before_connect(context.get(), raw, &reply, nullptr);
  });
  pgiam_reply_free(reply);
  return status != PGIAM_NOT_APPLICABLE;
}

std::string library_file() {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&pgiam_get_api), &info) == 0 || !info.dli_fname)
    throw std::runtime_error("the loader does not tell where libpgiam lies");
  const std::filesystem::path file = info.dli_fname;
  return (std::filesystem::canonical(file.parent_path()) / file.filename()).string();
}

std::string library_folder() {
  return std::filesystem::path(library_file()).parent_path().string();
}

}  // namespace pgiam::cli
