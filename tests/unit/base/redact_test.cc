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
  EXPECT_EQ(redact("one\xc2\x9b" "31mtwo", 500), "one 31mtwo");
  EXPECT_EQ(redact("abcdefgh", 3), "abc");
  EXPECT_EQ(redact("", 3), "");
}

constexpr char kToken[] =
    "db.x.eu-west-1.rds.amazonaws.com:5432/?Action=connect&DBUser=app&X-Amz-Algorithm=AWS4-HMAC-SHA256"
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101&X-Amz-Security-Token=FwoGZXIvYXdzEBYaD%2Fx"
    "&X-Amz-Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

TEST(RedactMessage, LeavesWhatServersAndClientsSayOfThemselves) {
  for (const char* text :
       {"connection to server at \"database-1-instance-1.c9akciq32xyz.eu-west-1.rds.amazonaws.com\" "
        "(10.0.12.34), port 5432 failed: FATAL:  PAM authentication failed for user \"app_user\"\n",
        "\tIs the server running?\nFATAL:  Passwort-Authentifizierung für Benutzer »ü« "
        "fehlgeschlagen\n",
        "arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-ABCDEFGHIJKL01234/app", ""})
    EXPECT_EQ(redact_message(text, "hunter2", 5000), text);
}

TEST(RedactMessage, HidesThePasswordThatIsEchoed) {
  EXPECT_EQ(redact_message("no \"hunter2\" here, hunter2", "hunter2", 500), "no \"…\" here, …");
  EXPECT_EQ(redact_message(std::string("you said ") + kToken, kToken, 5000), "you said …");
}

TEST(RedactMessage, HidesTheSecretPartsOfATokenThatIsEchoedInPart) {
  const std::string text =
      redact_message(std::string("FATAL: ") + (kToken + 10) + "\" is no password", kToken, 5000);
  EXPECT_EQ(text.find("0123456789abcdef"), text.npos) << text;
  EXPECT_EQ(text.find("FwoG"), text.npos) << text;
  EXPECT_EQ(text.find("AKIAIOSFODNN7EXAMPLE"), text.npos) << text;
  EXPECT_NE(text.find("X-Amz-Signature=…\" is no password"), text.npos) << text;
}

TEST(RedactMessage, HidesKeysThatAServerWouldFish) {
  EXPECT_EQ(redact_message("key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY of AKIAIOSFODNN7EXAMPLE", "",
                           500),
            "key … of …");
  EXPECT_EQ(redact_message("0123456789abcdef0123456789abcdef", "", 500), "…");
}

TEST(RedactMessage, HidesWebIdentityTokens) {
  EXPECT_EQ(redact_message("bad token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln_-bmF0dXJl, sorry", "", 200),
            "bad token …, sorry");
  EXPECT_EQ(redact_message("eyJack", "", 200), "eyJack");
}

TEST(RedactMessage, SendsNothingToATerminalButText) {
  EXPECT_EQ(redact_message("a\x1b[2J\x1b]0;owned\x07 b\r\nc\x7f\xc2\x9b", "", 500),
            "a?[2J?]0;owned? b?\nc??");
}

TEST(RedactMessage, CutsBetweenCharacters) {
  EXPECT_EQ(redact_message("añb", "", 2), "a");
  EXPECT_EQ(redact_message("añb", "", 3), "añ");
}

}  // namespace
}  // namespace pgiam
