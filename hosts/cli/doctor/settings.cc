#include "settings.h"

#include <cstdlib>

#include "configuration.h"

namespace pgiam::cli::doctor {
namespace {

// "target:aws.rds" is what the option target calls "rds".
std::string first_target() {
  constexpr std::string_view kKind = "target:";
  for (const std::string_view feature : features())
    if (feature.starts_with(kKind)) return std::string(feature.substr(feature.rfind('.') + 1));
  return "";
}

}  // namespace

AnyEndpoint::AnyEndpoint(Context& context) : target(first_target()) {
  host = Advice::on_connection(context, Request(kAnyHost)).fact("example_host");
  if (host.empty()) host = kAnyHost;
}

std::string describe_settings(const Arguments& arguments) {
  const std::string file = host::configuration_file();
  std::string lines = file.empty() ? "no configuration file; none is needed" : file;
  for (const auto& [key, value] : arguments.options) lines += "\noption " + key;
  for (const pgiam_option_info& info : pgiam::options()) {
    const char* value = std::getenv(info.env);
    if (value && *value) lines += std::string("\nvariable ") + info.env;
  }
  return lines;
}

}  // namespace pgiam::cli::doctor
