#include "report.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "plugin.h"

namespace pgiam::cli {
namespace {

struct ExitOf {
  pgiam_status status;
  int exit;
};

constexpr ExitOf kExits[] = {
    {PGIAM_OK, kExitOk},
    {PGIAM_NOT_APPLICABLE, kExitUsage},
    {PGIAM_E_INTERNAL, kExitInternal},
    {PGIAM_E_NO_MEMORY, kExitInternal},
    {PGIAM_E_INVALID_ARGUMENT, kExitUsage},
    {PGIAM_E_INVALID_STATE, kExitInternal},
    {PGIAM_E_UNSUPPORTED, kExitUsage},
    {PGIAM_E_TARGET, kExitUsage},
    {PGIAM_E_INSECURE, kExitUsage},
    {PGIAM_E_NO_CREDENTIALS, kExitNoCredentials},
    {PGIAM_E_LOGIN_REQUIRED, kExitNoCredentials},
    {PGIAM_E_LOGIN_DECLINED, kExitNoCredentials},
    {PGIAM_E_DENIED, kExitDenied},
    {PGIAM_E_BAD_CONFIG, kExitUsage},
    {PGIAM_E_NETWORK, kExitNetwork},
    {PGIAM_E_TIMEOUT, kExitNetwork},
    {PGIAM_E_CANCELLED, kExitNetwork},
    {PGIAM_E_THROTTLED, kExitNetwork},
    {PGIAM_E_BAD_RESPONSE, kExitNetwork},
};

}  // namespace

int exit_status(pgiam_status status) {
  for (const ExitOf& known : kExits) {
    if (known.status == status) return known.exit;
  }
  // A status of a later library counts as its hundred.
  if (status >= 300) return kExitNetwork;
  if (status >= 200) return kExitNoCredentials;
  return status >= 100 ? kExitUsage : kExitInternal;
}

int report_failures(const std::function<int()>& body) {
  try {
    return body();
  } catch (const UsageError& error) {
    remark(error.what());
    std::fprintf(stderr, "  %s\n", error.hint().c_str());
    return kExitUsage;
  } catch (const Error& error) {
    std::fputs(host::to_text(error).c_str(), stderr);
    return exit_status(error.status());
  } catch (const std::exception& error) {
    remark(error.what());
    return kExitInternal;
  }
}

void remark(const std::string& text) { std::fprintf(stderr, "pgiam: %s\n", text.c_str()); }

void print_line(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    throw std::system_error(errno, std::generic_category(), "cannot write to standard output");
}

}  // namespace pgiam::cli
