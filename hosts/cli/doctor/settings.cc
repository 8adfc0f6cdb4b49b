#include "settings.h"

#include <cstdlib>

#include "configuration.h"
#include "pgiam.hpp"

namespace pgiam::cli::doctor {

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
