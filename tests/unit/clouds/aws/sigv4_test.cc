#include "clouds/aws/sigv4.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "clouds/aws/uri_encode.h"
#include "fakes.h"

namespace pgiam::aws {
namespace {

using test::at;

Credentials credentials(std::string id, std::string_view secret, std::string_view session = {}) {
  Credentials made;
  made.access_key_id = std::move(id);
  made.secret_access_key = Secret(secret);
  made.session_token = Secret(session);
  return made;
}

std::string golden(const std::string& name) {
  const std::string path = std::string(PGIAM_VECTORS) + "/sigv4/" + name;
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// One folder of tests/vectors/sigv4: every stage of one token, as botocore makes them.
void expect_stages(const std::string& folder, std::string_view authority, std::string_view query,
                   const Credentials& given) {
  const Time time = at("2026-01-31T23:59:59Z");
  const SigningKey key(given, time, "eu-west-1", "rds-db");
  const PresignRequest request{authority, query, Seconds{900}};
  const std::string canonical = canonical_request(request, key, time);
  EXPECT_EQ(canonical, golden(folder + "/canonical_request"));
  EXPECT_EQ(string_to_sign(canonical, key, time), golden(folder + "/string_to_sign"));
  EXPECT_EQ(presign(request, key, time).reveal(), golden(folder + "/token"));
}

TEST(SigV4, MakesEveryStageAsBotocoreDoes) {
  expect_stages("plain", "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com:5432",
                "Action=connect&DBUser=app_user",
                credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
}

TEST(SigV4, PlacesTheSessionTokenAsBotocoreDoes) {
  expect_stages("session", "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com:5432",
                "Action=connect&DBUser=" + uri_encode("o'brien & söhne +100%"),
                credentials("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                            "IQoJb3JpZ2luX2VjE//+tok==en*"));
}

TEST(SigV4, LeavesPort443OutOfTheSignedHost) {
  expect_stages("port443", "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com:443",
                "Action=connect&DBUser=app_user",
                credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
}

// The literals that AWS's SDK for Rust publishes with its own signer.
std::string published_signature(std::string_view authority, std::string_view query, Time time,
                                std::string_view service, Seconds expires) {
  const SigningKey key(credentials("akid", "secret"), time, "us-east-1", service);
  const Secret token = presign({authority, query, expires}, key, time);
  const std::string text(token.reveal());
  return text.substr(text.rfind('=') + 1);
}

TEST(SigV4, SignsThePublishedRdsToken) {
  EXPECT_EQ(published_signature("prod-instance.us-east-1.rds.amazonaws.com:3306",
                                "Action=connect&DBUser=peccy", at("2024-08-26T22:00:00Z"), "rds-db",
                                Seconds{900}),
            "dd0cba843009474347af724090233265628ace491ea17ce3eb3da098b983ad89");
}

TEST(SigV4, SignsThePublishedDsqlTokens) {
  const Time time = at("2024-08-27T00:00:00Z");
  EXPECT_EQ(published_signature("peccy.dsql.us-east-1.on.aws", "Action=DbConnect", time, "dsql",
                                Seconds{450}),
            "f5f2ad764ca5df44045d4ab6ccecba0eef941b0007e5765885a0b6ed3702a3f8");
  EXPECT_EQ(published_signature("peccy.dsql.us-east-1.on.aws", "Action=DbConnectAdmin", time,
                                "dsql", Seconds{450}),
            "267cf8d04d84444f7a62d5bdb40c44bfc6cb13dd6c64fa7f772df6bbaa90fff1");
}

TEST(UriEncode, KeepsUnreservedBytesAndEncodesAllOthersInUpperCase) {
  EXPECT_EQ(uri_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(uri_encode(" *+/=&%?'\"\\:\x7f"), "%20%2A%2B%2F%3D%26%25%3F%27%22%5C%3A%7F");
  EXPECT_EQ(uri_encode("ü€"), "%C3%BC%E2%82%AC");
  EXPECT_EQ(uri_encode(std::string_view("\0", 1)), "%00");
}

}  // namespace
}  // namespace pgiam::aws
