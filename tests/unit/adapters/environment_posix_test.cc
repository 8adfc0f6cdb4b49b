#include "adapters/environment_posix.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

namespace pgiam {
namespace {

class PosixEnvironmentTest : public testing::Test {
 protected:
  PosixEnvironmentTest() {
    if (const char* home = getenv("HOME")) home_ = home;
  }
  ~PosixEnvironmentTest() override { setenv("HOME", home_.c_str(), 1); }

  const PosixEnvironment environment_;
  std::string home_;
};

TEST_F(PosixEnvironmentTest, HomeIsWhatTheVariableSays) {
  setenv("HOME", "/home/ann", 1);
  EXPECT_EQ(environment_.home(), "/home/ann");
}

TEST_F(PosixEnvironmentTest, HomeIsLookedUpWhereTheVariableIsMissingOrBlank) {
  std::optional<std::string> folder;  // stays empty for a user whom the database does not know
  if (const passwd* user = getpwuid(getuid())) folder = user->pw_dir;
  setenv("HOME", " ", 1);
  EXPECT_EQ(environment_.home(), folder);
  unsetenv("HOME");
  EXPECT_EQ(environment_.home(), folder);
}

TEST_F(PosixEnvironmentTest, GenerationChangesWithTheVariables) {
  const auto before = environment_.generation();
  setenv("PGIAM_TEST", "1", 1);
  const auto after = environment_.generation();
  EXPECT_NE(before, after);
  unsetenv("PGIAM_TEST");
  EXPECT_NE(environment_.generation(), after);
}

// putenv takes a program's own memory, which may say something else next time: a buffer that is
// written again, or a block that is freed and given again, as PHP's putenv has it.
TEST_F(PosixEnvironmentTest, GenerationChangesWithTheTextOfAVariableThatIsAskedFor) {
  static char entry[] = "PGIAM_TEST=dev";
  putenv(entry);
  EXPECT_EQ(environment_.get("PGIAM_TEST"), "dev");
  const auto before = environment_.generation();
  EXPECT_EQ(environment_.generation(), before);
  entry[sizeof entry - 2] = 'w';
  EXPECT_NE(environment_.generation(), before);
  unsetenv("PGIAM_TEST");
}

TEST_F(PosixEnvironmentTest, IsEmptyInAPrivilegedProgram) {
  const PosixEnvironment environment(true);
  setenv("HOME", "/home/caller", 1);
  EXPECT_EQ(environment.get("HOME"), std::nullopt);
  EXPECT_EQ(environment.home(), std::nullopt);
  const auto before = environment.generation();
  setenv("HOME", "/home/other", 1);
  EXPECT_EQ(environment.generation(), before);
}

}  // namespace
}  // namespace pgiam
