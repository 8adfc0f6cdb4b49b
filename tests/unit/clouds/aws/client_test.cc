#include "clouds/aws/client.h"

#include <gtest/gtest.h>

#include "fakes.h"

namespace pgiam::aws {
namespace {

constexpr const char* kThrottled =
    "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>";
constexpr const char* kDenied =
    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
constexpr const char* kSkewed =
    "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>";

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    runtime_.random = [] { return 0.5; };
    runtime_.pause = [this](Milliseconds duration, const std::stop_token&) {
      pauses_.push_back(duration.count());
      fake_.clock.advance(duration);
      return true;
    };
  }

  Client client() {
    auto made = Client::make(fake_.world, runtime_, profiles_, nullptr, Service::kSts, "eu-west-1");
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  Result<HttpResponse> send(bool sign = false) {
    ServiceRequest request;
    request.make = [this]() -> Result<HttpRequest> {
      ++made_;
      HttpRequest http;
      http.method = "POST";
      http.url = "/";
      http.body = "Action=Test";
      return http;
    };
    request.also_transient = {"IDPCommunicationError"};
    if (sign) {
      auto signer = std::make_shared<Credentials>();
      signer->access_key_id = "AKIDEXAMPLE";
      signer->secret_access_key = Secret("secret");
      request.signer = signer;
    }
    return client().send(request, fake_.call());
  }
  std::string date_sent(std::size_t index) const {
    const HttpRequest request = fake_.http.requests().at(index);
    for (const HttpHeader& header : request.headers)
      if (header.name == "X-Amz-Date") return header.value;
    return "";
  }

  test::FakeWorld fake_;
  Runtime runtime_;
  Profiles profiles_;
  int made_ = 0;
  std::vector<long long> pauses_;
};

TEST_F(ClientTest, SendsToTheEndpointWithTheChosenCertificates) {
  fake_.environment.set("AWS_CA_BUNDLE", "/etc/own.pem");
  fake_.http.answer(200, "ok");
  EXPECT_EQ(send()->body, "ok");
  EXPECT_EQ(fake_.http.requests().at(0).url, "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(fake_.http.requests().at(0).ca_bundle, "/etc/own.pem");
}

TEST_F(ClientTest, NamesTheSwitchesThatMadeANameWithoutAnAddress) {
  const auto unknown = [](const HttpRequest&) {
    Error error = make_error(Status::kNetwork, "the host name has no address");
    error.code = "unknown_host";
    return error;
  };
  fake_.http.otherwise(unknown);
  EXPECT_EQ(send().error().message, "the host name has no address");
  fake_.environment.set("AWS_USE_FIPS_ENDPOINT", "true");
  EXPECT_NE(send().error().message.find("AWS_USE_FIPS_ENDPOINT"), std::string::npos);
  fake_.environment.set("AWS_USE_DUALSTACK_ENDPOINT", "true");
  const Error both = send().error();
  EXPECT_NE(both.message.find("AWS_USE_FIPS_ENDPOINT (use_fips_endpoint) and "
                              "AWS_USE_DUALSTACK_ENDPOINT (use_dualstack_endpoint)"),
            std::string::npos);
  EXPECT_NE(both.hint.find("switch that off"), std::string::npos);
}

TEST_F(ClientTest, TriesThreeTimesMakingTheRequestAnew) {
  fake_.http.answer(503, "");
  fake_.http.answer(400, kThrottled);
  fake_.http.answer(200, "ok");
  EXPECT_EQ(send()->status, 200);
  EXPECT_EQ(made_, 3);
  EXPECT_EQ(pauses_, (std::vector<long long>{25, 1000}));
}

TEST_F(ClientTest, GivesTheLastAnswerWhenAllAttemptsFailed) {
  for (int i = 0; i < 3; ++i) fake_.http.answer(500 + i * 2, "");
  EXPECT_EQ(send()->status, 504);
}

TEST_F(ClientTest, TriesAgainWhenTheConnectionBroke) {
  fake_.http.answer([](const HttpRequest&) {
    Error error = make_error(Status::kNetwork, "broke");
    error.retryable = true;
    return error;
  });
  fake_.http.answer(200, "ok");
  EXPECT_EQ(send()->status, 200);
}

TEST_F(ClientTest, DoesNotRepeatWhatWasRefused) {
  fake_.http.answer(403, kDenied);
  EXPECT_EQ(send()->status, 403);
  EXPECT_EQ(made_, 1);
}

TEST_F(ClientTest, RepeatsForTheCodesThatTheRequestNames) {
  fake_.http.answer(400, "<E><Code>IDPCommunicationError</Code></E>");
  fake_.http.answer(200, "ok");
  EXPECT_EQ(send()->status, 200);
}

TEST_F(ClientTest, StopsAtTheNumberOfAttemptsThatIsSet) {
  fake_.environment.set("AWS_MAX_ATTEMPTS", "1");
  fake_.http.answer(503, "");
  EXPECT_EQ(send()->status, 503);
  EXPECT_EQ(made_, 1);
}

TEST_F(ClientTest, DoesNotWaitBeyondTheDeadline) {
  fake_.http.answer(429, "", {{"x-amz-retry-after", "9999"}});
  runtime_.random = [] { return 0.999; };
  for (int i = 0; i < 3; ++i) fake_.http.answer(429, "", {{"x-amz-retry-after", "99999"}});
  EXPECT_EQ(send()->status, 429);
  EXPECT_EQ(pauses_.size(), 1U);
}

TEST_F(ClientTest, LearnsTheSkewFromVerifiedAnswersOnly) {
  fake_.http.answer([](const HttpRequest&) {
    return HttpResponse{200, {{"Date", "Thu, 01 Jan 2026 18:00:00 GMT"}}, "", false};
  });
  send();
  EXPECT_EQ(runtime_.skew.value().count(), 0);
  fake_.http.answer(200, "", {{"Date", "Thu, 01 Jan 2026 12:10:00 GMT"}});
  send();
  EXPECT_EQ(runtime_.skew.value(), Seconds{600});
}

TEST_F(ClientTest, DoesNotBelieveADateThatTheAcceptedSignatureDisproves) {
  fake_.http.answer(200, "", {{"Date", "Fri, 02 Jan 2026 12:00:00 GMT"}});
  send(true);
  EXPECT_EQ(runtime_.skew.value().count(), 0);
  fake_.http.answer(200, "", {{"Date", "Thu, 01 Jan 2026 12:04:00 GMT"}});
  send(true);
  EXPECT_EQ(runtime_.skew.value(), Seconds{240});
}

TEST_F(ClientTest, WarnsOnceOfAWrongClock) {
  for (int i = 0; i < 2; ++i) {
    fake_.http.answer(200, "", {{"Date", "Thu, 01 Jan 2026 12:10:00 GMT"}});
    send();
  }
  EXPECT_EQ(runtime_.skew.warning()->message,
            "this machine's clock is 600 seconds behind AWS's; signatures are made with AWS's "
            "time");
  const std::string log = fake_.log.text(), line = "this machine's clock";
  EXPECT_NE(log.find(line), std::string::npos);
  EXPECT_EQ(log.find(line), log.rfind(line));
}

TEST_F(ClientTest, SignsAgainAtOnceWithTheTimeOfTheRefusal) {
  fake_.http.answer(403, kSkewed, {{"Date", "Thu, 01 Jan 2026 12:10:00 GMT"}});
  fake_.http.answer(200, "ok");
  EXPECT_EQ(send(true)->status, 200);
  EXPECT_EQ(date_sent(0), "20260101T120000Z");
  EXPECT_EQ(date_sent(1), "20260101T121000Z");
  EXPECT_EQ(pauses_, std::vector<long long>{0});
}

TEST_F(ClientTest, TakesAWrongSignatureForFinalWhenTheClockIsRight) {
  fake_.http.answer(403, kSkewed, {{"Date", "Thu, 01 Jan 2026 12:00:30 GMT"}});
  EXPECT_EQ(send(true)->status, 403);
  EXPECT_EQ(made_, 1);
}

TEST_F(ClientTest, LeavesATolerableSkewAlone) {
  runtime_.skew.learn("Thu, 01 Jan 2026 12:00:59 GMT", fake_.clock.now());
  EXPECT_EQ(runtime_.skew.correct(fake_.clock.now()), fake_.clock.now());
  runtime_.skew.learn("Thu, 01 Jan 2026 11:58:00 GMT", fake_.clock.now());
  EXPECT_EQ(runtime_.skew.correct(fake_.clock.now()), test::at("2026-01-01T11:58:00Z"));
  runtime_.skew.learn("yesterday", fake_.clock.now());
  EXPECT_EQ(runtime_.skew.value(), Seconds{-120});
}

}  // namespace
}  // namespace pgiam::aws
