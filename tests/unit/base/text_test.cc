#include "base/text.h"

#include <gtest/gtest.h>

#include "base/secret.h"
#include "base/sha256.h"

namespace pgiam {
namespace {

TEST(Text, TrimsSplitsAndCompares) {
  EXPECT_EQ(trim(" \ta b\r\n"), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(split_words("\ta  b\r\n"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_TRUE(split_words(" \t ").empty());
  EXPECT_TRUE(equals_ignore_case("Ec2InstanceMetadata", "EC2INSTANCEMETADATA"));
  EXPECT_FALSE(equals_ignore_case("ab", "abc"));
  EXPECT_EQ(to_lower("ÄB"), "Äb") << "bytes above 127 are left alone";
}

TEST(Text, ReadsNumbersAndBooleansAndNothingElse) {
  EXPECT_EQ(parse_integer("900"), 900);
  EXPECT_EQ(parse_integer("-1"), -1);
  for (const char* text : {"", " 1", "1 ", "1s", "0x10", "99999999999999999999"})
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  EXPECT_EQ(parse_bool("Yes"), true);
  EXPECT_EQ(parse_bool("off"), false);
  EXPECT_EQ(parse_bool("perhaps"), std::nullopt);
}

TEST(Text, MasksWhatAPersonMayRecogniseButNobodyCanUse) {
  EXPECT_EQ(mask("ASIAIOSFODNN7EXAMPLE"), "ASIA…MPLE");
  EXPECT_EQ(mask("short"), "…");
  EXPECT_EQ(mask("\x1b[2JIOSFODNN7EXA\xc2\x9b" "2J"), "?[2J…?2J") << "an answer's, on a terminal";
}

TEST(Secret, KeepsItsTextThroughCopiesAndMoves) {
  Secret first("hush");
  Secret second = first;
  Secret third = std::move(first);
  EXPECT_EQ(second.reveal(), "hush");
  EXPECT_STREQ(third.reveal_c_str(), "hush");
  EXPECT_TRUE(Secret().empty());
  EXPECT_STREQ(Secret().reveal_c_str(), "");
}

TEST(Secret, WipesAlsoWhatAShortenedStringKeepsBehindItsEnd) {
  std::string text = "a secret that is long enough for the heap";
  const char* bytes = text.data();
  text.resize(3);
  wipe(text);
  EXPECT_EQ(bytes[0], '\0');
  EXPECT_EQ(bytes[10], '\0');
  EXPECT_TRUE(text.empty());
}

// FIPS 180-4 and RFC 4231.
TEST(Sha256, HashesThePublishedVectors) {
  EXPECT_EQ(hex(bytes_of(sha256("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(bytes_of(sha256({"a", "", "bc"}))), hex(bytes_of(sha256("abc"))));
  const auto hmac = [](std::string_view key, std::string_view message) {
    Sha256Digest digest;
    hmac_sha256(key, message, digest);
    return hex(bytes_of(digest));
  };
  EXPECT_EQ(hmac("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace pgiam
