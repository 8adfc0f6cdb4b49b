#include "base/shell.h"

#include <gtest/gtest.h>
#include <stdio.h>

#include <string>

namespace pgiam {
namespace {

std::string read_by_sh(const std::string& word) {
  FILE* const sh = popen(("printf %s " + word).c_str(), "r");
  std::string text;
  for (int c; sh != nullptr && (c = fgetc(sh)) != EOF;) text += static_cast<char>(c);
  if (sh != nullptr) pclose(sh);
  return text;
}

TEST(ShellWord, LeavesAloneWhatNeedsNoQuotes) {
  for (const char* plain : {"dev", "/home/me/.pgpass", "arn:aws:iam::1:role/R", "a@b.c-d_e+f,g%"})
    EXPECT_EQ(shell_word(plain), plain);
}

TEST(ShellWord, IsReadByAShellAsTheText) {
  for (const char* text : {"", "my dev", "it's", "''", "$HOME", "a\\b", "`id`", "*", "~", "a;b", "\"q\"",
                           "naïve", "new\nline"})
    EXPECT_EQ(read_by_sh(shell_word(text)), text);
}

}  // namespace
}  // namespace pgiam
