#include "clouds/aws/service_error.h"

#include <gtest/gtest.h>

namespace pgiam::aws {
namespace {

HttpResponse answer(int status, std::string body, std::vector<HttpHeader> headers = {}) {
  return {status, std::move(headers), std::move(body), true};
}

TEST(ServiceError, IsReadFromXml) {
  const auto error = parse_service_error(
      answer(403,
             "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User "
             "&lt;x&gt; is "
             "not authorized</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"));
  EXPECT_EQ(error.code, "AccessDenied");
  EXPECT_EQ(error.message, "User <x> is not authorized");
  EXPECT_EQ(error.request_id, "r-1");
}

TEST(ServiceError, IsReadFromJsonWhateverTheContentTypeSays) {
  const auto error = parse_service_error(
      answer(401, R"({"message":"Session token not found or invalid"})",
             {{"X-Amzn-ErrorType", "UnauthorizedException:http://internal.amazon.com/"},
              {"x-amzn-requestid", "r-2"},
              {"Content-Type", "text/xml"}}));
  EXPECT_EQ(error.code, "UnauthorizedException");
  EXPECT_EQ(error.message, "Session token not found or invalid");
  EXPECT_EQ(error.request_id, "r-2");
}

TEST(ServiceError, KnowsTheNamesOfOAuth) {
  const auto error =
      parse_service_error(answer(400, R"({"error":"slow_down","error_description":"too\nfast"})"));
  EXPECT_EQ(error.code, "slow_down");
  EXPECT_EQ(error.message, "too fast");
  EXPECT_EQ(parse_service_error(answer(400, R"({"__type":"com.x#InvalidGrant"})")).code,
            "InvalidGrant");
}

TEST(ServiceError, QuotesPlainText) {
  const Error error = describe_refusal(
      answer(404, "[ResourceNotFoundException]: no association\nfor this pod"), "the service refused");
  EXPECT_EQ(error.message, "the service refused: [ResourceNotFoundException]: no association for this pod");
  EXPECT_EQ(error.remote, "HTTP status 404");
}

TEST(ServiceError, ManagesWithoutAnything) {
  const auto error = describe_refusal(answer(502, "<html>Bad gateway"), "STS refused");
  EXPECT_EQ(error.message, "STS refused: HTTP status 502");
  EXPECT_EQ(error.status, Status::kNetwork);
  EXPECT_TRUE(error.retryable);
}

TEST(ServiceError, LetsNothingBreakALineOfTheLog) {
  const Error error = describe_refusal(
      answer(400, "<E><Code>A\nB</Code><Message>c\r\nd</Message><RequestId>e\tf</RequestId></E>"),
      "x");
  EXPECT_EQ(error.message, "x: c  d");
  EXPECT_EQ(error.remote, "A B, HTTP status 400, request e f");
}

TEST(ServiceError, RepeatsNoSecretThatAnEndpointEchoes) {
  const Error error = describe_refusal(
      answer(403, R"({"__type":"AccessDenied","message":"no: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY, )"
                  R"(X-Amz-Security-Token=IQoJb3JpZ2luX2VjE, eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln for )"
                  R"(arn:aws:iam::123456789012:role/orders-reader"})"),
      "x");
  EXPECT_EQ(error.message,
            "x: no: …, X-Amz-Security-Token=… … for arn:aws:iam::123456789012:role/orders-reader");
}

TEST(ServiceError, TellsHowLongToWaitWhereThatIsKnown) {
  const auto pause = [](const HttpResponse& response) {
    return describe_refusal(response, "x").retry_after_ms;
  };
  EXPECT_GE(pause(answer(400, R"({"__type":"ThrottlingException"})")), 1000);
  EXPECT_EQ(pause(answer(429, "", {{"x-amz-retry-after", "2500"}})), 2500);
  EXPECT_EQ(pause(answer(503, "", {{"Retry-After", "3"}})), 3000);
  EXPECT_EQ(pause(answer(503, "")), 0);
  EXPECT_EQ(pause(answer(403, "", {{"x-amz-retry-after", "2500"}})), 0) << "it is refused for good";
  EXPECT_EQ(pause(answer(429, "", {{"x-amz-retry-after", "99999999999"}})), 1000)
      << "nobody means that";
}

TEST(ServiceError, TellsThrottlingFromRefusal) {
  EXPECT_EQ(describe_refusal(answer(400, R"({"__type":"ThrottlingException"})"), "x").status,
            Status::kThrottled);
  const auto denied = describe_refusal(
      answer(403, "<E><Code>AccessDenied</Code><RequestId>r</RequestId></E>"), "x");
  EXPECT_EQ(denied.status, Status::kDenied);
  EXPECT_EQ(denied.remote, "AccessDenied, HTTP status 403, request r");
  EXPECT_FALSE(denied.retryable);
}

}  // namespace
}  // namespace pgiam::aws
