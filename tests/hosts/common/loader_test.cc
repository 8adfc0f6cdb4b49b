#include "pgiam_loader.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <thread>
#include <vector>

namespace {

class Loader : public testing::Test {
 protected:
  void SetUp() override { unsetenv("PGIAM_LIBRARY"); }
  void TearDown() override { unsetenv("PGIAM_LIBRARY"); }

  char reason[1000] = "as it was";
};

TEST_F(Loader, LoadsTheFileThatIsNamed) {
  const pgiam_api* api = pgiam_load(PLUGIN_OF_THIS_MAJOR, reason, sizeof reason);
  ASSERT_NE(api, nullptr);
  EXPECT_EQ(api->abi_version >> 16, 1u);
  EXPECT_STREQ(reason, "");
  EXPECT_EQ(pgiam_load(PLUGIN_OF_THIS_MAJOR, nullptr, 0), api);
}

TEST_F(Loader, TriesNothingElseWhenTheNamedFileIsMissing) {
  EXPECT_EQ(pgiam_load("/nonexistent/plugin.so", reason, sizeof reason), nullptr);
  EXPECT_EQ(std::string(reason).find("/nonexistent/plugin.so: cannot open"), 0u) << reason;
  EXPECT_EQ(std::string(reason).find('\n'), std::string::npos) << reason;
}

TEST_F(Loader, RefusesAnotherMajor) {
  EXPECT_EQ(pgiam_load(PLUGIN_OF_OTHER_MAJOR, reason, sizeof reason), nullptr);
  EXPECT_NE(std::string(reason).find("major version"), std::string::npos) << reason;
}

TEST_F(Loader, RefusesALibraryThatIsNotThePlugin) {
  EXPECT_EQ(pgiam_load(PLUGIN_OF_NO_SYMBOL, reason, sizeof reason), nullptr);
  EXPECT_NE(std::string(reason).find("pgiam_get_api"), std::string::npos) << reason;
}

TEST_F(Loader, NamesEveryFileThatItTriedWhenNoneIsNamed) {
  EXPECT_EQ(pgiam_load(nullptr, reason, sizeof reason), nullptr);
  const std::string text = reason;
  EXPECT_NE(text.find("/libpgiam.so.1: "), std::string::npos) << text;
  EXPECT_NE(text.find("/../lib/libpgiam.so.1: "), std::string::npos) << text;
  EXPECT_NE(text.find("\nlibpgiam.so.1: "), std::string::npos) << text;
}

TEST_F(Loader, CutsItsReasonsToFit) {
  char small[20];
  EXPECT_EQ(pgiam_load("/nonexistent/plugin.so", small, sizeof small), nullptr);
  EXPECT_STREQ(small, "/nonexistent/plugin");
  char one = 'x';
  EXPECT_EQ(pgiam_load("/nonexistent/plugin.so", &one, 1), nullptr);
  EXPECT_EQ(one, '\0');
}

// Last, as what is found without a name is kept.
TEST_F(Loader, TakesTheFileThatTheEnvironmentNamesFromEveryThreadAndKeepsIt) {
  setenv("PGIAM_LIBRARY", "/nonexistent/plugin.so", 1);
  EXPECT_EQ(pgiam_load(nullptr, reason, sizeof reason), nullptr);

  setenv("PGIAM_LIBRARY", PLUGIN_OF_THIS_MAJOR, 1);
  std::vector<const pgiam_api*> found(16);
  std::vector<std::thread> threads;
  for (auto& api : found) threads.emplace_back([&api] { api = pgiam_load("", nullptr, 0); });
  for (std::thread& thread : threads) thread.join();
  for (const pgiam_api* api : found) EXPECT_EQ(api, pgiam_load(PLUGIN_OF_THIS_MAJOR, nullptr, 0));

  unsetenv("PGIAM_LIBRARY");
  EXPECT_EQ(pgiam_load(nullptr, nullptr, 0), found[0]);
}

}  // namespace
