// Where pgiam's configuration file may be. Includes nothing of the core: hosts share it, which have
// to know before they load the library.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace pgiam {

// What can make an endpoint of a host whose name tells nothing.
inline constexpr char kConfigurationVariable[] = "PGIAM_CONFIG";
inline constexpr char kSigningHostVariable[] = "PGIAM_SIGNING_HOST";
inline constexpr char kTargetVariable[] = "PGIAM_TARGET";
inline constexpr char kPasswordFileVariable[] = "PGIAM_PASSWORD_FILE";
inline constexpr char kPgpassVariable[] = "PGIAM_PGPASS";
inline constexpr const char* kEndpointVariables[] = {
    kSigningHostVariable, kTargetVariable, kConfigurationVariable, kPasswordFileVariable,
    kPgpassVariable};

// In this order; the first that is there is it, and of one that PGIAM_CONFIG names there is no other.
// variable(name) gives its value, home() the person's home; "" for none.
template <typename Variable, typename Home>
std::vector<std::string> configuration_files(Variable variable, Home home) {
  if (std::string named = variable(kConfigurationVariable); !named.empty()) return {std::move(named)};
  std::vector<std::string> files;
  std::string folder = variable("XDG_CONFIG_HOME");
  if (folder.empty()) {
    folder = home();
    if (!folder.empty()) folder += "/.config";
  }
  if (!folder.empty()) files.push_back(folder + "/pgiam/pgiam.conf");
  files.push_back("/etc/pgiam.conf");
  return files;
}

}  // namespace pgiam
