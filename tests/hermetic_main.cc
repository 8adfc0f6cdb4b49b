// The main function of all tests of GoogleTest: what the user's shell and home say of AWS, Postgres or
// pgiam does not reach them. tests/conftest.py does the same for those in Python.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>
#include <vector>

extern char** environ;

namespace {

bool is_kept(const std::string& name) {
  for (const char* kept : {"PATH", "TMPDIR", "TERM"})
    if (name == kept) return true;
  for (const char* prefix : {"GTEST_", "TEST_", "PGIAM_TEST_", "TESTBRIDGE_"})
    if (name.starts_with(prefix)) return true;
  return name.ends_with("SAN_OPTIONS");
}

// The linker has read its variables when main begins: a user's would have the tests run with an installed
// library. PGIAM_TEST_LIBRARY_PATH is the path of a test that wants one.
void load_what_was_built(char** arguments) {
  const char* given = getenv("LD_LIBRARY_PATH");
  const char* wanted = getenv("PGIAM_TEST_LIBRARY_PATH");
  if (getenv("LD_PRELOAD") == nullptr &&
      std::string(given ? given : "") == std::string(wanted ? wanted : ""))
    return;
  unsetenv("LD_PRELOAD");
  setenv("LD_LIBRARY_PATH", wanted ? wanted : "", 1);
  execv("/proc/self/exe", arguments);
}

void forget_the_user() {
  std::vector<std::string> names;
  for (char** variable = environ; *variable != nullptr; ++variable)
    names.push_back(std::string(*variable).substr(0, std::string(*variable).find('=')));
  for (const std::string& name : names)
    if (!is_kept(name)) unsetenv(name.c_str());
  setenv("HOME", "/nonexistent", 1);
  setenv("LC_ALL", "C.UTF-8", 1);
}

}  // namespace

int main(int argc, char** argv) {
  load_what_was_built(argv);
  forget_the_user();
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
