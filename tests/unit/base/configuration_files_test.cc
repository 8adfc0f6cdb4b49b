// Where the configuration may be, for the library and for hosts that have not loaded it.
#include "base/configuration_files.h"

#include <gmock/gmock.h>

#include <map>

namespace pgiam {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> files(std::map<std::string, std::string> variables, std::string home) {
  return configuration_files([&](const char* name) { return variables[name]; },
                             [&] { return home; });
}

TEST(ConfigurationFiles, AreThePersonsOwnAndTheSystems) {
  EXPECT_THAT(files({}, "/home/ann"),
              ElementsAre("/home/ann/.config/pgiam/pgiam.conf", "/etc/pgiam.conf"));
  EXPECT_THAT(files({}, ""), ElementsAre("/etc/pgiam.conf"));
}

TEST(ConfigurationFiles, OfAPersonAreInTheFolderThatTheDesktopNames) {
  EXPECT_THAT(files({{"XDG_CONFIG_HOME", "/settings"}}, "/home/ann"),
              ElementsAre("/settings/pgiam/pgiam.conf", "/etc/pgiam.conf"));
}

TEST(ConfigurationFiles, AreTheOneThatIsNamedAndNoOther) {
  EXPECT_THAT(files({{"PGIAM_CONFIG", "/a.conf"}, {"XDG_CONFIG_HOME", "/settings"}}, "/home/ann"),
              ElementsAre("/a.conf"));
}

}  // namespace
}  // namespace pgiam
