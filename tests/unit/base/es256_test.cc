#include "base/es256.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "es256_keys.h"

namespace pgiam {
namespace {

using test::Es256TestKey;

TEST(Es256, SignsWithAKeyInPkcs8) {
  const Es256TestKey made;
  EXPECT_TRUE(made.verifies("text", Es256Key::from_pem(made.pkcs8()).value().sign("text")));
}
TEST(Es256, SignsWithAKeyInSec1) {
  const Es256TestKey made;
  EXPECT_TRUE(made.verifies("text", Es256Key::from_pem(made.sec1()).value().sign("text")));
}
// One number in 256 is shorter than 32 bytes: this many signatures hold some.
TEST(Es256, FillsShortNumbersUp) {
  const Es256TestKey made;
  const Es256Key key = Es256Key::from_pem(made.pkcs8()).value();
  int shorter = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string message = std::to_string(i), signature = key.sign(message);
    ASSERT_EQ(signature.size(), 64u);
    ASSERT_TRUE(made.verifies(message, signature));
    shorter += signature[0] == '\0' || signature[32] == '\0';
  }
  EXPECT_GT(shorter, 0);
}
TEST(Es256, KnowsItsPublicPoint) {
  const Es256Key key = Es256Key::from_pem(Es256TestKey().sec1()).value();
  EXPECT_EQ(key.x().size(), 32u);
  EXPECT_EQ(key.y().size(), 32u);
  EXPECT_NE(key.x(), key.y());
}
TEST(Es256, RefusesOtherCurves) {
  EXPECT_EQ(Es256Key::from_pem(Es256TestKey("P-384").pkcs8()).error().status, Status::kBadConfig);
}
TEST(Es256, RefusesWhatIsNoKeyWithoutQuotingIt) {
  const auto key =
      Es256Key::from_pem("-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().message.find("hush"), std::string::npos);
}
TEST(Es256, LeavesTheHostsOwnErrorsInOpenSslsQueue) {
  ERR_clear_error();
  ERR_raise(ERR_LIB_USER, 7);
  EXPECT_FALSE(Es256Key::from_pem("no key"));
  EXPECT_EQ(ERR_GET_REASON(ERR_get_error()), 7);
  EXPECT_EQ(ERR_get_error(), 0u);
}
TEST(Es256, RefusesAnEncryptedKeyInsteadOfAskingForItsPassword) {
  EXPECT_FALSE(Es256Key::from_pem(Es256TestKey().encrypted()));
}

}  // namespace
}  // namespace pgiam
