#include "base/redact.h"

#include <gtest/gtest.h>

namespace pgiam {
namespace {

TEST(Redact, HidesWhatCouldBeAKey) {
  EXPECT_EQ(
      redact("key AKIAIOSFODNN7EXAMPLE, secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY.", 500),
      "key …, secret ….");
  EXPECT_EQ(redact("token=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlMTIz", 500),
            "….….…");
}

TEST(Redact, LeavesWordsPathsAndNumbers) {
  constexpr const char* kText =
      "open /usr/local/share/credential-helper/config: errno 2 (12345678901234567)";
  EXPECT_EQ(redact(kText, 500), kText);
}

TEST(Redact, MakesOneShortLine) {
  EXPECT_EQ(redact("  one\r\ntwo\x1b[31m\n", 500), "one  two [31m");
  EXPECT_EQ(redact("abcdefgh", 3), "abc");
  EXPECT_EQ(redact("", 3), "");
}

}  // namespace
}  // namespace pgiam
