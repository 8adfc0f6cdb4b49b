#include "flow/attempt/retry.h"

#include <gtest/gtest.h>

namespace pgiam {
namespace {

constexpr Time kNow{Milliseconds{1'000'000}};

class Retries : public testing::Test {
 protected:
  Retries() { sent_.is_fresh = true; }
  std::optional<Milliseconds> pause(const char* code = "", double chance = 0) {
    Error failure = make_error(Status::kDenied, "no");
    failure.code = code;
    failure.retry_after_ms = 1000;
    return pause_before_retry(failure, was_refused_, advice_, sent_, kNow, chance);
  }

  bool was_refused_ = true;
  Advice advice_ = Advice::kNone;
  ConnectionAttempt::Host sent_;
};

TEST_F(Retries, OfAPasswordThatWasKeptComeAtOnce) {
  EXPECT_EQ(pause(), std::nullopt) << "it was new";
  advice_ = Advice::kRetryOnce;
  EXPECT_EQ(pause(), Milliseconds{0});
}

TEST_F(Retries, OfAPasswordThatWasOldWhenItWasSentComeAtOnce) {
  sent_.is_fresh = false;
  EXPECT_EQ(pause(), Milliseconds{0});
  sent_.is_fresh = true;
  sent_.password.expires_at = kNow + Milliseconds{1};
  EXPECT_EQ(pause(), std::nullopt);
  sent_.password.expires_at = kNow;
  EXPECT_EQ(pause(), Milliseconds{0});
  was_refused_ = false;
  EXPECT_EQ(pause(), std::nullopt) << "nobody has looked at it";
}

TEST_F(Retries, WhereTheServiceHadNoTimeComeAfterAPauseThatIsNotTheSameForAll) {
  was_refused_ = false;
  EXPECT_EQ(pause("throttled"), Milliseconds{1000});
  EXPECT_EQ(pause("throttled", 0.5), Milliseconds{1500});
}

TEST_F(Retries, OfWhatPassesByItselfButIsNotAboutLoginsAreTheClients) {
  was_refused_ = false;
  for (const char* code : {"starting_up", "too_many_connections", "no_role", ""})
    EXPECT_EQ(pause(code), std::nullopt) << code;
}

}  // namespace
}  // namespace pgiam
