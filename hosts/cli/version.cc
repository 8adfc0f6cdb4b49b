// pgiam version: of the command, and of the library that it found.
#include "version.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "commands.h"
#include "library.h"
#include "report.h"

namespace pgiam::cli {

static boost::json::array list_options() {
  boost::json::array listed;
  for (const pgiam_option_info& option : options()) {
    listed.push_back(boost::json::object{{"key", option.key},
                                         {"type", option.type},
                                         {"default", option.default_value},
                                         {"variable", option.env ? option.env : ""},
                                         {"label", option.label}});
  }
  return listed;
}

static std::string abi_text() {
  const std::uint32_t abi = pgiam_abi_version();
  return std::to_string(abi >> 16) + "." + std::to_string(abi & 0xffff);
}

boost::json::object about() {
  boost::json::array known;
  for (const char* feature : features()) known.push_back(boost::json::value(feature));
  return {{"version", PGIAM_VERSION},         {"library", pgiam_version()},
          {"abi", abi_text()},                {"file", library_file()},
          {"features", std::move(known)},     {"options", list_options()}};
}

static int run(const Arguments& arguments) {
  if (arguments.has("json")) {
    print_line(boost::json::serialize(about()));
    return kExitOk;
  }
  print_line(std::string("pgiam " PGIAM_VERSION "\nlibpgiam ") + pgiam_version() + ", ABI " +
             abi_text() + ", " + library_file());
  return kExitOk;
}

Command version_command() {
  return {.name = "version",
          .purpose = "versions of the command and of its library",
          .flags = {{"json", nullptr, "as a JSON object, with what the library can do"}},
          .run = run};
}

}  // namespace pgiam::cli
