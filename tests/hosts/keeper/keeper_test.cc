// When tokens are replaced and what people hear, on a clock that the tests move.
#include "keeper.h"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <utility>

namespace pgiam::keeper {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Milliseconds kStart = hours{480'000};

TEST(RefreshTime, IsHalfOfATokensLife) {
  EXPECT_EQ(refresh_time(kStart, kStart + minutes{15}), kStart + seconds{450});
}

TEST(RefreshTime, IsFiveMinutesAheadWhereLifeAllows) {
  EXPECT_EQ(refresh_time(kStart, kStart + minutes{8}), kStart + minutes{3});
}

TEST(RefreshTime, IsOneMinuteAheadAtTheLatest) {
  for (int life = 65; life <= 900; ++life)
    EXPECT_LE(refresh_time(kStart, kStart + seconds{life}), kStart + seconds{life - 60}) << life;
}

TEST(RefreshTime, NeverSpins) {
  for (int life : {-100, 0, 1, 9, 60, 61})
    EXPECT_GE(refresh_time(kStart, kStart + seconds{life}), kStart + kShortestWait) << life;
}

// Ends the keeper after a number of waits, each of which lasts as long as it may.
class FakeClock : public Clock {
 public:
  Milliseconds now() const override { return now_; }
  Milliseconds uptime() const override { return uptime_; }
  bool wait(Milliseconds limit) override {
    now_ += limit;
    uptime_ += limit;
    if (on_wait) on_wait();
    return now_ < end;
  }
  void sleep(Milliseconds time) { now_ += time, uptime_ += time; }
  void set(Milliseconds time) { now_ = time; }

  Milliseconds end = kStart + hours{1};
  std::function<void()> on_wait;

 private:
  Milliseconds now_ = kStart, uptime_ = hours{1};
};

class KeeperTest : public testing::Test {
 protected:
  Item item() {
    return {.name = "orders",
            .fetch =
                [this] {
                  if (broken) throw std::runtime_error("no network");
                  fetched.push_back(clock.now());
                  return Fresh{host::SecretText("token " + std::to_string(fetched.size())),
                               clock.now() + life};
                },
            .store =
                [this](std::string_view token) {
                  const std::string state = file = token;
                  if (after_store) std::exchange(after_store, nullptr)();
                  return state;
                },
            .forget =
                [this](std::string_view token) {
                  if (file == token) file.clear();
                },
            .state = [this] { return file; }};
  }
  void run(bool final = true) {
    std::vector<Item> items;
    items.push_back(item());
    Keeper keeper(std::move(items), clock, notifier,
                  {.remark = [this](const std::string& line) { said.push_back(line); },
                   .complain = [this] { said.push_back("complaint"); }},
                  interval);
    keeper.run([final] { return final; });
    if (forget) keeper.forget_all();
  }

  FakeClock clock;
  Notifier notifier;
  Milliseconds life = minutes{15}, interval{0};
  bool broken = false, forget = false;
  std::vector<Milliseconds> fetched;
  std::vector<std::string> said;
  std::string file;
  std::function<void()> after_store;  // what somebody else does at once
};

TEST_F(KeeperTest, ReplacesTheTokenAtHalfOfItsLife) {
  run();
  ASSERT_EQ(fetched.size(), 8u);
  EXPECT_EQ(fetched[1] - fetched[0], seconds{450});
  EXPECT_EQ(file, "token 8");
  EXPECT_TRUE(said.empty());
}

TEST_F(KeeperTest, ReplacesItMoreOftenWhenAskedTo) {
  interval = minutes{1};
  run();
  EXPECT_EQ(fetched.size(), 60u);
}

TEST_F(KeeperTest, KeepsTheOldTokenAndSaysSoOnceWhenItCannotRefresh) {
  clock.on_wait = [this] { broken = clock.now() > kStart + minutes{5}; };
  clock.end = kStart + minutes{14};
  run();
  EXPECT_EQ(file, "token 1");
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0], "complaint");
  EXPECT_NE(said[1].find("keeps its token, which works until 00:15:00Z"), std::string::npos)
      << said[1];
}

TEST_F(KeeperTest, SaysOnceThatTheTokenDiedAndOnceThatItRecovered) {
  clock.on_wait = [this] {
    broken = clock.now() > kStart + minutes{5} && clock.now() < kStart + minutes{40};
  };
  run();
  ASSERT_EQ(said.size(), 4u);
  EXPECT_NE(said[2].find("expired"), std::string::npos) << said[2];
  EXPECT_NE(said[3].find("fresh token again"), std::string::npos) << said[3];
  EXPECT_LE(fetched[1], kStart + minutes{43});
}

TEST_F(KeeperTest, ThrowsAFailureBeforeTheFirstTokenThatWaitingDoesNotMend) {
  broken = true;
  EXPECT_THROW(run(/*final=*/true), std::runtime_error);
}

TEST_F(KeeperTest, WaitsForTheFirstTokenWhereWaitingMayHelp) {
  broken = true;
  clock.on_wait = [this] { broken = clock.now() < kStart + minutes{3}; };
  run(/*final=*/false);
  EXPECT_EQ(file, "token 8");
  EXPECT_EQ(said.size(), 3u);
}

TEST_F(KeeperTest, RefreshesAtOnceAfterASleepOfTheMachine) {
  bool slept = false;
  clock.on_wait = [&] {
    if (!slept && clock.now() > kStart + minutes{2}) clock.sleep(hours{3}), slept = true;
  };
  clock.end = kStart + hours{3} + minutes{4};
  run();
  ASSERT_EQ(fetched.size(), 2u);
  EXPECT_LT(fetched[1], kStart + hours{3} + minutes{3});
}

TEST_F(KeeperTest, RefreshesAtOnceWhenTheClockIsSet) {
  bool was_set = false;
  clock.on_wait = [&] {
    if (was_set || clock.now() < kStart + minutes{2}) return;
    was_set = true;
    clock.set(kStart - hours{1});
    clock.end = clock.now() + minutes{2};
  };
  run();
  ASSERT_EQ(fetched.size(), 2u);
  EXPECT_EQ(fetched[1], kStart - hours{1});
}

TEST_F(KeeperTest, PutsBackWhatAnEditorTookAway) {
  bool was_edited = false;
  clock.on_wait = [&] {
    if (!was_edited && clock.now() > kStart + minutes{1}) file = "old", was_edited = true;
  };
  clock.end = kStart + minutes{2};
  run();
  EXPECT_EQ(fetched.size(), 1u);
  EXPECT_EQ(file, "token 1");
  EXPECT_TRUE(said.empty());
}

TEST_F(KeeperTest, PutsBackWhatWasTakenAwayTheVeryMomentItWasStored) {
  after_store = [this] { file = "old"; };
  clock.end = kStart + minutes{2};
  run();
  EXPECT_EQ(fetched.size(), 1u);
  EXPECT_EQ(file, "token 1");
}

TEST_F(KeeperTest, PutsBackWhenTheClockHasBeenSetBackSinceTheLastTime) {
  const Milliseconds start = clock.uptime();
  bool was_edited = false, was_set = false, was_edited_again = false;
  clock.on_wait = [&] {
    const Milliseconds passed = clock.uptime() - start;
    if (!was_edited && passed > minutes{1}) file = "old", was_edited = true;
    if (!was_set && passed > minutes{2}) {
      clock.set(kStart - hours{1});
      clock.end = clock.now() + minutes{2};
      was_set = true;
    }
    if (!was_edited_again && passed > minutes{3}) file = "old", was_edited_again = true;
  };
  run();
  EXPECT_TRUE(was_edited_again);
  EXPECT_EQ(fetched.size(), 2u);
  EXPECT_EQ(file, "token 2");
}

TEST_F(KeeperTest, DoesNotFightOverTheFile) {
  int changes = 0;
  clock.on_wait = [&] {
    if (file.starts_with("token")) file = "theirs", ++changes;
  };
  clock.end = kStart + minutes{7};
  run();
  EXPECT_LE(changes, 8);
}

TEST_F(KeeperTest, LeavesNoTokenBehindWhenAskedTo) {
  forget = true;
  run();
  EXPECT_EQ(file, "");
}

TEST_F(KeeperTest, LeavesATokenOfSomebodyElse) {
  forget = true;
  clock.on_wait = [this] {
    if (clock.now() > kStart + seconds{55}) file = "theirs";
  };
  clock.end = kStart + minutes{1};
  run();
  EXPECT_EQ(file, "theirs");
}

}  // namespace
}  // namespace pgiam::keeper
