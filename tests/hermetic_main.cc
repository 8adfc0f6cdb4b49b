// The main function of all tests of GoogleTest: what the user's shell and home say of AWS, Postgres or
// pgiam does not reach them. tests/conftest.py does the same for those in Python.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

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
  forget_the_user();
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
