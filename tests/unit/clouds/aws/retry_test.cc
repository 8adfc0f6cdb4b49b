#include "clouds/aws/retry.h"

#include <gtest/gtest.h>

#include "fakes.h"

namespace pgiam::aws {
namespace {

TEST(Retry, TellsPassingFailuresFromRefusals) {
  EXPECT_EQ(classify(200, ""), Failure::kNone);
  for (int status : {500, 502, 503, 504}) EXPECT_EQ(classify(status, ""), Failure::kTransient);
  EXPECT_EQ(classify(400, "RequestTimeout"), Failure::kTransient);
  EXPECT_EQ(classify(400, "Throttling"), Failure::kThrottled);
  EXPECT_EQ(classify(503, "SlowDown"), Failure::kThrottled);
  EXPECT_EQ(classify(429, ""), Failure::kThrottled);
  for (int status : {400, 401, 403, 404, 501})
    EXPECT_EQ(classify(status, "AccessDenied"), Failure::kFinal);
}

TEST(Retry, WaitsLongerEachTimeUpToTwentySeconds) {
  const auto pause = [](Failure failure, int retry, double random) {
    return backoff(failure, retry, random, std::nullopt).count();
  };
  EXPECT_EQ(pause(Failure::kTransient, 1, 1.0), 50);
  EXPECT_EQ(pause(Failure::kTransient, 2, 0.5), 50);
  EXPECT_EQ(pause(Failure::kTransient, 3, 1.0), 200);
  EXPECT_EQ(pause(Failure::kThrottled, 1, 1.0), 1000);
  EXPECT_EQ(pause(Failure::kThrottled, 2, 0.25), 500);
  EXPECT_EQ(pause(Failure::kThrottled, 99, 1.0), 20'000);
  EXPECT_EQ(pause(Failure::kTransient, 1, 0.0), 0);
}

TEST(Retry, HeedsTheServiceWithinFiveSeconds) {
  const auto pause = [](int asked) {
    return backoff(Failure::kThrottled, 1, 0.5, Milliseconds{asked}).count();
  };
  EXPECT_EQ(pause(100), 500);
  EXPECT_EQ(pause(1500), 1500);
  EXPECT_EQ(pause(60'000), 5500);
}

TEST(RetryBudget, IsSpentByRetriesAndRefilledBySuccess) {
  RetryBudget budget;
  int taken = 0;
  while (budget.take(Failure::kTransient)) ++taken;
  EXPECT_EQ(taken, 35);  // 500 / 14
  EXPECT_TRUE(budget.take(Failure::kThrottled));
  EXPECT_TRUE(budget.take(Failure::kThrottled));
  EXPECT_FALSE(budget.take(Failure::kThrottled));
  budget.give_back(Failure::kTransient);
  EXPECT_TRUE(budget.take(Failure::kTransient));
  for (int i = 0; i < 5; ++i) budget.give_back(Failure::kNone);
  EXPECT_TRUE(budget.take(Failure::kThrottled));
}

TEST(Retry, TakesTheNumberOfAttemptsFromVariableThenProfile) {
  test::FakeEnvironment environment;
  Section profile;
  EXPECT_EQ(read_max_attempts(environment, nullptr).value(), 3);
  profile["max_attempts"].value = Secret("7");
  EXPECT_EQ(read_max_attempts(environment, &profile).value(), 7);
  environment.set("AWS_MAX_ATTEMPTS", " 1 ");
  environment.set("AWS_RETRY_MODE", "Adaptive");
  EXPECT_EQ(read_max_attempts(environment, &profile).value(), 1);
}

TEST(Retry, RefusesWordsThatAreNoSetting) {
  test::FakeEnvironment environment;
  environment.set("AWS_MAX_ATTEMPTS", "0");
  EXPECT_EQ(read_max_attempts(environment, nullptr).error().status, Status::kBadConfig);
  environment.set("AWS_MAX_ATTEMPTS", "many");
  EXPECT_EQ(read_max_attempts(environment, nullptr).error().status, Status::kBadConfig);
  environment.unset("AWS_MAX_ATTEMPTS");
  environment.set("AWS_RETRY_MODE", "eager");
  EXPECT_EQ(read_max_attempts(environment, nullptr).error().status, Status::kBadConfig);
}

}  // namespace
}  // namespace pgiam::aws
