#include "clouds/aws/sigv4.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <cstdlib>
#include <fstream>
#include <optional>
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
  const Presigner presigner({authority, query, Seconds{900}}, given, time, "eu-west-1", "rds-db");
  EXPECT_EQ(presigner.canonical_request(time), golden(folder + "/canonical_request"));
  EXPECT_EQ(presigner.string_to_sign(time), golden(folder + "/string_to_sign"));
  EXPECT_EQ(presigner.presign(time).reveal(), golden(folder + "/token"));
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
  const Presigner presigner({authority, query, expires}, credentials("akid", "secret"), time,
                            "us-east-1", service);
  const Secret token = presigner.presign(time);
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

// The key and the time of the AWS Signature Version 4 test suite.
std::string authorization(HttpRequest request, std::string_view session = {}) {
  const Credentials given =
      credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", session);
  const Time time = at("2015-08-30T12:36:00Z");
  sign_headers(request, given, SigningKey(given, time, "us-east-1", "service"), time);
  return request.headers.back().value;
}

HttpRequest request_of(std::string method, std::string url, std::string body = {},
                       std::vector<HttpHeader> headers = {}) {
  HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.body = std::move(body);
  request.headers = std::move(headers);
  return request;
}

std::string suite_authorization(const std::string& signed_headers, const std::string& signature) {
  return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
         "SignedHeaders=" +
         signed_headers + ", Signature=" + signature;
}

TEST(SigV4Headers, GiveTheSignaturesOfTheAwsTestSuite) {
  // get-vanilla
  EXPECT_EQ(
      authorization(request_of("GET", "https://example.amazonaws.com/")),
      suite_authorization("host;x-amz-date",
                          "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"));
  // get-vanilla-query-order-key-case
  EXPECT_EQ(
      authorization(
          request_of("GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1")),
      suite_authorization("host;x-amz-date",
                          "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"));
  // post-vanilla
  EXPECT_EQ(
      authorization(request_of("POST", "https://example.amazonaws.com/")),
      suite_authorization("host;x-amz-date",
                          "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"));
  // post-x-www-form-urlencoded
  EXPECT_EQ(
      authorization(request_of("POST", "https://example.amazonaws.com/", "Param1=value1",
                               {{"Content-Type", "application/x-www-form-urlencoded"}})),
      suite_authorization("content-type;host;x-amz-date",
                          "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"));
  // post-sts-header-before
  EXPECT_EQ(
      authorization(request_of("POST", "https://example.amazonaws.com/"),
                    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFq"
                    "wAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2w"
                    "UE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+x"
                    "o0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3i"
                    "SIlTJabIQwj2ICCR/oLxBA=="),
      suite_authorization("host;x-amz-date;x-amz-security-token",
                          "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"));
}

TEST(SigV4Headers, SignTheQueryAndUntidyHeadersAsBotocoreDoes) {
  EXPECT_EQ(
      authorization(
          request_of("POST", "http://localhost:4566/?b=2&a=%20x", "x=1",
                     {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                      {"X-Foo", "a   b "}})),
      suite_authorization("content-type;host;x-amz-date;x-foo",
                          "128f2ebc0b1b2aee303709a16082c4b8b779db4b2c7ec1bf7bc435eda5d76b90"));
}

TEST(SigV4Headers, MakeOneLineOfHeadersOfOneName) {
  // get-header-key-duplicate
  EXPECT_EQ(canonical_request(request_of("GET", "https://example.amazonaws.com/", "",
                                         {{"My-Header1", "value2"}, {"my-header1", "value1"}})),
            "GET\n/\n\nhost:example.amazonaws.com\nmy-header1:value2,value1\n\nhost;my-header1\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)

// Runs it on a stack that can be looked at when it is over.
class LookedAtStack {
 public:
  template <typename Function>
  void run(Function function) {
    pthread_attr_t attributes;
    ASSERT_EQ(pthread_attr_init(&attributes), 0);
    ASSERT_EQ(pthread_attr_setstack(&attributes, memory_.get(), kSize), 0);
    pthread_t thread;
    const auto call = [](void* given) -> void* {
      (*static_cast<Function*>(given))();
      return nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, &attributes, call, &function), 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
  }
  bool holds(std::string_view bytes) const {
    return std::string_view(memory_.get(), kSize).find(bytes) != std::string_view::npos;
  }

 private:
  struct Free {
    void operator()(char* memory) const { free(memory); }
  };
  static constexpr std::size_t kSize = 1 << 20;
  std::unique_ptr<char, Free> memory_{static_cast<char*>(aligned_alloc(4096, kSize))};
};

TEST(SigningKey, LeavesNoKeyOfTheChainOnTheStack) {
  const Credentials given = credentials("AKID", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  std::vector<Sha256Digest> chain(4);
  hmac_sha256("AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20260131", chain[0]);
  hmac_sha256(bytes_of(chain[0]), "eu-west-1", chain[1]);
  hmac_sha256(bytes_of(chain[1]), "rds-db", chain[2]);
  hmac_sha256(bytes_of(chain[2]), "aws4_request", chain[3]);

  std::optional<SigningKey> key;  // outlives the thread: its end would write over what its beginning left
  const auto derive = [&] {
    char room[4096];  // what ends a thread writes no deeper
    asm volatile("" : : "r"(room) : "memory");
    key.emplace(given, at("2026-01-31T23:59:59Z"), "eu-west-1", "rds-db");
  };
  derive();  // the loader puts registers on the stack while it looks a function up for its first call
  LookedAtStack stack;
  stack.run([] {
    char seen[65536] = "seen, so that the test can fail";  // deeper than what follows reaches
    asm volatile("" : : "r"(seen) : "memory");
  });
  key.reset();
  stack.run(derive);
  EXPECT_TRUE(stack.holds("seen, so that the test can fail"));
  for (const Sha256Digest& one : chain) EXPECT_FALSE(stack.holds(bytes_of(one)));
  EXPECT_FALSE(stack.holds(given.secret_access_key.reveal()));
}

#endif

}  // namespace
}  // namespace pgiam::aws
