// The pause of an attempt before the same host is tried once more.
#include <poll.h>

#include <chrono>
#include <thread>

#include "attempts.h"

namespace {

using ::testing::StrEq;

// Of a server that takes no more logins for the moment, once for each `report`.
class ThrottledAttempts : public Attempts {
 protected:
  void begin(const char* user, std::uint32_t flags) {
    for (const std::uint32_t first_or_second : {std::uint32_t{0}, flags}) {  // in memory from then on
      ASSERT_EQ(make({{"host", kHost}, {"user", user}}, first_or_second), PGIAM_OK);
      ASSERT_EQ(next(), PGIAM_OK);
      ASSERT_EQ(step_.kind, PGIAM_STEP_CONNECT);
    }
    password_ = param("password");
  }
  void report(std::uint32_t flags = 0) {
    pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
    outcome.outcome = PGIAM_OUTCOME_OTHER;
    outcome.flags = flags;
    outcome.message = "FATAL:  too many competing requests";
    EXPECT_EQ(pgiam_attempt_report(attempt_, &outcome), PGIAM_OK);
  }
  int wait() {
    pollfd entry = {static_cast<int>(step_.descriptor), POLLIN, 0};
    return poll(&entry, 1, static_cast<int>(step_.wait_ms));
  }
  void expect_end() {
    EXPECT_EQ(next(), PGIAM_E_CONNECT);
    EXPECT_THAT(pgiam_error_text(error_, PGIAM_ERROR_CODE), StrEq("throttled"));
    EXPECT_GE(pgiam_error_number(error_, PGIAM_ERROR_RETRY_AFTER_MS), 1000);
  }

  std::string password_;
};

TEST_F(ThrottledAttempts, PauseAndTryTheSamePasswordOnceMore) {
  begin("throttled", 0);
  report();
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(900));
  EXPECT_EQ(step_.kind, PGIAM_STEP_CONNECT);
  EXPECT_EQ(param("password"), password_);
  report();
  expect_end();
}

TEST_F(ThrottledAttempts, WithNoWaitTellHowLongToWait) {
  begin("throttled_loop", PGIAM_REQUEST_NO_WAIT);
  report();
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_EQ(step_.kind, PGIAM_STEP_WAIT);
  EXPECT_GT(step_.wait_ms, 0);
  EXPECT_LE(step_.wait_ms, 2000);
  EXPECT_EQ(wait(), 0) << "nothing ends a pause but time";
  ASSERT_EQ(next(), PGIAM_OK);
  while (step_.kind == PGIAM_STEP_WAIT) {  // files are looked at again after a second
    wait();
    ASSERT_EQ(next(), PGIAM_OK);
  }
  EXPECT_EQ(step_.kind, PGIAM_STEP_CONNECT);
  report();
  expect_end();
}

TEST_F(ThrottledAttempts, AreOverWhereTheClientCannotWait) {
  begin("throttled_poll", 0);
  report(PGIAM_OUTCOME_NO_PAUSE);
  expect_end();
}

TEST_F(ThrottledAttempts, AreCalledOffInTheirPause) {
  begin("throttled_cancel", 0);
  report();
  std::thread canceller([this] { pgiam_attempt_cancel(attempt_); });
  EXPECT_EQ(next(), PGIAM_E_CANCELLED);
  canceller.join();
}

}  // namespace
